import Accounting
import Logging
import Sage300
import Storage

/// Batches whose answer was lost: found by their token, adopted once, their twins emptied.
extension ClaimProtocol {
    /// How often a batch is sent that is never answered and never there: then one of its documents is to blame, or its size.
    private static let maximumTries = 3

    /// Looks for a batch whose answer never came. Absent on two reads, it is entered again.
    func settle(_ claim: Claim) async throws {
        let found = try await batches(of: claim).filter { !$0.entries.isEmpty }
        if let batch = bearer(of: claim, among: found) {
            try await take(batch, among: found, claim)
        } else if !found.isEmpty {
            let isEmptied = try await void(found, claim)
            try await database.postpone(claim, by: .seconds(isEmptied ? 1 : 60))
        } else if claim.absentReads == 0 {
            // A second look as long after the first: what is entered again too early makes a twin.
            let wait = min(max(context.settings.settle, .seconds(2)), .seconds(60))
            try await database.postpone(claim, by: wait, isAbsent: true)
        } else if claim.tryNumber >= Self.maximumTries {
            try await condemnUnanswered(claim)
        } else {
            context.logger.notice("\(companyID): \(claim.token) never arrived and is entered again")
            _ = try await enter(try await database.retry(claim, under: lease), hasDeliveries: false)
        }
    }

    /// The batch that counts as the claim's: one that a person has taken forward, whatever it holds, because it
    /// cannot be taken back; else an Open one that holds every document.
    func bearer(of claim: Claim, among found: [SageInvoiceBatch]) -> SageInvoiceBatch? {
        found.first { $0.status != .open && !$0.entries.isEmpty }
            ?? found.first { batch in claim.entries.allSatisfy { batch.entry(of: $0) != nil } }
    }

    /// Adopts a batch that was found, empties its twins, and sees it through.
    func take(_ batch: SageInvoiceBatch, among found: [SageInvoiceBatch], _ claim: Claim)
        async throws
    {
        let adopted = try await database.adopt(claim, batch: batch.number, under: lease)
        _ = try await void(found.filter { $0.number != batch.number }, adopted)
        try await seeThrough(adopted)
    }

    /// The batches this claim ever opened and that still count. One that holds none of its documents is another's: of an
    /// installation, or a database, that counted its claims alike.
    func batches(of claim: Claim) async throws -> [SageInvoiceBatch] {
        let found = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.invoiceBatches(describedBy: claim.searchToken, in: companyID)
        }
        return found.filter { batch in
            batch.entries.isEmpty || claim.entries.contains { batch.entry(of: $0) != nil }
        }
    }

    /// Empties Open batches that must never be posted; one that cannot be emptied is told to a person.
    /// - Returns: true when none of them holds anything any more.
    func void(_ batches: [SageInvoiceBatch], _ claim: Claim) async throws -> Bool {
        var isEmptied = true
        for batch in batches where try await !void(batch, claim) { isEmptied = false }
        return isEmptied
    }

    private func void(_ batch: SageInvoiceBatch, _ claim: Claim) async throws -> Bool {
        // A duplicate holds documents of its claim and nothing else; anything else is another's work.
        let isOurs = batch.entries.allSatisfy { found in claim.entries.contains { found.isFor($0) } }
        guard batch.status == .open, isOurs, batch.number != claim.batch else {
            try await tell(
                .twin,
                batch.number,
                """
                Batch \(batch.number) holds documents a second time (claim \(claim.id)), is \(batch.status) and cannot \
                be emptied. Delete those entries in Sage 300, or reverse them if they were posted.
                """
            )
            return false
        }
        // One who froze and lost the company must not empty what another has adopted since.
        try await database.confirm(lease)
        try await company.gate.call(companyID) { session throws(SageError) in
            if !batch.entries.isEmpty {
                try await session.deleteEntries(
                    batch.entries.map(\.number),
                    ofBatch: batch.number,
                    in: companyID
                )
            }
        }
        guard try await isEmptied(batch) else { return false }
        try await company.gate.call(companyID) { session throws(SageError) in
            try await session.describe(
                batch.number,
                as: "VOID duplicate of \(claim.searchToken)",
                in: companyID
            )
        }
        try await database.forgetFinding(.twin, batch.number, of: company.target)
        context.logger.notice(
            "\(companyID): batch \(batch.number), a duplicate of claim \(claim.id), was emptied"
        )
        return true
    }

    /// Read back: one that only says it was emptied would be found no more once it is renamed.
    private func isEmptied(_ batch: SageInvoiceBatch) async throws -> Bool {
        guard !batch.entries.isEmpty, let left = try await read(batch.number), !left.entries.isEmpty else {
            return true
        }
        try await tell(
            .twin,
            batch.number,
            """
            Batch \(batch.number) holds documents a second time, and Sage 300 does not delete its entries: \
            delete them there.
            """
        )
        return false
    }

    /// Tells a person once, in the log and where they look.
    func tell(_ kind: LedgerFinding.Kind, _ batch: Int64, _ detail: String) async throws {
        guard try await database.find(kind, batch, of: company.target, detail: detail) else { return }
        context.logger.critical("\(companyID): \(detail)")
    }

    /// Looks for twins of an ended claim: a POST whose answer was lost may arrive hours later, and what it opens
    /// must not be posted by anybody.
    func emptyLateTwins(of claim: Claim) async throws {
        try await patiently(claim) {
            let twins = try await batches(of: claim).filter {
                $0.number != claim.batch && !$0.entries.isEmpty
            }
            _ = try await void(twins, claim)
        }
    }
}

extension SageInvoiceBatch {
    /// The first entry of a claimed document.
    func entry(of claimed: ClaimEntry) -> Entry? { entries.first { $0.isFor(claimed) } }
}

extension SageInvoiceBatch.Entry {
    /// Whether it is the claimed document. Sage 300 may keep a number in upper case.
    func isFor(_ claimed: ClaimEntry) -> Bool {
        isFor(document: claimed.document, customer: claimed.customer)
    }

    func isFor(document: String, customer: String) -> Bool {
        self.document.uppercased() == document.uppercased()
            && self.customer.uppercased() == customer.uppercased()
    }
}
