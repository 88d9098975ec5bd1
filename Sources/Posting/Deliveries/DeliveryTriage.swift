import AMQPClient
import Accounting
import Foundation
import Logging
import Messaging
import Publishing
import Storage

/// What becomes of one delivery.
enum Settlement: Sendable {
    /// It is done with, or safely remembered elsewhere.
    case acknowledge
    /// It goes back to its queue.
    case requeue
}

/// A delivery that calls for work, with the document as remembered.
struct Assignment: Sendable {
    let delivery: AMQPDelivery
    let envelope: Envelope
    let record: DocumentRecord
}

/// Tells deliveries that call for work from those that are settled already.
struct DeliveryTriage {
    let context: PostingContext
    let queue: WorkQueue
    /// A document comes to work once, however many messages of it are in hand.
    private var taken: Set<DocumentKey> = []

    init(context: PostingContext, queue: WorkQueue) {
        self.context = context
        self.queue = queue
    }

    /// What to work on, and the settlement of the rest.
    struct Result {
        var work: [Assignment] = []
        var settled: [(AMQPDelivery, Settlement)] = []
    }

    mutating func sort(_ deliveries: [AMQPDelivery]) async throws -> Result {
        var result = Result()
        var envelopes: [(AMQPDelivery, Envelope)] = []
        for delivery in deliveries {
            if let envelope = try await open(delivery) {
                envelopes.append((delivery, envelope))
            } else {
                result.settled.append((delivery, .acknowledge))
            }
        }
        let records = try await context.database.documents(envelopes.map(\.1.key))
        let delayed = try await context.database.delayed(Array(records.values))
        for (delivery, envelope) in envelopes {
            guard let record = records[envelope.key] else {
                try await bury(delivery, Self.unknown)
                result.settled.append((delivery, .acknowledge))
                continue
            }
            guard envelope.revision <= record.revision else {
                try await bury(delivery, Self.ahead)
                result.settled.append((delivery, .acknowledge))
                continue
            }
            if needsWork(envelope, record), !delayed.contains(record.key), taken.insert(envelope.key).inserted
            {
                result.work.append(Assignment(delivery: delivery, envelope: envelope, record: record))
            } else {
                result.settled.append((delivery, .acknowledge))
            }
        }
        return result
    }

    /// A repeat, an older revision, or a document somebody is seeing through already needs nothing. One that is
    /// in the ledger is looked at again when the store changed it since.
    private func needsWork(_ envelope: Envelope, _ record: DocumentRecord) -> Bool {
        guard envelope.revision == record.revision else { return false }
        switch record.state {
        case .waiting, .entered, .posted: return true
        case .posting, .inDoubt, .held, .superseded, .skipped, .dead: return false
        }
    }

    private func open(_ delivery: AMQPDelivery) async throws -> Envelope? {
        let envelope: Envelope
        do throws(EnvelopeError) { envelope = try Envelope(delivery) } catch {
            try await bury(delivery, Self.foreign(error))
            return nil
        }
        guard envelope.tenant == queue.tenant, envelope.company == queue.company,
            WorkKind(envelope.kind) == queue.kind
        else {
            try await bury(delivery, Self.misplaced)
            return nil
        }
        return envelope
    }

    private func bury(_ delivery: AMQPDelivery, _ failure: Failure) async throws {
        context.logger.warning("\(queue.name): \(failure.reason)")
        try await context.burial.bury(
            stray: delivery.body,
            queue: queue.name,
            failure,
            id: delivery.strayDeath(in: queue.name)
        )
    }

    private static let unknown = Failure(
        .document,
        code: "unknown-document",
        reason: "A message names a document this database does not know.",
        nextStep: "If the database was restored from a backup, run `connectorctl sync`; otherwise discard it."
    )
    private static let misplaced = Failure(
        .document,
        code: "misplaced-message",
        reason: "A message lies in a queue of another tenant, company or kind.",
        nextStep: "Somebody moved or copied it by hand; discard it, its document has its own message."
    )
    private static let ahead = Failure(
        .document,
        code: "unknown-revision",
        reason: "A message holds a later revision of its document than this database knows.",
        nextStep:
            "If the database was restored from a backup, run `connectorctl sync`; otherwise somebody forged it: discard it."
    )
    private static func foreign(_ error: EnvelopeError) -> Failure {
        Failure(
            .document,
            code: error.isOfLaterRelease ? "later-schema" : "foreign-message",
            reason: error.description,
            nextStep: error.isOfLaterRelease
                ? "Update the workers to the poller's release; the document is then published again by itself. Discard this."
                : "Find out who publishes to this queue, then discard it."
        )
    }
}
