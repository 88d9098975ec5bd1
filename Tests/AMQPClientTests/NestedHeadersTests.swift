import Testing

@testable import AMQPClient

/// Headers of strangers, nested as deep as a frame allows.
@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct NestedHeadersTests {
    @Test func absurdlyNestedHeadersAreCutAndTheNextArrives() async throws {
        var value = AMQPValue.null
        // 64 KiB are allowed: six bytes a level.
        for _ in 0..<10_000 { value = .table(["": value]) }
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let nested = AMQPMessage(body: [1], headers: ["deep": value])
                try await connection.publish(nested, to: "", routingKey: queue)
                try await connection.publish(AMQPMessage("after"), to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 10)
                let first = try await consumer.next()
                #expect(first.body == [1])
                guard case .table = first.headers["deep"] else {
                    Issue.record("the headers are lost")
                    return
                }
                #expect(try await consumer.next().text == "after")
            }
        }
    }
}
