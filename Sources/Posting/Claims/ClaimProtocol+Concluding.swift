import Accounting
import Logging
import Sage300
import Storage

/// Every document of a batch gets its fate, whoever took the batch there.
extension ClaimProtocol {
    func concludeEntered(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        try await database.forgetFinding(.stuckPosting, batch.number, of: company.target)
        var fates: [DocumentKey: Fate] = [:]
        for entry in claim.entries {
            guard let found = batch.entries.first(where: { $0.isFor(entry) && $0.total == entry.total })
            else { continue }
            fates[entry.key] = .entered(batch: batch.number, entry: found.number)
        }
        try await conclude(claim, fates: fates)
    }

    /// A batch that waits to be posted by a person: what it holds is entered, whatever it comes to.
    func concludeReady(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        var fates: [DocumentKey: Fate] = [:]
        for entry in claim.entries {
            guard let found = batch.entry(of: entry) else {
                fates[entry.key] = .dead(Self.difference(entry, nil))
                continue
            }
            if found.total != entry.total { try await tellDifference(entry, found) }
            fates[entry.key] = .entered(batch: batch.number, entry: found.number)
        }
        try await conclude(claim, fates: fates)
    }

    /// Every document gets its fate, or the claim would never end.
    func concludePosted(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        try await conclude(claim, fates: try await postedFates(claim.entries, batch))
    }

    /// What became of documents whose batch is posted.
    func postedFates(_ entries: [ClaimEntry], _ batch: SageInvoiceBatch) async throws -> [DocumentKey: Fate] {
        var fates: [DocumentKey: Fate] = [:]
        for entry in entries {
            guard let found = batch.entry(of: entry) else {
                fates[entry.key] = try await fateOfMissing(entry, batch.number)
                continue
            }
            if let errorBatch = found.errorBatch, entry.isTypedByHand {
                // A person's entry is left to that person, where Sage 300 has put it.
                fates[entry.key] = .entered(batch: errorBatch, entry: found.errorEntry ?? 0)
            } else if let errorBatch = found.errorBatch {
                fates[entry.key] = try await refusedAtPosting(
                    entry,
                    found,
                    errorBatch,
                    postedWith: batch.number
                )
            } else {
                if !entry.isRecalled, found.total != entry.total { try await tellDifference(entry, found) }
                fates[entry.key] = .posted(batch: batch.number, entry: found.number)
            }
        }
        return fates
    }

    /// An entry that the posted batch no longer lists: a person took it out, unless it is posted all the same.
    private func fateOfMissing(_ entry: ClaimEntry, _ batch: Int64) async throws -> Fate {
        if let customer = CustomerNumber(standing: entry.customer),
            try await company.gate.call(
                companyID,
                { session throws(SageError) in
                    try await session.isPosted(entry.document, customer: customer, in: companyID)
                }
            )
        {
            return .posted(batch: batch, entry: 0)
        }
        return .dead(Self.removed(entry, from: batch))
    }

    static func removed(_ entry: ClaimEntry, from batch: Int64) -> Failure {
        Failure(
            .ledger,
            code: "removed-in-sage",
            reason: "\(entry.document) was removed in Sage 300 from batch \(batch) before it was posted.",
            nextStep: "Ask who removed it and why; replay to enter it again."
        )
    }

    /// A person changed and posted it before it was verified: it stands, and somebody has to know.
    private func tellDifference(_ entry: ClaimEntry, _ found: SageInvoiceBatch.Entry) async throws {
        let total = found.total.map { "\($0)" } ?? "no total"
        context.logger.critical(
            "\(companyID): \(entry.document) is in Sage 300 with \(total), not \(entry.total)"
        )
        try await database.note(
            entry.key,
            stage: "post",
            outcome: "total differs",
            detail: "A person let it go in Sage 300 with \(total); the store says \(entry.total)."
        )
    }

    /// A person deleted the batch, or Sage 300 lost it.
    func vanished(_ claim: Claim) async throws {
        try await database.forgetFinding(.stuckPosting, claim.batch ?? 0, of: company.target)
        try await conclude(claim, fates: Self.vanishedFates(claim.entries, claim.batch ?? 0))
    }

    static func vanishedFates(_ entries: [ClaimEntry], _ batch: Int64) -> [DocumentKey: Fate] {
        let failure = Failure(
            .ledger,
            code: "removed-in-sage",
            reason: "Batch \(batch) was removed in Sage 300 before it was posted.",
            nextStep: "Ask who deleted it and why; replay to enter its documents again."
        )
        return Dictionary(entries.map { ($0.key, .dead(failure)) }, uniquingKeysWith: { first, _ in first })
    }
}
