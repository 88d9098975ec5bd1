import Accounting
import ExactJSON
import Foundation
import Logging
import Messaging
import Publishing
import Sage300
import Storage

/// The steps that give every claimed document exactly one effect (`architecture.md`, Posting), under a lease.
///
/// Entering opens a batch and cannot be repeated blindly; everything after it works on a batch number and can.
struct ClaimProtocol {
    let context: PostingContext
    let company: ServedCompany
    let lease: WriterLease

    var database: Database { context.database }
    var companyID: CompanyID { company.rules.company }

    /// Sees through what earlier writers of this company left unfinished, before anything new is entered.
    func resolveDueClaims() async throws {
        for claim in try await database.dueClaims(of: company.target) {
            // Draining ends between claims, never within one: a cancelled POST would be in doubt.
            try Task.checkCancellation()
            try await Task {
                try await patiently(claim) {
                    do { try await resolve(claim) } catch let error as SageError
                        where !error.isDocumentsFault
                    {
                        try await database.postpone(claim, by: .seconds(3))
                        throw error
                    }
                }
            }.value
        }
    }

    /// Runs steps of one claim. A step that Sage 300 answers and refuses is tried again in a minute: the company
    /// is well, and its other documents do not wait for this claim.
    func patiently(_ claim: Claim, _ steps: () async throws -> Void) async throws {
        do { try await steps() } catch let error as SageError where error.isDocumentsFault {
            context.logger.error("\(companyID): \(claim.token) cannot be seen through now: \(error)")
            try await database.postpone(claim, by: .seconds(60))
        }
    }

    /// Sends a claim's documents as one batch and sees it through.
    /// - Parameter hasDeliveries: true while the documents' messages are in hand and come back by themselves.
    /// - Returns: false when Sage 300 refused the batch as it was sent.
    @discardableResult
    func enter(_ claim: Claim, hasDeliveries: Bool) async throws -> Bool {
        let description = "\(claim.token) \(claim.tenant)"
        let date = CalendarDate(Date(), in: company.rules.timeZone)
        var entries: [JSON] = []
        for entry in claim.entries { entries.append(try JSON(parsing: entry.payload)) }
        try await database.send(claim, under: lease)
        let batch: Int64
        do {
            batch = try await company.gate.call(companyID) { [entries] session throws(SageError) in
                try await session.enterInvoiceBatch(
                    description: String(description.prefix(60)),
                    date: date,
                    entries: entries,
                    in: companyID
                )
            }
        } catch let error as SageError {
            try await notEntered(claim, error, hasDeliveries: hasDeliveries)
            return false
        }
        let adopted = try await database.adopt(claim, batch: batch, under: lease)
        PostingMetrics.entered(claim.entries.count)
        context.logger.info(
            "\(companyID): batch \(batch) entered, \(claim.entries.count) documents (\(claim.token))"
        )
        try await patiently(adopted) { try await seeThrough(adopted) }
        return true
    }

    private func resolve(_ claim: Claim) async throws {
        switch claim.state {
        // Its worker died before it was sent: nothing of it can be there.
        case .entering where !claim.isSent: try await enter(claim, hasDeliveries: false)
        case .entering:
            // Its sender died: whether Sage 300 got it is not known.
            try await database.doubt(
                claim,
                settle: context.settings.settle,
                detail: "the worker that sent it stopped before the answer",
                under: lease
            )
        case .inDoubt: try await settle(claim)
        case .adopted, .verified, .posting: try await seeThrough(claim)
        case .done, .split, .abandoned: break
        }
    }

    private func notEntered(_ claim: Claim, _ error: SageError, hasDeliveries: Bool) async throws {
        switch error.cause {
        case .noAnswer:
            try await database.doubt(
                claim,
                settle: context.settings.settle,
                detail: error.description,
                under: lease
            )
            context.logger.warning("\(companyID): \(claim.token) is in doubt: \(error)")
            throw error
        case .unreachable, .busy, .locked, .credentials, .forbidden, .unavailable, .unreadable:
            if claim.tryNumber > 1 || claim.wasInDoubt {
                // An earlier try may still turn up: the claim keeps its documents and is tried again.
                try await database.doubt(claim, settle: .zero, detail: error.description, under: lease)
                try await database.postpone(claim, by: .seconds(5))
            } else {
                try await database.abandon(
                    claim,
                    reason: error.description,
                    republish: !hasDeliveries,
                    under: lease
                )
            }
            throw error
        case .refused, .notFound:
            try await refused(claim, error)
        }
    }

    /// How a claimed document ends, before its death is written.
    enum Fate {
        case entered(batch: Int64, entry: Int)
        case posted(batch: Int64, entry: Int)
        case dead(Failure, stuckBatch: Int64? = nil)
        /// It is taken up again; a credit note perhaps without being applied.
        case again(reason: String, isApplyRefused: Bool = false)
    }

    /// Records where documents of a claim are, in one transaction, and publishes the deaths among them.
    func conclude(_ claim: Claim, fates: [DocumentKey: Fate]) async throws {
        try await conclude(Self.withRequests(fates, of: claim.entries)) { outcomes in
            try await database.finish(claim, outcomes: outcomes, under: lease)
        }
    }

    /// Deaths keep what was sent of their document, and nothing of others in the same batch.
    static func withRequests(_ fates: [DocumentKey: Fate], of entries: [ClaimEntry]) -> [DocumentKey: Fate] {
        var fates = fates
        for entry in entries {
            guard case .dead(var failure, let stuckBatch)? = fates[entry.key] else { continue }
            let call = failure.evidence ?? CallEvidence(operation: "POST AR/ARInvoiceBatches")
            failure.evidence = call.with(request: entry.payload)
            fates[entry.key] = .dead(failure, stuckBatch: stuckBatch)
        }
        return fates
    }

    /// - Parameter record: writes the outcomes down and tells which documents they were news of.
    func conclude(
        _ fates: [DocumentKey: Fate],
        _ record: ([DocumentKey: ClaimOutcome]) async throws -> Set<DocumentKey>
    ) async throws {
        let records = try await database.documents(Array(fates.keys))
        var outcomes: [DocumentKey: ClaimOutcome] = [:]
        var deaths: [DocumentKey: Death] = [:]
        for (key, fate) in fates {
            switch fate {
            case .entered(let batch, let entry): outcomes[key] = .entered(batch: batch, entry: entry)
            case .posted(let batch, let entry): outcomes[key] = .posted(batch: batch, entry: entry)
            case .dead(let failure, let stuckBatch):
                guard let record = records[key] else { continue }
                let death = Burial.death(of: record, failure)
                outcomes[key] = .dead(death, reason: failure.reason, stuckBatch: stuckBatch)
                deaths[key] = death
            case .again(let reason, let isApplyRefused):
                outcomes[key] = .waiting(reason: reason, isApplyRefused: isApplyRefused)
            }
        }
        let ended = try await record(outcomes)
        // One that ended before, in a step that is repeated now, has had its death.
        try await context.burial.publish(
            deaths.filter { ended.contains($0.key) }.map { ($0.value, $0.key.kind) }
        )
        let again = try await database.documents(ended.filter { outcomes[$0]?.isAgain == true }).values
        try await context.publisher.publish(Array(again))
    }
}

extension ClaimOutcome {
    /// Whether the document is to be published again.
    fileprivate var isAgain: Bool {
        switch self {
        case .waiting: true
        case .entered, .posted, .dead: false
        }
    }
}
