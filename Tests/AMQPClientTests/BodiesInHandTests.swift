import Testing

@testable import AMQPClient

/// Bodies of deliveries are bounded, one by one and all together.
@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct BodiesInHandTests {
    private static let kilobyte = [UInt8](repeating: 7, count: 1000)

    @Test func ofATooLargeDeliveryTheBeginningIsKept() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumBodyBytes = 100_000
        configuration.keptBytesOfLarger = 1000
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                for size in [100_000, 100_001, 3_000_000] {
                    let body = [UInt8](repeating: 1, count: size)
                    try await connection.publish(AMQPMessage(body: body), to: "", routingKey: queue)
                }
                try await connection.publish(AMQPMessage("after"), to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 10)
                for (kept, size) in [(100_000, 100_000), (1000, 100_001), (1000, 3_000_000), (5, 5)] {
                    let delivery = try await consumer.next()
                    #expect(delivery.body.count == kept)
                    #expect(delivery.bodySize == size)
                    #expect(delivery.isCut == (kept < size))
                    try await consumer.acknowledge(delivery)
                }
            }
        }
    }

    /// All arrive in the end, in order, and never more than fits is in hand.
    @Test func whatDoesNotFitGoesBackAndComesAgain() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumBytesInHand = 3500
        try await withConnection(configuration) { connection in
            try await withQueue(connection, kind: .quorum) { queue in
                for index in 0..<40 {
                    let body = [UInt8(index)] + Self.kilobyte.dropFirst()
                    try await connection.publish(AMQPMessage(body: body), to: "", routingKey: queue)
                }
                let consumer = try await connection.consume(queue, prefetch: 30)
                var inHand: [AMQPDelivery] = []
                var largest = 0
                var seen: [UInt8] = []
                for try await delivery in consumer {
                    inHand.append(delivery)
                    largest = max(largest, inHand.count)
                    seen.append(try #require(delivery.body.first))
                    // Some are kept for a while, as a batch does.
                    if inHand.count == 3 || seen.count == 40 {
                        for delivery in inHand { try await consumer.acknowledge(delivery) }
                        inHand = []
                    }
                    if seen.count == 40 { break }
                }
                #expect(seen.sorted() == (0..<40).map { UInt8($0) })
                #expect(largest <= 3)
                #expect(try await connection.inspectQueue(queue)?.readyCount == 0)
            }
        }
    }

    @Test func contentEncodingIsToldAsItWasSaid() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                var message = AMQPMessage(body: [0x1F, 0x8B])
                message.contentEncoding = "gzip"
                try await connection.publish(message, to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 1)
                #expect(try await consumer.next().contentEncoding == "gzip")
            }
        }
    }

    @Test func oneAloneIsAlwaysTaken() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumBytesInHand = 10
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                for _ in 0..<3 {
                    let message = AMQPMessage(body: Self.kilobyte)
                    try await connection.publish(message, to: "", routingKey: queue)
                }
                let consumer = try await connection.consume(queue, prefetch: 5)
                for _ in 0..<3 {
                    let delivery = try await consumer.next()
                    #expect(delivery.body.count == 1000)
                    try await consumer.acknowledge(delivery)
                }
            }
        }
    }

    /// After large messages a consumer of small ones has its whole prefetch again.
    @Test func smallMessagesGetTheWholePrefetchBack() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumBytesInHand = 2500
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                for _ in 0..<6 {
                    try await connection.publish(AMQPMessage(body: Self.kilobyte), to: "", routingKey: queue)
                }
                for _ in 0..<60 { try await connection.publish(AMQPMessage("x"), to: "", routingKey: queue) }
                let consumer = try await connection.consume(queue, prefetch: 10)
                for _ in 0..<46 { try await consumer.acknowledge(consumer.next()) }
                // The rest is left: as many as the prefetch leave the queue.
                try await eventually { try await connection.inspectQueue(queue)?.readyCount == 10 }
            }
        }
    }

    @Test func consumerThatRestsCanBeCancelled() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumBytesInHand = 2500
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                for _ in 0..<9 {
                    try await connection.publish(AMQPMessage(body: Self.kilobyte), to: "", routingKey: queue)
                }
                let consumer = try await connection.consume(queue, prefetch: 9)
                let first = try await consumer.next()
                try await eventually { try await connection.inspectQueue(queue)?.readyCount == 7 }
                await consumer.cancel()
                try await consumer.acknowledge(first)
                try await eventually { try await connection.inspectQueue(queue)?.readyCount == 8 }
            }
        }
    }

    @Test func consumerThatRestsComesBackAfterACut() async throws {
        let events = EventLog()
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.maximumBytesInHand = 2500
            try await withConnection(configuration, events: events) { connection in
                try await withQueue(connection) { queue in
                    for _ in 0..<9 {
                        let message = AMQPMessage(body: Self.kilobyte)
                        try await connection.publish(message, to: "", routingKey: queue)
                    }
                    let consumer = try await connection.consume(queue, prefetch: 9)
                    let first = try await consumer.next()
                    proxy.cut()
                    try await events.waitForConnections(2)
                    await #expect(throws: AMQPError.staleDelivery) { try await consumer.acknowledge(first) }
                    for _ in 0..<9 { try await consumer.acknowledge(consumer.next()) }
                    try await eventually { try await connection.inspectQueue(queue)?.readyCount == 0 }
                }
            }
        }
    }
}
