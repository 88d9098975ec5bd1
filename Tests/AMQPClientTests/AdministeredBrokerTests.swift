import Testing

@testable import AMQPClient

/// What only an administrator of the broker can bring about.
@Suite(.enabled(if: Broker.isControlled), .timeLimit(.minutes(1)))
struct AdministeredBrokerTests {
    /// The alarm holds up every publisher of the broker for a moment.
    @Test func blockedConnectionWaitsAndStaysResponsive() async throws {
        let events = EventLog()
        try await withConnection(events: events) { connection in
            try await withQueue(connection) { queue in
                try await connection.publish(AMQPMessage("before"), to: "", routingKey: queue)
                try await Broker.control(
                    "eval",
                    "rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})."
                )
                // More than all buffers on the way hold: the broker stops reading in the middle of it.
                let large = AMQPMessage(body: [UInt8](repeating: 1, count: 20_000_000))
                let first = Task { try await connection.publish(large, to: "", routingKey: queue) }
                try await events.wait { $0.contains { if case .blocked = $0 { true } else { false } } }
                #expect(await connection.isBlocked)
                let waiting = Task {
                    try await connection.publish(AMQPMessage("after"), to: "", routingKey: queue)
                }
                let cancelled = Task {
                    try await connection.publish(AMQPMessage("never"), to: "", routingKey: queue)
                }
                for _ in 0..<100 { #expect(await connection.isBlocked) }
                cancelled.cancel()
                await #expect(throws: AMQPError.cancelled) { try await cancelled.value }
                try await Broker.control(
                    "eval",
                    "rabbit_alarm:clear_alarm({resource_limit, memory, node()})."
                )
                try await first.value
                try await waiting.value
                #expect(events.events.contains(.unblocked))
                #expect(events.connectedCount == 1)
                let state = try await connection.inspectQueue(queue)
                #expect(state?.readyCount == 3)
            }
        }
    }

    @Test func connectionThatTheBrokerClosesComesBack() async throws {
        let events = EventLog()
        var configuration = try Broker.configuration()
        configuration.connectionName = Broker.uniqueName()
        let close = """
            [rabbit_networking:close_connection(P, "by the test")
             || [{pid, P}, {client_properties, C}] <- rabbit_networking:connection_info_all([pid, client_properties]),
                is_list(C), lists:keyfind(<<"connection_name">>, 1, C)
                  =:= {<<"connection_name">>, longstr, <<"\(configuration.connectionName)">>}].
            """
        try await withConnection(configuration, events: events) { connection in
            try await withQueue(connection) { queue in
                let consumer = try await connection.consume(queue, prefetch: 1)
                try await Broker.control("eval", close)
                try await events.waitForConnections(2)
                try await connection.publish(AMQPMessage("x"), to: "", routingKey: queue)
                #expect(try await consumer.next().text == "x")
            }
        }
        let reason = "the broker closed it with 320: CONNECTION_FORCED - by the test"
        #expect(events.events.contains(.disconnected(.connectionLost(reason))))
    }

    @Test func passwordThatChangesLaterIsRetriedAtTheLongestWait() async throws {
        let user = Broker.uniqueName()
        try await Broker.control("add_user", user, "first")
        let virtualHost = try Broker.endpoint().virtualHost
        try await Broker.control("set_permissions", "-p", virtualHost, user, ".*", ".*", ".*")
        let events = EventLog()
        try await withProxy { proxy, configuration in
            var configuration = configuration
            configuration.endpoints = [
                AMQPEndpoint(
                    host: "127.0.0.1",
                    port: Int(proxy.port),
                    username: user,
                    password: "first",
                    virtualHost: virtualHost
                )
            ]
            try await withConnection(configuration, events: events) { _ in
                try await Broker.control("change_password", user, "second")
                proxy.cut()
                try await events.wait { events in
                    events.contains {
                        if case .retrying(.milliseconds(200), .accessRefused) = $0 { true } else { false }
                    }
                }
                try await Broker.control("change_password", user, "first")
                try await events.waitForConnections(2)
            }
        }
        try await Broker.control("delete_user", user)
    }
}
