import AMQPClient
import Synchronization
import Testing

/// Publishes with confirms to quorum queues all the time, over the product's own client, and knows since when each takes
/// messages again.
final class Prober: Sendable {
    private struct State {
        /// By queue, the newest publishing that was confirmed: when it was begun and when it was answered.
        var confirmed: [String: (begun: ContinuousClock.Instant, answered: ContinuousClock.Instant)] = [:]
        var failures: [String: Int] = [:]
    }

    private let connection: AMQPConnection
    private let queues: [String]
    private let state = Mutex(State())
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Begins.
    init(_ connection: AMQPConnection, queues count: Int = 6) async throws {
        self.connection = connection
        queues = (1...count).map { "probe-\($0)" }
        for queue in queues {
            // A cluster that a test before has disturbed may refuse for a moment.
            try await eventually("\(queue) is declared", every: .milliseconds(500)) {
                try? await connection.declareQueue(queue, kind: .quorum, arguments: ["x-max-length": 100])
            }
        }
        tasks.withLock { tasks in tasks = queues.map { queue in Task { await self.probe(queue) } } }
    }

    /// How long after `moment` the last of the queues took a message that was not sent before.
    func recovery(from moment: ContinuousClock.Instant, within limit: Duration = .seconds(120)) async throws
        -> Duration
    {
        try await eventually(
            "every queue takes messages again: \(failures)",
            within: limit,
            every: .milliseconds(5)
        ) {
            let confirmed = state.withLock { $0.confirmed }
            guard confirmed.count == queues.count, confirmed.values.allSatisfy({ $0.begun > moment }) else {
                return nil
            }
            return confirmed.values.map { $0.answered - moment }.max()
        }
    }

    /// How often a publishing failed, by what it was told.
    var failures: [String: Int] { state.withLock { $0.failures } }

    func stop() async {
        for task in tasks.withLock({ $0 }) { task.cancel() }
        await connection.close()
    }

    private func probe(_ queue: String) async {
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            do {
                try await connection.publish(AMQPMessage(body: [1]), to: "", routingKey: queue)
                state.withLock { $0.confirmed[queue] = (begun, .now) }
            } catch {
                state.withLock { $0.failures["\(error)", default: 0] += 1 }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
