import Testing

@testable import AMQPClient

/// A broker that takes a message and never says so.
@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct ConfirmTimeoutTests {
    @Test func confirmThatStaysAwayIsGivenUpAndTheConnectionKept() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.confirmTimeout = .seconds(1)
            configuration.maximumUnconfirmed = 1
            try await withConnection(configuration, events: events) { connection in
                try await withConnection { owner in
                    try await withQueue(owner) { queue in
                        try await connection.publish(AMQPMessage("a"), to: "", routingKey: queue)
                        proxy.holdAnswers()
                        await #expect(throws: AMQPError.confirmLost) {
                            try await connection.publish(AMQPMessage("b"), to: "", routingKey: queue)
                        }
                        // It has the place of the one that was given up, and another channel.
                        async let next: Void = connection.publish(AMQPMessage("b"), to: "", routingKey: queue)
                        proxy.release()
                        try await next
                        // Late answers are counted for whom they are.
                        for _ in 0..<3 {
                            try await connection.publish(AMQPMessage("c"), to: "", routingKey: queue)
                        }
                        try await eventually { try await owner.inspectQueue(queue)?.readyCount == 6 }
                    }
                }
            }
        }
        #expect(events.connectedCount == 1)
    }

    @Test func brokerSaysWhichReleaseItIs() async throws {
        try await withConnection { connection in
            let version = try #require(await connection.brokerVersion)
            #expect(version.split(separator: ".").count >= 2)
        }
    }

    /// A node that does not answer is left to the end of the round.
    @Test func nodeThatFailedLatelyIsTriedLast() async throws {
        let unused = try CuttingProxy(to: 1)
        let dead = try Broker.endpoint(port: Int(unused.port))
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.endpoints.append(dead)
            let events = EventLog()
            try await withConnection(configuration, events: events) { connection in
                for round in 2...6 {
                    proxy.cut()
                    try await events.waitForConnections(round)
                }
                // Both have failed by now, but only one answers.
                #expect(await connection.lastFailures.keys.contains(dead))
            }
        }
    }
}
