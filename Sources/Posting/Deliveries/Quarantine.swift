import AMQPClient
import Accounting
import Logging
import Messaging
import Publishing
import Storage

/// Sets a message aside that kills who reads it. It is not read for that: its name says which document it is, and what is
/// recorded of that is all the dead letter holds.
struct Quarantine {
    let context: PostingContext
    let queue: WorkQueue

    /// On return the message may be acknowledged.
    func setAside(_ delivery: AMQPDelivery, _ suspicion: Suspicion) async throws {
        let failure = Self.failure(suspicion)
        PostingMetrics.quarantined()
        context.logger.critical("\(queue.name): \(failure.reason)")
        guard let (key, revision) = document(of: delivery),
            let record = try await context.database.documents([key])[key]
        else {
            return try await context.burial.bury(
                stray: delivery.body,
                queue: queue.name,
                failure,
                id: delivery.strayDeath(in: queue.name),
                trace: suspicion.trace
            )
        }
        // An older revision, or one that somebody sees through, would not have been worked on either.
        guard record.revision == revision else { return }
        guard record.state == .waiting else { return try await tell(record, failure) }
        let death = Burial.death(of: record, failure, isSealed: true, trace: suspicion.trace)
        try await context.record([
            DocumentTransition(
                record.key,
                revision: record.revision,
                to: .dead,
                reason: failure.reason,
                death: death,
                stage: "die",
                detail: failure.reason
            )
        ])
    }

    /// What stands in the ledger stays there; a change of the store is not compared with it.
    private func tell(_ record: DocumentRecord, _ failure: Failure) async throws {
        switch record.state {
        case .entered, .posted:
            try await context.database.note(
                record.key,
                stage: "compare",
                outcome: "not compared",
                detail: failure.reason
            )
        case .waiting, .posting, .inDoubt, .held, .superseded, .skipped, .dead: break
        }
    }

    /// By the message's name: tenant/kind/id/revision.
    private func document(of delivery: AMQPDelivery) -> (DocumentKey, revision: Int)? {
        let parts = (delivery.messageID ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == queue.tenant.name,
            let kind = DocumentKind(rawValue: String(parts[1])),
            WorkKind(kind) == queue.kind, let id = Int64(parts[2]), let revision = Int(parts[3])
        else { return nil }
        return (
            DocumentKey(tenant: queue.tenant, company: queue.company, kind: kind, sourceID: id), revision
        )
    }

    private static func failure(_ suspicion: Suspicion) -> Failure {
        Failure(
            .crash,
            code: "worker-killed",
            reason: """
                \(suspicion.deaths.count) times in a row a worker died while it read this document, which is set aside so that \
                others get on: \(suspicion.summary).
                """,
            nextStep: """
                Nothing of it is in Sage 300. Send the dead letter's trace and the worker's log to the maintainers; replay it \
                after an update.
                """
        )
    }
}
