import Testing

@testable import AMQPClient

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct ClosingTests {
    @Test func nothingWorksBeforeConnectingOrAfterClosing() async throws {
        let connection = AMQPConnection(configuration: try Broker.configuration())
        await #expect(throws: AMQPError.notConnected) {
            try await connection.publish(AMQPMessage("x"), to: "", routingKey: "x")
        }
        await #expect(throws: AMQPError.notConnected) { try await connection.inspectQueue("x") }
        await #expect(throws: AMQPError.notConnected) { try await connection.consume("x", prefetch: 1) }
        try await connection.connect()
        await connection.close()
        await connection.close()
        await #expect(throws: AMQPError.closed) {
            try await connection.publish(AMQPMessage("x"), to: "", routingKey: "x")
        }
        await #expect(throws: AMQPError.closed) { try await connection.inspectQueue("x") }
        await #expect(throws: AMQPError.closed) { try await connection.consume("x", prefetch: 1) }
        await #expect(throws: AMQPError.closed) { try await connection.connect() }
    }

    @Test func closingWaitsForConfirms() async throws {
        try await withConnection { observer in
            try await withQueue(observer) { queue in
                let connection = AMQPConnection(configuration: try Broker.configuration())
                try await connection.connect()
                let outcomes = await withTaskGroup { group in
                    for index in 0..<500 {
                        group.addTask { () -> AMQPError? in
                            do {
                                let message = AMQPMessage("\(index)")
                                try await connection.publish(message, to: "", routingKey: queue)
                                return nil
                            } catch {
                                return error as? AMQPError
                            }
                        }
                    }
                    let first = await group.next() ?? nil
                    await connection.close()
                    return await group.reduce(into: [first]) { $0.append($1) }
                }
                // Those that came too late know it; of the others none is uncertain.
                #expect(outcomes.allSatisfy { $0 == nil || $0 == .closed })
                #expect(outcomes.contains(nil))
                let stored = try await observer.inspectQueue(queue)
                #expect(stored?.readyCount == outcomes.count { $0 == nil })
            }
        }
    }

    @Test func closingEndsConsumersAndTheirDeliveriesGoBack() async throws {
        try await withConnection { observer in
            try await withQueue(observer) { queue in
                for text in ["a", "b"] {
                    try await observer.publish(AMQPMessage(text), to: "", routingKey: queue)
                }
                let connection = AMQPConnection(configuration: try Broker.configuration())
                try await connection.connect()
                let consumer = try await connection.consume(queue, prefetch: 2)
                let taken = try await consumer.next()
                await connection.close()
                var iterator = consumer.makeAsyncIterator()
                #expect(try await iterator.next() == nil)
                await #expect(throws: AMQPError.staleDelivery) { try await consumer.acknowledge(taken) }
                #expect(try await observer.consume(queue, prefetch: 1).next().isRedelivered)
            }
        }
    }

    @Test func closingDoesNotWaitForABrokerThatIsAway() async throws {
        try await withProxy(listens: false) { _, configuration in
            let events = EventLog()
            let connection = AMQPConnection(configuration: configuration) { events.append($0) }
            let connecting = Task { try await connection.connect() }
            try await events.wait { $0.contains(where: \.isRetrying) }
            await connection.close()
            await #expect(throws: AMQPError.closed) { try await connecting.value }
        }
    }

    @Test func silentBrokerDelaysClosingOnlyBriefly() async throws {
        try await withProxy { proxy, configuration in
            let connection = AMQPConnection(configuration: configuration)
            try await connection.connect()
            proxy.holdAll()
            let start = ContinuousClock.now
            // How late a timer of two seconds comes on this machine now, which is what closing waits by.
            async let timer = ContinuousClock().measure { try? await Task.sleep(for: .seconds(2)) }
            await connection.close()
            let closing = ContinuousClock.now - start
            #expect(await closing < timer + .seconds(2))
        }
    }

    @Test func cancelledConnectStopsWaiting() async throws {
        try await withProxy(listens: false) { _, configuration in
            let connection = AMQPConnection(configuration: configuration)
            let connecting = Task { try await connection.connect() }
            await Task.yield()
            connecting.cancel()
            await #expect(throws: AMQPError.cancelled) { try await connecting.value }
            await connection.close()
        }
    }

    @Test func connectionAndItsThreadEndAfterClosing() async throws {
        weak var weakConnection: AMQPConnection?
        do {
            let connection = AMQPConnection(configuration: try Broker.configuration())
            weakConnection = connection
            try await connection.connect()
            let queue = try await connection.declareQueue("", durable: false, exclusive: true).name
            _ = try await connection.consume(queue, prefetch: 1)
            await connection.close()
        }
        // The last job of the loop thread may still hold it.
        try await eventually { weakConnection == nil }
    }
}
