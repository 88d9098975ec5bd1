import AMQPClient
import Accounting
import Foundation
import Logging
import Messaging
import Sage300
import Storage
import Tenancy

/// Works one company's queue of one kind: batches of deliveries in, recorded states out, then acknowledged.
final class CompanyLoop: Sendable {
    let company: ServedCompany
    let queue: WorkQueue
    private let context: PostingContext
    private let handler: any WorkHandler
    private let buffer = DeliveryBuffer()
    private let consumer: AMQPConsumer

    /// Begins to consume.
    init(
        _ company: ServedCompany,
        kind: WorkKind,
        context: PostingContext,
        handler: any WorkHandler
    ) async throws {
        self.company = company
        self.context = context
        self.handler = handler
        queue = WorkQueue(tenant: company.tenant.tenant, company: company.rules.company, kind: kind)
        try await context.broker.prepare(queue)
        consumer = try await context.broker.connection.consume(
            queue.name,
            prefetch: handler.batching(company).maximum
        )
    }

    /// Runs until `stop()`, or until the queue is gone.
    func run() async {
        async let pump: Void = pump()
        let (maximum, wait) = handler.batching(company)
        var failures = 0
        while let deliveries = await buffer.next(maximum, wait: wait) {
            let isDone = await work(deliveries, failuresBefore: failures)
            failures = isDone ? 0 : failures + 1
        }
        await pump
        for delivery in await buffer.remainder() { await settle(delivery, .requeue) }
    }

    /// Takes no more deliveries; what is in hand is finished.
    func stop() async {
        await consumer.cancel()
        await buffer.finish()
    }

    private func pump() async {
        do {
            for try await delivery in consumer { await buffer.append(delivery) }
        } catch {
            context.logger.warning("\(queue.name): \(error)")
        }
        await buffer.finish()
    }

    /// - Returns: false when the deliveries went back to the queue.
    private func work(_ deliveries: [AMQPDelivery], failuresBefore: Int) async -> Bool {
        do {
            let triage = try await DeliveryTriage(context: context, queue: queue).sort(deliveries)
            for (delivery, settlement) in triage.settled { await settle(delivery, settlement) }
            guard !triage.work.isEmpty else { return true }
            do {
                try await handler.handle(triage.work, of: company)
                try await context.database.recordSuccess(company.target)
                for assignment in triage.work { await settle(assignment.delivery, .acknowledge) }
                return true
            } catch {
                await report(error)
                await rest(failuresBefore)
                for assignment in triage.work { await settle(assignment.delivery, .requeue) }
                return false
            }
        } catch {
            context.logger.warning("\(queue.name): \(error); tried again")
            await rest(failuresBefore)
            for delivery in deliveries { await settle(delivery, .requeue) }
            return false
        }
    }

    /// A transient failure is charged to the company, not to its documents.
    private func report(_ error: any Error) async {
        guard let error = error as? SageError else {
            return context.logger.info("\(queue.name): \(error); tried again")
        }
        context.logger.warning("\(company.target): \(error)")
        guard error.cause != .credentials else { return }
        let isPaused = try? await context.database.recordFailure(
            company.target,
            reason: error.failure.reason,
            probeAfter: context.settings.probeInterval
        )
        if isPaused == true {
            context.logger.error("\(company.target) is paused and probed: \(error.failure.reason)")
        }
    }

    /// Longer after every failure, shorter than a delivery may wait.
    private func rest(_ failures: Int) async {
        let milliseconds = min(500 << min(failures, 5), 10_000)
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    private func settle(_ delivery: AMQPDelivery, _ settlement: Settlement) async {
        // Whatever comes of it, its worker lived: only a death leaves the mark. A redelivery after an outage of
        // Sage 300 must not count against the document.
        if delivery.isRedelivered, let id = delivery.messageID {
            try? await context.database.clearDeliveryMark(id)
        }
        do {
            switch settlement {
            case .acknowledge: try await consumer.acknowledge(delivery)
            case .requeue: try await consumer.reject(delivery, requeue: true)
            }
        } catch {
            // The broker redelivers what it got no settlement for; the triage knows it again.
            context.logger.debug("\(queue.name): \(error)")
        }
    }
}
