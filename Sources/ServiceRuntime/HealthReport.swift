import AMQPClient
import Accounting
import ExactJSON
import Messaging
import PostgresClient
import Storage

/// Whether a service is alive, and whether it is ready.
struct HealthReport: Sendable {
    let service: String
    let hasBroker: Bool
    let hasDatabase: Bool
    let loops: [(loop: String, silence: Duration)]
    let isAlive: Bool

    /// Connected, both systems answer, and its loops turn.
    var isReady: Bool { hasBroker && hasDatabase && isAlive }

    var json: JSON {
        [
            "status": isReady ? "ready" : isAlive ? "waiting" : "stuck", "service": .string(service),
            "version": .string(Product.version), "broker": .bool(hasBroker), "database": .bool(hasDatabase),
            "alive": .bool(isAlive),
            "loops": .array(
                loops.map {
                    ["loop": .string($0.loop), "silentSeconds": .int(Int($0.silence.components.seconds))]
                }
            ),
        ]
    }
}

extension Watchdog {
    /// Looks every few seconds, until cancelled, whether there is something that a loop may wait for.
    func excuse(whenAway connections: Connections, every interval: Duration = .seconds(5)) async {
        while !Task.isCancelled {
            let found = await connections.answer()
            let isBlocked = await answerIsBlocked(connections)
            if !found.broker || !found.database || isBlocked { excuse() }
            try? await Task.sleep(for: interval)
        }
    }

    private func answerIsBlocked(_ connections: Connections) async -> Bool {
        await answer(within: .seconds(2)) { await connections.broker.connection.isBlocked } ?? true
    }
}

extension Connections {
    /// Whether broker and database answer now, in two seconds at most.
    func answer() async -> (broker: Bool, database: Bool) {
        async let hasBroker = ServiceRuntime.answer(within: .seconds(2)) {
            await broker.connection.isConnected
        }
        async let row = ServiceRuntime.answer(within: .seconds(2)) {
            try await database.client.query("select 1")
        }
        return (await hasBroker ?? false, await row != nil)
    }
}
