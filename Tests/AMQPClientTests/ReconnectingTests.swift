import Testing

@testable import AMQPClient

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct ReconnectingTests {
    @Test func consumerResumesAfterACut() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            try await withConnection(configuration, events: events) { connection in
                try await withQueue(connection) { queue in
                    for text in ["a", "b", "c"] {
                        try await connection.publish(AMQPMessage(text), to: "", routingKey: queue)
                    }
                    let consumer = try await connection.consume(queue, prefetch: 2)
                    let stale = try await consumer.next()
                    proxy.cut()
                    try await events.waitForConnections(2)
                    // "a" was taken and "b" buffered: both are void and come again.
                    for text in ["a", "b", "c"] {
                        let delivery = try await consumer.next()
                        #expect(delivery.text == text)
                        #expect(delivery.isRedelivered == (text != "c"))
                        try await consumer.acknowledge(delivery)
                    }
                    await #expect(throws: AMQPError.staleDelivery) { try await consumer.acknowledge(stale) }
                }
            }
        }
        #expect(events.events.filter(\.isDisconnected).count == 2)
    }

    @Test func publishingUnderWayAtACutIsConfirmLost() async throws {
        try await withProxy { proxy, configuration in
            try await withConnection(configuration) { connection in
                try await withConnection { observer in
                    try await withQueue(observer) { queue in
                        try await connection.publish(AMQPMessage("first"), to: "", routingKey: queue)
                        proxy.holdAnswers()
                        let publishing = Task {
                            try await connection.publish(AMQPMessage("second"), to: "", routingKey: queue)
                        }
                        try await eventually { try await observer.inspectQueue(queue)?.readyCount == 2 }
                        proxy.cut()
                        await #expect(throws: AMQPError.confirmLost) { try await publishing.value }
                        proxy.release()
                        try await connection.publish(AMQPMessage("third"), to: "", routingKey: queue)
                    }
                }
            }
        }
    }

    @Test func whatIsIssuedWhileTheBrokerIsAwayWaitsForIt() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            try await withConnection(configuration, events: events) { connection in
                try await withQueue(connection) { queue in
                    proxy.holdAll()
                    proxy.cut()
                    try await events.wait { $0.contains(where: \.isDisconnected) }
                    let publishing = Task {
                        try await connection.publish(AMQPMessage("x"), to: "", routingKey: queue)
                    }
                    let inspecting = Task { try await connection.inspectQueue(queue) }
                    let cancelled = Task {
                        try await connection.publish(AMQPMessage("y"), to: "", routingKey: queue)
                    }
                    cancelled.cancel()
                    await #expect(throws: AMQPError.cancelled) { try await cancelled.value }
                    proxy.release()
                    try await publishing.value
                    let state = try await inspecting.value
                    #expect(state?.name == queue)
                }
            }
        }
    }

    @Test func everyPublishingAcrossCutsIsConfirmedOrKnownAsUncertain() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            try await withConnection(configuration, events: events) { connection in
                try await withQueue(connection) { queue in
                    let outcomes = await withTaskGroup { group in
                        for index in 0..<3000 {
                            group.addTask { () -> AMQPError? in
                                do {
                                    try await connection.publish(
                                        AMQPMessage("\(index)"),
                                        to: "",
                                        routingKey: queue
                                    )
                                    if index.isMultiple(of: 700) { proxy.cut() }
                                    return nil
                                } catch {
                                    return error as? AMQPError
                                }
                            }
                        }
                        return await group.reduce(into: []) { $0.append($1) }
                    }
                    let lost = outcomes.count { $0 == .confirmLost }
                    let confirmed = outcomes.count { $0 == nil }
                    #expect(lost + confirmed == 3000)
                    let stored = try await connection.inspectQueue(queue)
                    #expect((confirmed...3000).contains(stored?.readyCount ?? 0))
                    #expect(events.connectedCount > 1)
                }
            }
        }
    }

    @Test func queueThatDidNotSurviveEndsItsConsumer() async throws {
        try await withProxy { proxy, configuration in
            try await withConnection(configuration) { connection in
                let queue = try await connection.declareQueue("", durable: false, exclusive: true).name
                let consumer = try await connection.consume(queue, prefetch: 1)
                proxy.cut()
                await #expect(throws: AMQPError.queueGone(queue)) { for try await _ in consumer {} }
            }
        }
    }

    @Test func consumersOfAWholeChannelAndMoreResume() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            try await withConnection(configuration, events: events) { connection in
                try await withQueue(connection) { queue in
                    var consumers: [AMQPConsumer] = []
                    for _ in 0..<70 { consumers.append(try await connection.consume(queue, prefetch: 1)) }
                    proxy.cut()
                    try await events.waitForConnections(2)
                    try await eventually { try await connection.inspectQueue(queue)?.consumerCount == 70 }
                    for consumer in consumers { await consumer.cancel() }
                    #expect(try await connection.inspectQueue(queue)?.consumerCount == 0)
                }
            }
        }
    }

    @Test func brokerThatIsDownAtFirstIsWaitedFor() async throws {
        let events = EventLog()
        try await withProxy(listens: false) { proxy, configuration in
            let connection = AMQPConnection(configuration: configuration) { events.append($0) }
            let connecting = Task { try await connection.connect() }
            try await events.wait { $0.count(where: \.isRetrying) >= 2 }
            try proxy.listen()
            try await connecting.value
            #expect(await connection.isConnected)
            await connection.close()
        }
    }

    @Test func anotherNodeIsTriedWhenOneIsDown() async throws {
        var configuration = try Broker.configuration()
        let unused = try CuttingProxy(to: 1)
        let dead = try Broker.endpoint(port: Int(unused.port))
        configuration.endpoints = [dead, dead, dead, try Broker.endpoint()]
        // One round is enough, whatever the order.
        let events = EventLog()
        try await withConnection(configuration, events: events) { _ in }
        #expect(events.events.count(where: \.isRetrying) == 0)
    }

    @Test func idleConnectionIsKeptByHeartbeats() async throws {
        var configuration = try Broker.configuration()
        configuration.heartbeatSeconds = 2
        let events = EventLog()
        try await withConnection(configuration, events: events) { connection in
            // Three intervals: without ours the broker would hang up, without its we would.
            try await Task.sleep(for: .seconds(6))
            #expect(await connection.isConnected)
            #expect(events.events.count(where: \.isDisconnected) == 0)
        }
    }

    @Test func silentPeerIsGivenUp() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.heartbeatSeconds = 1
            try await withConnection(configuration, events: events) { _ in
                proxy.holdAll()
                try await events.wait { $0.contains(where: \.isDisconnected) }
                proxy.release()
                try await events.waitForConnections(2)
            }
        }
        guard case .disconnected(.connectionLost(let reason)) = events.events.first(where: \.isDisconnected)
        else {
            Issue.record("\(events.events)")
            return
        }
        #expect(reason.contains("heartbeat"))
    }

    @Test func unansweredRequestTimesOutWithoutEndingTheConnection() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.replyTimeout = .seconds(1)
            try await withConnection { owner in
                try await withQueue(owner) { queue in
                    try await withConnection(configuration, events: events) { connection in
                        proxy.holdAnswers()
                        await #expect(throws: AMQPError.timedOut("queue.declare \(queue)")) {
                            try await connection.inspectQueue(queue)
                        }
                        proxy.release()
                        let state = try await connection.inspectQueue(queue)
                        #expect(state?.name == queue)
                        #expect(events.connectedCount == 1)
                    }
                }
            }
        }
    }
}
