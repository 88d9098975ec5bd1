import Accounting
import Foundation
import Logging
import Sage300
import Storage

extension ClaimProtocol {
    /// Verifies an adopted batch and, where the company's batches are posted, posts it. Every step can be repeated
    /// on the batch's number: what the batch says decides which is next.
    func seeThrough(_ claim: Claim) async throws {
        var claim = claim
        var hasAskedToPost = false
        let deadline = ContinuousClock.now + .seconds(45)
        while let number = claim.batch {
            guard let batch = try await read(number) else { return try await vanished(claim) }
            switch batch.status {
            case .open:
                guard let verified = try await verify(claim, batch) else { return }
                claim = verified
                guard claim.batch == number else { continue }
                guard claim.isAutomatic, strangers(in: batch, claim).isEmpty else {
                    return try await concludeEntered(claim, batch)
                }
                claim = try await database.advance(claim, to: .posting, under: lease)
                guard try await makeReady(claim, batch) else {
                    return try await concludeEntered(claim, batch)
                }
            case .readyToPost:
                // Made ready by a person, in a company whose people post, or before it was verified.
                guard claim.isAutomatic else { return try await concludeReady(claim, batch) }
                guard claim.state != .adopted || isRight(claim, batch) else {
                    context.logger.critical(
                        "\(companyID): batch \(number) was made ready to post with other totals: a person must look"
                    )
                    return try await database.postpone(claim, by: .seconds(60))
                }
                // Posting may begin a moment after it was asked for.
                if hasAskedToPost { try await Task.sleep(for: .seconds(1)) }
                try await post(number)
                hasAskedToPost = true
            case .postInProgress: try await Task.sleep(for: .seconds(1))
            case .posted: return try await concludePosted(claim, batch)
            case .deleted: return try await vanished(claim)
            case .other(let caption):
                context.logger.error(
                    "\(companyID): batch \(number) is \"\(caption)\", which is not known here"
                )
                return try await database.postpone(claim, by: .seconds(60))
            }
            guard ContinuousClock.now < deadline else { return try await tellDelay(claim, batch) }
        }
    }

    /// Posting takes its time; after ten minutes it has died in Sage 300, and only a person can restart it there.
    private func tellDelay(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        let isStuck = Date().timeIntervalSince(claim.sentAt) > 600
        if isStuck {
            context.logger.critical(
                """
                \(companyID): batch \(batch.number) has been \(batch.status) for more than ten minutes; \
                restart posting in Sage 300's A/R Post Batches
                """
            )
        } else {
            context.logger.warning("\(companyID): batch \(batch.number) is still being posted")
        }
        try await database.postpone(claim, by: .seconds(isStuck ? 60 : 10))
    }

    private func isRight(_ claim: Claim, _ batch: SageInvoiceBatch) -> Bool {
        batch.entries.count == claim.entries.count
            && claim.entries.allSatisfy { entry in
                batch.entries.contains { $0.isFor(entry) && $0.total == entry.total }
            }
    }

    private func read(_ number: Int64) async throws -> SageInvoiceBatch? {
        try await company.gate.call(companyID) { session throws(SageError) in
            try await session.invoiceBatch(number, in: companyID)
        }
    }

