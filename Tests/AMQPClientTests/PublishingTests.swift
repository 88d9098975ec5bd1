import AMQPClient
import Testing

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct PublishingTests {
    @Test func confirmedMessageIsInTheQueueWithItsProperties() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                var message = AMQPMessage("hello")
                message.contentType = "text/plain"
                message.messageID = "m-1"
                message.type = "greeting"
                message.headers = [
                    "attempt": 3, "who": "me", "nested": .table(["list": .array([1, true, "x"])]),
                ]
                try await connection.publish(message, to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 1)
                let delivery = try await consumer.next()
                #expect(delivery.text == "hello")
                #expect(delivery.contentType == "text/plain")
                #expect(delivery.messageID == "m-1")
                #expect(delivery.type == "greeting")
                #expect(delivery.headers == message.headers)
                #expect(delivery.exchange == "")
                #expect(delivery.routingKey == queue)
                #expect(!delivery.isRedelivered)
                try await consumer.acknowledge(delivery)
            }
        }
    }
}
