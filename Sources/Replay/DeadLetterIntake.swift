import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Logging
import Messaging
import PostgresClient
import Publishing
import Storage
import Synchronization

/// Takes the letters of one dead-letter queue into the failure store: stored first, acknowledged then.
final class DeadLetterIntake: Sendable {
    private let database: Database
    private let logger: Logger
    private let consumer: AMQPConsumer
    private let queue: String
    private let taking = Mutex(false)

    /// A letter is in hand: neither in the queue any more nor in the store yet.
    var isTaking: Bool { taking.withLock { $0 } }

    init(queue: String, database: Database, broker: Broker, logger: Logger) async throws {
        self.queue = queue
        self.database = database
        self.logger = logger
        consumer = try await broker.connection.consume(queue, prefetch: 100)
    }

    func run() async {
        do {
            for try await delivery in consumer { try await take(delivery) }
        } catch {
            logger.warning("\(queue): \(error)")
        }
    }

    func stop() async { await consumer.cancel() }

    private func take(_ delivery: AMQPDelivery) async throws {
        taking.withLock { $0 = true }
        defer { taking.withLock { $0 = false } }
        var report = report(delivery)
        var isStray = false
        var pause = Duration.milliseconds(200)
        while true {
            do {
                try await database.takeIn(report)
                break
            } catch let error as PostgresError where error.isAboutValues && !isStray {
                // Trying again cannot help, and those behind it wait.
                report = stray(delivery, from: queue)
                isStray = true
            } catch {
                // The letter stays unacknowledged meanwhile: the broker keeps it whatever happens here.
                logger.warning("\(queue): \(error); tried again")
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
        // Unsettled, it is redelivered and found stored already.
        try? await consumer.acknowledge(delivery)
    }

    private func report(_ delivery: AMQPDelivery) -> FailureReport {
        guard let letter = DeadLetter(parsing: delivery.body) else {
            return stray(delivery, from: delivery.routingKey)
        }
        var report = FailureReport(
            deathID: letter.id,
            failure: letter.failure,
            failedAt: letter.failedAt,
            message: letter.json.text
        )
        report.attempts = letter.attempts
        report.amount = letter.amount
        report.currency = letter.currency
        switch letter.content {
        case .document(let envelope):
            report.key = envelope.key
            report.revision = envelope.revision
            report.number = envelope.number
            report.document = envelope.document
        case .stray(_, let queue):
            (report.tenant, report.company) = Self.owner(ofQueue: queue)
        }
        return report
    }

    /// Something lies in a dead-letter queue that is no dead letter: kept, never a crash.
    private func stray(_ delivery: AMQPDelivery, from origin: String) -> FailureReport {
        let letter = DeadLetter(
            content: .stray(beginning: delivery.body, queue: origin),
            failure: Failure(
                .document,
                code: "foreign-message",
                reason: "A message in \(queue) is no dead letter of this connector.",
                nextStep: "Find out who publishes to this queue, then discard it."
            ),
            attempts: 1
        )
        var report = FailureReport(
            deathID: letter.id,
            failure: letter.failure,
            failedAt: letter.failedAt,
            message: letter.json.text
        )
        (report.tenant, report.company) = Self.owner(ofQueue: origin)
        return report
    }

    /// `mlc.TENANT.COMPANY.KIND`.
    private static func owner(ofQueue queue: String) -> (tenant: String?, company: String?) {
        let parts = queue.split(separator: ".")
        guard parts.count == 4 else { return (nil, nil) }
        return (String(parts[1]), parts[2] == "-" ? nil : String(parts[2]))
    }
}

extension PostgresError {
    /// The statement holds a value that the database cannot keep: no other try will end differently.
    fileprivate var isAboutValues: Bool {
        kind == .encoding || sqlState?.hasPrefix("22") == true || sqlState?.hasPrefix("23") == true
    }
}
