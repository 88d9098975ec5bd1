public import AMQPClient
public import Accounting
import ExactJSON
import Foundation
import Synchronization

/// What is done with a tenant's queues and messages when it is removed.
extension Broker {
    /// Deletes a queue of work with all that is in it, whoever consumes from it.
    /// - Returns: how many messages were ready in it; nil where there is no such queue.
    public func delete(_ queue: WorkQueue) async throws(AMQPError) -> Int? {
        guard let state = try await connection.inspectQueue(queue.name) else { return nil }
        try await connection.deleteQueue(queue.name)
        return state.readyCount
    }

    /// Takes a tenant's messages out of the queues that all tenants share: delays and dead letters. Others' go back to their
    /// places.
    /// - Returns: how many were taken out, and whether every message could be looked at.
    public func takeOut(messagesOf tenant: TenantID) async throws(AMQPError) -> (count: Int, isComplete: Bool)
    {
        var (count, isComplete) = (0, true)
        for queue in delays.branches.map(\.name) + Topology.deadQueues {
            let taken = try await takeOut(messagesOf: tenant, from: queue)
            count += taken.count
            isComplete = isComplete && taken.isComplete
        }
        return (count, isComplete)
    }

    /// More than this is not held in memory at a time; the replayer empties the queues of dead letters within seconds.
    private static let mostHeld = 20_000
    private static let patience = Duration.seconds(5)

    private func takeOut(messagesOf tenant: TenantID, from queue: String) async throws(AMQPError) -> (
        count: Int, isComplete: Bool
    ) {
        let expected = try await connection.inspectQueue(queue)?.readyCount ?? 0
        guard expected > 0 else { return (0, true) }
        let consumer = try await connection.consume(queue, prefetch: min(expected, Self.mostHeld))
        // Somebody else may consume from it, too: what does not come is theirs.
        let alarm = Task {
            do { try await Task.sleep(for: Self.patience) } catch { return }
            await consumer.cancel()
        }
        defer { alarm.cancel() }
        var (seen, count) = (0, 0)
        var others: [AMQPDelivery] = []
        while seen < min(expected, Self.mostHeld),
            let delivery = try await consumer.makeAsyncIterator().nextOne()
        {
            seen += 1
            if delivery.isOf(tenant) {
                try await consumer.acknowledge(delivery)
                count += 1
            } else {
                others.append(delivery)
            }
        }
        for delivery in others { try await consumer.reject(delivery, requeue: true) }
        await consumer.cancel()
        return (count, expected <= Self.mostHeld)
    }
}

extension AMQPConsumer.AsyncIterator {
    fileprivate func nextOne() async throws(AMQPError) -> AMQPDelivery? {
        var iterator = self
        return try await iterator.next(isolation: nil)
    }
}

extension AMQPDelivery {
    /// Whether a message is of a tenant, by its way or by what it holds.
    fileprivate func isOf(_ tenant: TenantID) -> Bool {
        let prefix = "mlc.\(tenant.name)."
        if routingKey.hasPrefix(prefix) || messageID?.hasPrefix("\(tenant.name)/") == true { return true }
        guard let letter = DeadLetter(parsing: body) else { return false }
        switch letter.content {
        case .document(let envelope): return envelope.tenant == tenant
        case .stray(_, let queue): return queue.hasPrefix(prefix)
        }
    }
}
