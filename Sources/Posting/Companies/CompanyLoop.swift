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
        // Whoever deleted it has deleted it for all; this process may remember it still.
        try await context.broker.declare(queue)
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
            for try await delivery in consumer {
                PostingMetrics.delivered(queue.kind, isRedelivered: delivery.isRedelivered)
                await buffer.append(delivery)
            }
        } catch {
            context.logger.warning("\(queue.name): \(error)")
        }
        await buffer.finish()
    }

    /// - Returns: false when deliveries went back to the queue.
    private func work(_ deliveries: [AMQPDelivery], failuresBefore: Int) async -> Bool {
        var open = OpenDeliveries(deliveries)
        do {
            try await carryOut(&open, by: handler)
            return true
        } catch {
            await report(error)
            await rest(failuresBefore)
            for delivery in open.all { await settle(delivery, .requeue) }
            return false
        }
    }

    private func carryOut(_ open: inout OpenDeliveries, by handler: some WorkHandler) async throws {
        let prepared = try await prepare(&open, by: handler)
        guard !prepared.isEmpty else { return }
        let hasWorked = try await handler.carryOut(prepared, of: company)
        // What was decided without Sage 300 says nothing of how it is.
        if hasWorked { try await context.database.recordSuccess(company.target) }
        for delivery in open.all { await settle(delivery, .acknowledge) }
    }

    /// Tells what calls for work and maps it. Redelivered ones are read and mapped one at a time, each under its mark: if
    /// one kills its worker, its neighbours are not charged.
    /// - Returns: in the order of delivery within each group; of those that were set aside nothing.
    private func prepare<Handler: WorkHandler>(_ open: inout OpenDeliveries, by handler: Handler) async throws
        -> [Handler.Prepared]
    {
        var triage = DeliveryTriage(context: context, queue: queue)
        var prepared: [Handler.Prepared] = []
        for group in open.groups {
            let settled: [(AMQPDelivery, Settlement)]
            if let delivery = group.first, delivery.isRedelivered {
                let read = try await context.underMark(delivery, from: queue) { stage in
                    try await self.read(group, &triage, by: handler, stage)
                }
                prepared += read?.prepared ?? []
                settled = read?.settled ?? [(delivery, .acknowledge)]
            } else {
                let read = try await self.read(group, &triage, by: handler, HandlingStage())
                prepared += read.prepared
                settled = read.settled
            }
            for (delivery, settlement) in settled {
                open.remove(delivery)
                await settle(delivery, settlement)
            }
        }
        return prepared
    }

    /// What a document does to its worker, it does here.
    private func read<Handler: WorkHandler>(
        _ group: [AMQPDelivery],
        _ triage: inout DeliveryTriage,
        by handler: Handler,
        _ stage: HandlingStage
    ) async throws -> Read<Handler.Prepared> {
        let sorted = try await triage.sort(group)
        stage.enter("map")
        var read = Read<Handler.Prepared>(settled: sorted.settled)
        for assignment in sorted.work {
            read.prepared.append(try await handler.prepare(assignment, of: company))
        }
        return read
    }

    /// A transient failure is charged to the company, not to its documents.
    private func report(_ error: any Error) async {
        guard let error = error as? SageError else {
            return context.logger.warning("\(queue.name): \(error); tried again")
        }
        context.logger.warning("\(company.target): \(error)")
        await context.charge(error, to: company.target)
    }

    /// Longer after every failure, shorter than a delivery may wait.
    private func rest(_ failures: Int) async {
        let milliseconds = min(500 << min(failures, 5), 10_000)
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    private func settle(_ delivery: AMQPDelivery, _ settlement: Settlement) async {
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

/// What came of reading some deliveries.
private struct Read<Prepared: Sendable>: Sendable {
    var prepared: [Prepared] = []
    /// Those that call for no work.
    var settled: [(AMQPDelivery, Settlement)]
}

/// The deliveries in hand that are not settled yet.
private struct OpenDeliveries {
    private(set) var all: [AMQPDelivery]

    init(_ deliveries: [AMQPDelivery]) { all = deliveries }

    mutating func remove(_ delivery: AMQPDelivery) {
        all.removeAll { $0.deliveryTag == delivery.deliveryTag }
    }

    /// Those that came for the first time together, redelivered ones each alone.
    var groups: [[AMQPDelivery]] {
        let first = all.filter { !$0.isRedelivered }
        return (first.isEmpty ? [] : [first]) + all.filter(\.isRedelivered).map { [$0] }
    }
}
