import Testing

@testable import AMQPClient

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct ConsumingTests {
    private func publish(_ count: Int, to queue: String, _ connection: AMQPConnection) async throws {
        for index in 0..<count {
            try await connection.publish(AMQPMessage("\(index)"), to: "", routingKey: queue)
        }
    }

    @Test func prefetchBoundsWhatIsUnsettled() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                try await publish(10, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 3)
                var held: [AMQPDelivery] = []
                for index in 0..<3 {
                    held.append(try await consumer.next())
                    #expect(held[index].text == "\(index)")
                }
                #expect(try await connection.inspectQueue(queue)?.readyCount == 7)
                try await consumer.acknowledge(held[0])
                #expect(try await consumer.next().text == "3")
            }
        }
    }

    @Test func requeuedDeliveryComesBackMarked() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                try await publish(1, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 1)
                let first = try await consumer.next()
                #expect(!first.isRedelivered)
                try await consumer.reject(first, requeue: true)
                let second = try await consumer.next()
                #expect(second.isRedelivered)
                #expect(second.text == first.text)
                try await consumer.acknowledge(second)
                #expect(try await connection.inspectQueue(queue)?.readyCount == 0)
            }
        }
    }

    @Test func rejectedDeliveryIsDeadLettered() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { graveyard in
                let arguments: [String: AMQPValue] = [
                    "x-dead-letter-exchange": "", "x-dead-letter-routing-key": .string(graveyard),
                ]
                try await withQueue(connection, arguments: arguments) { queue in
                    try await publish(1, to: queue, connection)
                    let consumer = try await connection.consume(queue, prefetch: 1)
                    try await consumer.reject(try await consumer.next(), requeue: false)
                    let dead = try await connection.consume(graveyard, prefetch: 1).next()
                    #expect(dead.text == "0")
                    guard case .array(let deaths) = dead.headers["x-death"],
                        case .table(let death) = deaths.first
                    else {
                        Issue.record("\(dead.headers)")
                        return
                    }
                    #expect(death["queue"] == .string(queue))
                    #expect(death["count"] == 1)
                }
            }
        }
    }

    @Test func deletedQueueEndsItsConsumerOnly() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let doomed = Broker.uniqueName()
                try await connection.declareQueue(doomed)
                let survivor = try await connection.consume(queue, prefetch: 1)
                let consumer = try await connection.consume(doomed, prefetch: 1)
                let reader = Task { for try await _ in consumer {} }
                try await connection.deleteQueue(doomed)
                await #expect(throws: AMQPError.queueGone(doomed)) { try await reader.value }
                try await publish(1, to: queue, connection)
                #expect(try await survivor.next().text == "0")
            }
        }
    }

    @Test func consumingFromNoQueueDisturbsNobody() async throws {
        let events = EventLog()
        try await withConnection(events: events) { connection in
            try await withQueue(connection) { queue in
                try await publish(2, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 2)
                let held = try await consumer.next()
                let missing = Broker.uniqueName()
                await #expect(throws: AMQPError.queueGone(missing)) {
                    try await connection.consume(missing, prefetch: 1)
                }
                // Its channel has survived: the delivery can still be settled.
                try await consumer.acknowledge(held)
                try await consumer.acknowledge(try await consumer.next())
                #expect(events.events.count { $0.isDisconnected || $0.isChannelClosed } == 0)
            }
        }
    }

    @Test func settlingTwiceIsRefusedHereAndNotByTheBroker() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                try await publish(2, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 1)
                let first = try await consumer.next()
                try await consumer.acknowledge(first)
                await #expect(throws: AMQPError.staleDelivery) { try await consumer.acknowledge(first) }
                await #expect(throws: AMQPError.staleDelivery) {
                    try await consumer.reject(first, requeue: true)
                }
                let second = try await consumer.next()
                #expect(!second.isRedelivered)
                try await consumer.acknowledge(second)
            }
        }
    }

    @Test func cancellingGivesBackWhatNobodyTook() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                try await publish(5, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 5)
                let taken = try await consumer.next()
                await consumer.cancel()
                #expect(try await connection.inspectQueue(queue)?.consumerCount == 0)
                var iterator = consumer.makeAsyncIterator()
                #expect(try await iterator.next() == nil)
                try await consumer.acknowledge(taken)
                let successor = try await connection.consume(queue, prefetch: 10)
                for text in ["1", "2", "3", "4"] { #expect(try await successor.next().text == text) }
            }
        }
    }

    @Test func droppedConsumerIsCancelled() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                do { _ = try await connection.consume(queue, prefetch: 1) }
                // Each look is a round trip to the broker; the time limit ends a vain wait.
                try await eventually { try await connection.inspectQueue(queue)?.consumerCount == 0 }
            }
        }
    }

    @Test func cancelledIterationEndsAndTheConsumerGoesOn() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let consumer = try await connection.consume(queue, prefetch: 1)
                for round in 0..<100 {
                    let reader = Task {
                        var iterator = consumer.makeAsyncIterator()
                        return try await iterator.next()
                    }
                    if round.isMultiple(of: 2) { await Task.yield() }
                    reader.cancel()
                    #expect(try await reader.value == nil)
                }
                try await publish(1, to: queue, connection)
                #expect(try await consumer.next().text == "0")
            }
        }
    }

    @Test func cancelledConsumeLeavesNoConsumerBehind() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                for round in 0..<40 {
                    let consuming = Task { try await connection.consume(queue, prefetch: 1) }
                    for _ in 0..<(round % 7) { await Task.yield() }
                    consuming.cancel()
                    _ = await consuming.result
                }
                try await eventually { try await connection.inspectQueue(queue)?.consumerCount == 0 }
            }
        }
    }

    @Test func consumersOfABrokenChannelAreSetUpAgain() async throws {
        let events = EventLog()
        try await withConnection(events: events) { connection in
            try await withQueue(connection) { queue in
                try await publish(1, to: queue, connection)
                let consumer = try await connection.consume(queue, prefetch: 1)
                let first = try await consumer.next()
                // The broker closes a channel that acknowledges what it never had: 406.
                await connection.breakChannel(of: first)
                let second = try await consumer.next()
                #expect(second.isRedelivered)
                await #expect(throws: AMQPError.staleDelivery) { try await consumer.acknowledge(first) }
                try await consumer.acknowledge(second)
                #expect(events.connectedCount == 1)
                #expect(
                    events.events.contains {
                        if case .channelClosed(code: 406, _) = $0 { true } else { false }
                    }
                )
            }
        }
    }

    @Test func consumerTagsAreNotShared() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let consumer = try await connection.consume(queue, prefetch: 1, consumerTag: "mine")
                await #expect(throws: AMQPError.invalidArgument("the consumer tag mine is in use")) {
                    try await connection.consume(queue, prefetch: 1, consumerTag: "mine")
                }
                await consumer.cancel()
                _ = try await connection.consume(queue, prefetch: 1, consumerTag: "mine")
            }
        }
    }

    @Test func fifteenHundredConsumersShareOneConnection() async throws {
        try await withConnection { connection in
            let prefix = Broker.uniqueName()
            let consumers = try await withThrowingTaskGroup(of: AMQPConsumer.self) { group in
                for index in 0..<1500 {
                    group.addTask {
                        let queue = "\(prefix)-\(index)"
                        try await connection.declareQueue(queue, durable: false, exclusive: true)
                        return try await connection.consume(queue, prefetch: 1 + index % 3)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await withThrowingTaskGroup { group in
                for consumer in consumers {
                    group.addTask {
                        try await connection.publish(
                            AMQPMessage(consumer.queue),
                            to: "",
                            routingKey: consumer.queue
                        )
                        let delivery = try await consumer.next()
                        #expect(delivery.text == consumer.queue)
                        try await consumer.acknowledge(delivery)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func manyTasksPublishAndSettleTogether() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let consumer = try await connection.consume(queue, prefetch: 50)
                try await withThrowingTaskGroup { group in
                    for task in 0..<20 {
                        group.addTask {
                            for index in 0..<50 {
                                let message = AMQPMessage("\(task)-\(index)")
                                try await connection.publish(message, to: "", routingKey: queue)
                            }
                        }
                        group.addTask {
                            for _ in 0..<50 { try await consumer.acknowledge(try await consumer.next()) }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await connection.inspectQueue(queue)?.readyCount == 0)
            }
        }
    }
}

extension AMQPConnection {
    /// Has the broker close the channel of a delivery.
    fileprivate func breakChannel(of delivery: AMQPDelivery) {
        session?.send(.basicAck(deliveryTag: 1_000_000), on: delivery.deliveryTag.channelNumber)
    }
}
