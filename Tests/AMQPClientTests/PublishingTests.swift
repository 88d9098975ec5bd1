import Testing

@testable import AMQPClient

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
                    "attempt": 3, "who": "me", "nested": .table(["list": .array([1, true, "x", .null])]),
                    "price": .decimal(unscaled: 1234, scale: 2), "raw": .bytes([0, 255]),
                    "half": .double(0.5),
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

    @Test func unroutableMessageIsReturnedUnlessItNeedNotArrive() async throws {
        try await withConnection { connection in
            let nowhere = Broker.uniqueName()
            await #expect(throws: AMQPError.returned("NO_ROUTE")) {
                try await connection.publish(AMQPMessage("x"), to: "", routingKey: nowhere)
            }
            try await connection.publish(AMQPMessage("x"), to: "", routingKey: nowhere, mandatory: false)
        }
    }

    @Test func eachOfManyHearsItsOwnOutcome() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let nowhere = Broker.uniqueName()
                let wrong = await withTaskGroup { group in
                    for index in 0..<400 {
                        group.addTask {
                            do {
                                let key = index.isMultiple(of: 3) ? nowhere : queue
                                try await connection.publish(AMQPMessage("\(index)"), to: "", routingKey: key)
                                return index.isMultiple(of: 3)
                            } catch AMQPError.returned {
                                return !index.isMultiple(of: 3)
                            } catch {
                                return true
                            }
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wrong == 0)
                let stored = try await connection.inspectQueue(queue)
                #expect(stored?.readyCount == 266)
            }
        }
    }

    @Test func fullQueueNacks() async throws {
        try await withConnection { connection in
            let limits: [String: AMQPValue] = ["x-max-length": 1, "x-overflow": "reject-publish"]
            try await withQueue(connection, arguments: limits) { queue in
                try await connection.publish(AMQPMessage("fits"), to: "", routingKey: queue)
                await #expect(throws: AMQPError.nacked) {
                    try await connection.publish(AMQPMessage("too many"), to: "", routingKey: queue)
                }
            }
        }
    }

    @Test func missingExchangeHitsOnlyItsOwnPublishers() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let missing = Broker.uniqueName()
                try await withThrowingTaskGroup { group in
                    for index in 0..<300 {
                        group.addTask {
                            try await connection.publish(AMQPMessage("\(index)"), to: "", routingKey: queue)
                        }
                    }
                    for _ in 0..<5 {
                        group.addTask {
                            let error = await #expect(throws: AMQPError.self) {
                                try await connection.publish(AMQPMessage("x"), to: missing, routingKey: "")
                            }
                            guard case .channelClosed(code: 404, _) = error else {
                                Issue.record("\(String(describing: error))")
                                return
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await connection.inspectQueue(queue)?.readyCount == 300)
            }
        }
    }

    @Test func bodiesOfAllSizesArriveWhole() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let consumer = try await connection.consume(queue, prefetch: 1)
                let frame = WireConnection.largestBodyFrame
                for size in [0, 1, frame, frame + 1, 2 * frame, 10 * 1024 * 1024] {
                    let body = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                        for index in 0..<size { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 >> 3) }
                        count = size
                    }
                    try await connection.publish(AMQPMessage(body: body), to: "", routingKey: queue)
                    let delivery = try await consumer.next()
                    #expect(delivery.body == body)
                    try await consumer.acknowledge(delivery)
                }
            }
        }
    }

    @Test func tenThousandAreConfirmedWithABoundOnThoseUnderWay() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumUnconfirmed = 100
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                try await withThrowingTaskGroup { group in
                    for index in 0..<10_000 {
                        group.addTask {
                            try await connection.publish(AMQPMessage("\(index)"), to: "", routingKey: queue)
                            return await connection.slotsInUse
                        }
                    }
                    let most = try await group.reduce(0) { max($0, $1) }
                    #expect((1...100).contains(most))
                }
                #expect(try await connection.inspectQueue(queue)?.readyCount == 10_000)
                #expect(await connection.slotsInUse == 0)
            }
        }
    }

    @Test func whatTheProtocolCannotCarryIsRefusedBeforeSending() async throws {
        try await withConnection { connection in
            let long = String(repeating: "ä", count: 128)
            var messages = [AMQPMessage("x"), AMQPMessage("x"), AMQPMessage("x")]
            messages[0].messageID = long
            messages[1].headers = ["x": .string(String(repeating: "y", count: 70_000))]
            messages[2].headers = ["x": .table([long: 1])]
            for message in messages {
                let error = await #expect(throws: AMQPError.self) {
                    try await connection.publish(message, to: "", routingKey: "x")
                }
                guard case .invalidArgument = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            await #expect(throws: AMQPError.invalidArgument("the routing key has 256 bytes, 255 are allowed"))
            {
                try await connection.publish(AMQPMessage("x"), to: "", routingKey: long)
            }
        }
    }

    @Test func cancelledPublisherStopsWaitingAndFreesItsPlace() async throws {
        var configuration = try Broker.configuration()
        configuration.maximumUnconfirmed = 1
        try await withConnection(configuration) { connection in
            try await withQueue(connection) { queue in
                for round in 0..<50 {
                    let publisher = Task {
                        try await connection.publish(AMQPMessage("\(round)"), to: "", routingKey: queue)
                    }
                    if round.isMultiple(of: 2) { await Task.yield() }
                    publisher.cancel()
                    let result = await publisher.result
                    if case .failure(let error) = result { #expect(error as? AMQPError == .cancelled) }
                }
                // Would wait for ever if a place had been lost.
                try await connection.publish(AMQPMessage("last"), to: "", routingKey: queue)
            }
        }
    }
}