    /// Compares the batch with what was claimed: one live batch, every document once, every total equal to the
    /// cent. What is not right is taken out and dies; a different total is never posted.
    /// - Returns: nil when there is nothing to go on with; a claim with another batch when that one counts.
    private func verify(_ claim: Claim, _ batch: SageInvoiceBatch) async throws -> Claim? {
        if claim.tryNumber > 1 || claim.wasInDoubt {
            let twins = try await batches(of: claim).filter {
                $0.number != batch.number && !$0.entries.isEmpty
            }
            if let bearer = twins.first(where: { $0.status != .open }) {
                let moved = try await database.adopt(claim, batch: bearer.number, under: lease)
                _ = try await void([batch], moved)
                return moved
            }
            guard try await void(twins, claim) else {
                try await database.postpone(claim, by: .seconds(60))
                return nil
            }
        }
        var fates: [DocumentKey: Fate] = [:]
        var right: Set<Int> = []
        for entry in claim.entries {
            let found = batch.entries.filter { $0.isFor(entry) }
            if let match = found.first(where: { $0.total == entry.total }) {
                right.insert(match.number)
            } else {
                fates[entry.key] = .dead(Self.difference(entry, found.first))
            }
        }
        let kept = right.union(strangers(in: batch, claim).map(\.number))
        let wrong = batch.entries.map(\.number).filter { !kept.contains($0) }
        if !wrong.isEmpty {
            try await database.confirm(lease)
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.deleteEntries(wrong, ofBatch: batch.number, in: companyID)
            }
        }
        if !fates.isEmpty { try await conclude(claim, fates: fates) }
        guard !right.isEmpty else { return nil }
        return try await database.advance(claim, to: .verified, under: lease)
    }

    /// Entries that a person added: left alone, and the batch with them. As long as there are no more entries
    /// than were sent, one that is not known again is our own, changed by Sage 300.
    private func strangers(in batch: SageInvoiceBatch, _ claim: Claim) -> [SageInvoiceBatch.Entry] {
        guard batch.entries.count > claim.entries.count else { return [] }
        return batch.entries.filter { found in !claim.entries.contains { found.isFor($0) } }
    }

    private static func difference(_ entry: ClaimEntry, _ found: SageInvoiceBatch.Entry?) -> Failure {
        guard let found else {
            return Failure(
                .ledger,
                code: "entry-missing",
                reason: "Sage 300 took the batch, but \(entry.document) is not in it.",
                nextStep: "Look whether the document number is used already in Sage 300, then replay."
            )
        }
        let total = found.total.map { "\($0)" } ?? "no total"
        return Failure(
            .ledger,
            code: "total-differs",
            reason:
                "Sage 300 computes \(total) for \(entry.document), the store \(entry.total); "
                + "it was taken out of the batch.",
            nextStep:
                "Check the customer's tax group and terms in Sage 300: it must not add tax of its own; then replay."
        )
    }

    /// - Returns: false when Sage 300 refuses and a person has to look at the Open batch.
    private func makeReady(_ claim: Claim, _ batch: SageInvoiceBatch) async throws -> Bool {
        do {
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.makeReady(batch.number, in: companyID)
            }
            return true
        } catch let error as SageError {
            switch error.cause {
            case .refused, .notFound:
                context.logger.error(
                    "\(companyID): batch \(batch.number) cannot be made ready to post: \(error)"
                )
                for entry in claim.entries {
                    try await database.note(
                        entry.key,
                        stage: "post",
                        outcome: "not posted",
                        detail:
                            "Sage 300 refuses to make batch \(batch.number) ready to post: \(error.message)"
                    )
                }
                return false
            case .noAnswer, .busy: try await Task.sleep(for: .seconds(1))
            case .unreachable, .credentials, .forbidden, .unreadable: throw error
            }
            return true
        }
    }

    private func post(_ number: Int64) async throws {
        do {
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.postInvoiceBatch(number, in: companyID)
            }
        } catch let error as SageError {
            switch error.cause {
            // The batch itself tells what came of it.
            case .noAnswer, .busy, .refused, .notFound: try await Task.sleep(for: .seconds(1))
            case .unreachable, .credentials, .forbidden, .unreadable: throw error
            }
        }
    }

    private func concludeEntered(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        var fates: [DocumentKey: Fate] = [:]
        for entry in claim.entries {
            guard let found = batch.entries.first(where: { $0.isFor(entry) && $0.total == entry.total })
            else { continue }
            fates[entry.key] = .entered(batch: batch.number, entry: found.number)
        }
        try await conclude(claim, fates: fates)
    }

    /// A batch that waits to be posted by a person: what it holds is entered, whatever it comes to.
    private func concludeReady(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
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
    private func concludePosted(_ claim: Claim, _ batch: SageInvoiceBatch) async throws {
        var fates: [DocumentKey: Fate] = [:]
        for entry in claim.entries {
            guard let found = batch.entry(of: entry) else {
                fates[entry.key] = try await fateOfMissing(entry, batch.number)
                continue
            }
            if let errorBatch = found.errorBatch {
                fates[entry.key] = .dead(try await refusedAtPosting(entry, found, errorBatch))
            } else {
                if found.total != entry.total { try await tellDifference(entry, found) }
                fates[entry.key] = .posted(batch: batch.number, entry: found.number)
            }
        }
        try await conclude(claim, fates: fates)
    }

    /// An entry that the posted batch no longer lists: a person took it out, unless it is posted all the same.
    private func fateOfMissing(_ entry: ClaimEntry, _ batch: Int64) async throws -> Fate {
        if let customer = CustomerNumber(entry.customer),
            try await company.gate.call(
                companyID,
                { session throws(SageError) in
                    try await session.isPosted(entry.document, customer: customer, in: companyID)
                }
            )
        {
            return .posted(batch: batch, entry: 0)
        }
        return .dead(
            Failure(
                .ledger,
                code: "removed-in-sage",
                reason: "\(entry.document) was taken out of batch \(batch) in Sage 300 before it was posted.",
                nextStep: "Ask who removed it and why; replay to enter it again."
            )
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
    private func vanished(_ claim: Claim) async throws {
        let failure = Failure(
            .ledger,
            code: "removed-in-sage",
            reason: "Batch \(claim.batch ?? 0) was removed in Sage 300 before it was posted.",
            nextStep: "Ask who deleted it and why; replay to enter its documents again."
        )
        try await conclude(
            claim,
            fates: Dictionary(uniqueKeysWithValues: claim.entries.map { ($0.key, .dead(failure)) })
        )
    }

    /// Posting copied the entry to a new Open batch: it is deleted there, so that a replay enters it once.
    private func refusedAtPosting(
        _ entry: ClaimEntry,
        _ found: SageInvoiceBatch.Entry,
        _ errorBatch: Int64
    ) async throws -> Failure {
        let cause = try await diagnosis(entry)
        let isClean = try await clean(entry, errorBatch, found.errorEntry)
        let place =
            isClean
            ? "Its copy was deleted from error batch \(errorBatch)."
            : "Its copy could not be deleted from error batch \(errorBatch): delete it there before replaying, "
                + "or it will stand twice."
        return Failure(
            .ledger,
            code: "refused-at-posting",
            reason: "Sage 300 did not post \(entry.document): \(cause.text) \(place)",
            subject: cause.code,
            moneyAtRisk: !isClean,
            nextStep: "Correct the cause in Sage 300, then replay."
        )
    }

    private func clean(_ entry: ClaimEntry, _ batch: Int64, _ number: Int?) async throws -> Bool {
        func copies(_ batch: SageInvoiceBatch?) -> [Int] {
            batch?.entries.filter { $0.isFor(entry) }.map(\.number) ?? []
        }
        let before = copies(try await read(batch))
        guard !before.isEmpty else { return true }
        do {
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.deleteEntries(before, ofBatch: batch, in: companyID)
            }
        } catch let error as SageError where error.isDocumentsFault || error.cause == .noAnswer {
            context.logger.warning("\(companyID): \(entry.document) in error batch \(batch): \(error)")
        }
        return copies(try await read(batch)).isEmpty
    }

    /// The API does not tell why an entry failed: what can be read is looked at.
    private func diagnosis(_ entry: ClaimEntry) async throws -> (code: String, text: String) {
        guard let number = CustomerNumber(entry.customer) else { return ("unknown", Self.silence) }
        let customer = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.customer(number, in: companyID)
        }
        guard let customer else { return ("customer-missing", "customer \(number) no longer exists.") }
        if !customer.isActive { return ("customer-inactive", "customer \(number) is inactive.") }
        let isThere = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.isPosted(entry.document, customer: number, in: companyID)
        }
        if isThere {
            return ("number-taken", "a document of that number is posted for customer \(number) already.")
        }
        return ("unknown", Self.silence)
    }

    private static let silence =
        "its API does not tell why; the Invoice Posting Error report does "
        + "(a closed period and an inactive account are the usual causes)."
}
