import AMQPClient
import Testing

@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct TopologyTests {
    @Test func declaringAgainIsHarmlessAndOtherwiseIsRefused() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let again = try await connection.declareQueue(queue)
                #expect(again.name == queue)
                #expect(again.readyCount == 0)
                #expect(again.consumerCount == 0)
                let error = await #expect(throws: AMQPError.self) {
                    try await connection.declareQueue(queue, arguments: ["x-max-length": 3])
                }
                guard case .channelClosed(code: 406, _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(try await connection.inspectQueue(queue) != nil)
            }
        }
    }

    @Test func inspectingFindsWhatIsThereAndNothingElse() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let missing = Broker.uniqueName()
                try await withThrowingTaskGroup { group in
                    for index in 0..<60 {
                        group.addTask {
                            let isMissing = index.isMultiple(of: 2)
                            let state = try await connection.inspectQueue(isMissing ? missing : queue)
                            #expect((state == nil) == isMissing)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func topicExchangeRoutesByItsBinding() async throws {
        try await withConnection { connection in
            try await withQueue(connection) { queue in
                let exchange = Broker.uniqueName()
                try await connection.declareExchange(exchange, type: .topic, durable: false)
                try await connection.bindQueue(queue, to: exchange, routingKey: "order.*.created")
                try await connection.publish(AMQPMessage("yes"), to: exchange, routingKey: "order.7.created")
                await #expect(throws: AMQPError.returned("NO_ROUTE")) {
                    try await connection.publish(
                        AMQPMessage("no"),
                        to: exchange,
                        routingKey: "order.7.deleted"
                    )
                }
                #expect(try await connection.purgeQueue(queue) == 1)
                #expect(try await connection.purgeQueue(queue) == 0)
                try await connection.deleteExchange(exchange)
            }
        }
    }

    @Test func brokerNamesAnUnnamedQueue() async throws {
        try await withConnection { connection in
            let state = try await connection.declareQueue("", durable: false, exclusive: true)
            #expect(state.name.hasPrefix("amq.gen-"))
        }
    }

    @Test func anotherConnectionsOwnQueueIsLocked() async throws {
        try await withConnection { owner in
            let queue = try await owner.declareQueue("", durable: false, exclusive: true).name
            try await withConnection { other in
                let error = await #expect(throws: AMQPError.self) { try await other.inspectQueue(queue) }
                guard case .channelClosed(code: 405, _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                let consuming = await #expect(throws: AMQPError.self) {
                    try await other.consume(queue, prefetch: 1)
                }
                guard case .channelClosed(code: 405, _) = consuming else {
                    Issue.record("\(String(describing: consuming))")
                    return
                }
            }
        }
    }

    @Test func quorumQueueTakesAndGivesMessages() async throws {
        try await withConnection { connection in
            try await withQueue(connection, kind: .quorum) { queue in
                try await connection.publish(AMQPMessage("safe"), to: "", routingKey: queue)
                let consumer = try await connection.consume(queue, prefetch: 5)
                let first = try await consumer.next()
                try await consumer.reject(first, requeue: true)
                let second = try await consumer.next()
                #expect(second.text == "safe")
                #expect(second.headers["x-delivery-count"]?.integer == 1)
                try await consumer.acknowledge(second)
            }
        }
    }
}
