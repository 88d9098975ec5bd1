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
                switch try await makeReady(claim, batch) {
                case .refused: return try await concludeEntered(claim, batch)
                case .unclear: try await Task.sleep(for: .seconds(1))
                case .ready:
                    // Nothing but posting can have come of it: reading it back would be one call more a batch.
                    try await post(number)
                    hasAskedToPost = true
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
            case .posted:
                try await database.forgetFinding(.stuckPosting, number, of: company.target)
                return try await concludePosted(claim, batch)
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
        let isStuck =
            batch.status == .postInProgress
            && claim.postingSince.map { Date().timeIntervalSince($0) > 600 } == true
        if isStuck {
            try await tell(
                .stuckPosting,
                batch.number,
                """
                Batch \(batch.number) has been \(batch.status) for more than ten minutes: its posting has died. Restart \
                it in Sage 300, A/R Post Batches.
                """
            )
        } else {
            context.logger.warning("\(companyID): batch \(batch.number) is \(batch.status), not posted yet")
        }
        try await database.postpone(claim, by: .seconds(isStuck ? 60 : 10))
    }

    private func isRight(_ claim: Claim, _ batch: SageInvoiceBatch) -> Bool {
        batch.entries.count == claim.entries.count
            && claim.entries.allSatisfy { entry in
                batch.entries.contains { $0.isFor(entry) && $0.total == entry.total }
            }
    }

    func read(_ number: Int64) async throws -> SageInvoiceBatch? {
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
            let left = try await read(batch.number)?.entries.map(\.number) ?? []
            guard Set(left).isDisjoint(with: wrong) else {
                context.logger.critical(
                    "\(companyID): Sage 300 keeps entries in batch \(batch.number) that were deleted; it is not posted"
                )
                try await database.postpone(claim, by: .seconds(60))
                return nil
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

    static func difference(_ entry: ClaimEntry, _ found: SageInvoiceBatch.Entry?) -> Failure {
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

    private enum Readiness { case ready, unclear, refused }

    /// `refused`: a person has to look at the Open batch. `unclear`: the batch itself tells.
    private func makeReady(_ claim: Claim, _ batch: SageInvoiceBatch) async throws -> Readiness {
        do {
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.makeReady(batch.number, in: companyID)
            }
            return .ready
        } catch let error as SageError {
            switch error.cause {
            case .refused, .notFound:
                try await tellNotReady(claim, batch, error)
                return .refused
            case .noAnswer, .busy, .locked: return .unclear
            case .unreachable, .credentials, .forbidden, .unavailable, .unreadable: throw error
            }
        }
    }

    private func tellNotReady(_ claim: Claim, _ batch: SageInvoiceBatch, _ error: SageError) async throws {
        context.logger.error("\(companyID): batch \(batch.number) cannot be made ready to post: \(error)")
        for entry in claim.entries {
            try await database.note(
                entry.key,
                stage: "post",
                outcome: "not posted",
                detail: "Sage 300 refuses to make batch \(batch.number) ready to post: \(error.message)"
            )
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
            case .noAnswer, .busy, .locked, .refused, .notFound: try await Task.sleep(for: .seconds(1))
            case .unreachable, .credentials, .forbidden, .unavailable, .unreadable: throw error
            }
        }
    }
}
