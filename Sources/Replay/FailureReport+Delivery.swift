import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Messaging
import Publishing
import Storage

extension FailureReport {
    /// What lies in a dead-letter queue, whatever it is.
    init(_ delivery: AMQPDelivery, from queue: String) {
        guard !delivery.isCut, let letter = DeadLetter(parsing: delivery.body) else {
            self.init(stray: delivery, in: queue, from: delivery.routingKey)
            return
        }
        // As it came, whatever a later release may have added.
        let text = String(validating: delivery.body, as: UTF8.self) ?? letter.json.text
        self.init(letter, message: text)
    }

    /// Something lies in a dead-letter queue that is no dead letter: kept, once however often it is delivered, never a crash.
    /// - Parameter origin: the queue or routing key it may tell its owner by.
    init(stray delivery: AMQPDelivery, in queue: String, from origin: String) {
        let letter = DeadLetter(
            id: delivery.strayDeath(in: queue),
            content: .stray(beginning: delivery.body, queue: origin),
            failure: Failure(
                .document,
                code: "foreign-message",
                reason: delivery.isCut
                    ? "A message in \(queue) is no dead letter of this connector: it has \(delivery.bodySize) bytes."
                    : "A message in \(queue) is no dead letter of this connector.",
                nextStep: "Find out who publishes to this queue, then discard it."
            ),
            attempts: 1
        )
        self.init(letter, message: letter.json.text)
    }

    private init(_ letter: DeadLetter, message: String) {
        self.init(deathID: letter.id, failure: letter.failure, failedAt: letter.failedAt, message: message)
        attempts = letter.attempts
        amount = letter.amount
        currency = letter.currency
        trace = letter.trace
        switch letter.content {
        case .document(let envelope):
            key = envelope.key
            revision = envelope.revision
            number = envelope.number
            document = envelope.document
        case .stray(_, let queue):
            (tenant, company) = Self.owner(ofQueue: queue)
        }
    }

    /// `mlc.TENANT.COMPANY.KIND`.
    private static func owner(ofQueue queue: String) -> (tenant: String?, company: String?) {
        let parts = queue.split(separator: ".")
        guard parts.count == 4 else { return (nil, nil) }
        return (String(parts[1]), parts[2] == "-" ? nil : String(parts[2]))
    }
}
