import AMQPClient
import ExactJSON
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// What goes wrong at a broker, or what its operator does: each is said in a line a person understands, nothing is lost
    /// or doubled, and everything goes on by itself afterwards.
    @Suite struct BrokerFaults {
        private static let invoices = "mlc.acme.SAMINC.invoices"

        @Test(.timeLimit(.minutes(4)))
        func `alarms, closed connections and a stopped broker are waited out`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 150, sage: Crashes.slowSage, services: []) {
                    $0.requestsPerMinute = 60
                    $0.pageSize = 10
                }
                let services = try stage.startServices()
                try await stage.begun()
                let poller = try #require(services.first)
                do {
                    try await poller.saying("takes no messages for now: low on memory") {
                        try await stage.control("set_vm_memory_high_watermark", "0.0001")
                    }
                    try await poller.saying("takes messages again") {
                        try await stage.control("set_vm_memory_high_watermark", "absolute", "3GB")
                    }
                    try await poller.saying("takes no messages for now: low on disk") {
                        try await stage.control("set_disk_free_limit", "9000GB")
                    }
                    try await poller.saying("takes messages again") {
                        try await stage.control("set_disk_free_limit", "50MB")
                    }
                } catch {
                    // The broker is others' too.
                    _ = try? await stage.control("set_vm_memory_high_watermark", "absolute", "3GB")
                    _ = try? await stage.control("set_disk_free_limit", "50MB")
                    throw error
                }
                try await services.saying("connected to amqp") {
                    try await stage.control("close_all_connections", "-p", stage.name, "for a test")
                }
                for service in services {
                    #expect(service.messages.contains("320: CONNECTION_FORCED - for a test"))
                }
                try await services.saying("connected to amqp") {
                    try await stage.control("stop_app")
                    try await stage.control("start_app")
                }
                try await stage.settled(within: .seconds(90))
                try await Self.agree(books, stage, services)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `what is deleted is declared anew`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, services: [])
                let services = try stage.startServices()
                try await stage.sync()
                let operatorsConnection = try await stage.brokerConnection()
                let worker = try #require(services.first { $0.name.hasSuffix("invoice-worker") })

                // A queue under its consumer.
                try await worker.saying("The queue \(Self.invoices) does not exist or was deleted") {
                    try await operatorsConnection.deleteQueue(Self.invoices)
                }
                try await stage.served(Self.invoices, over: operatorsConnection)
                try await books.addOrder()
                try await stage.sync()

                // The exchange that work goes through, with all its bindings.
                try await operatorsConnection.deleteExchange("mlc.work")
                try await books.addOrder()
                try await stage.sync()

                // Where dead letters go: the exchange, then the queue under its consumer.
                let stray = AMQPMessage(body: Array("no document".utf8))
                try await operatorsConnection.deleteExchange("mlc.dead")
                try await operatorsConnection.publish(stray, to: "", routingKey: Self.invoices)
                try await stage.hasDeadLetters(1)
                try await operatorsConnection.deleteQueue("mlc.dead.invoices")
                try await stage.served("mlc.dead.invoices", over: operatorsConnection)
                try await operatorsConnection.publish(stray, to: "", routingKey: Self.invoices)
                try await stage.hasDeadLetters(2)

                // Documents whose messages are deleted with their queue.
                worker.send(SIGSTOP)
                try await books.addOrder()
                _ = try await stage.run("sync", "acme")
                try await eventually("a message waits") {
                    (try await stage.states()["waiting"] != nil).orNil
                }
                try await operatorsConnection.deleteQueue(Self.invoices)
                worker.send(SIGCONT)
                try await stage.settled(within: .seconds(150))
                await operatorsConnection.close()
                try await Self.agree(books, stage, services)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `what is declared differently, full or forbidden is said and waited for`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, services: [])
                let operatorsConnection = try await stage.brokerConnection()
                // Before anybody starts, as by another program.
                try await operatorsConnection.declareQueue("mlc.dead.customers")
                let services = try stage.startServices()
                for service in services {
                    try await service.says("queue mlc.dead.customers was declared by somebody else")
                    #expect(service.isRunning, "\(service.name) has ended")
                }
                try await operatorsConnection.deleteQueue("mlc.dead.customers")
                try await stage.sync()
                let poller = try #require(stage.running("poller").first)
                try await Self.fanOut(operatorsConnection, stage, books, poller)
                try await Self.fill(stage, books, poller)
                try await Self.forbid(stage, books, poller)
                await operatorsConnection.close()
                try await Self.agree(books, stage, stage.running("replayer") + [poller])
            }
        }

        /// The exchange is there, but of another type: what is published there would go to every queue.
        private static func fanOut(
            _ operatorsConnection: AMQPConnection,
            _ stage: Stage,
            _ books: Books,
            _ poller: Program
        ) async throws {
            try await operatorsConnection.deleteExchange("mlc.work")
            try await operatorsConnection.declareExchange("mlc.work", type: .fanout)
            let number = try await books.addOrder()
            try await poller.saying("exchange mlc.work was declared by somebody else: its type is fanout") {
                _ = try await stage.run("sync", "acme")
            }
            try await operatorsConnection.deleteExchange("mlc.work")
            try await books.posts(number)
        }

        /// A full queue: what is to go there waits in the database.
        private static func fill(_ stage: Stage, _ books: Books, _ poller: Program) async throws {
            let worker = try #require(stage.running("invoice-worker").first)
            worker.send(SIGTERM)
            try await worker.end()
            let policy = #"{"max-length":1}"#
            try await stage.control(
                "set_policy",
                "-p",
                stage.name,
                "small",
                "^mlc.acme.",
                policy,
                "--apply-to",
                "queues"
            )
            var numbers: [String] = []
            let words = "\(invoices): takes no messages: it is full"
            let before = poller.count(words)
            // A queue notices that it is full a moment late: what comes at once with the first may all be taken.
            try await eventually("\(poller.name) says \"\(words)\"", every: .seconds(1)) {
                if poller.count(words) > before { return true }
                numbers += try await books.addOrders(3)
                _ = try await stage.run("sync", "acme")
                return nil
            }
            let management = try #require(Rig.environment["TEST_AMQP_MANAGEMENT_URL"])
            let next = try stage.start("invoice-worker", environment: ["AMQP_MANAGEMENT_URL": management])
            try await next.says("\(invoices): the policy small sets max-length", within: .seconds(60))
            try await stage.control("clear_policy", "-p", stage.name, "small")
            for number in numbers { try await books.posts(number) }
            try await poller.says("\(invoices): all is well again")
        }

        /// Rights that are taken and given back.
        private static func forbid(_ stage: Stage, _ books: Books, _ poller: Program) async throws {
            let user = try stage.brokerUser
            try await stage.control("clear_permissions", "-p", stage.name, user)
            try await poller.saying("The broker refused access") {
                try await stage.control("close_all_connections", "-p", stage.name, "rights have changed")
            }
            let number = try await books.addOrder()
            try await poller.saying("connected to amqp") {
                try await stage.control("set_permissions", "-p", stage.name, user, ".*", ".*", ".*")
            }
            try await stage.sync()
            try await books.posts(number)
        }

        private static func agree(_ books: Books, _ stage: Stage, _ services: [Program]) async throws {
            for service in services { #expect(service.isRunning, "\(service.name) has ended") }
            let states = try await stage.states()
            #expect(states["dead"] == nil, "\(states)")
            try await books.agree()
            #expect(try await books.openEntries() == [])
        }
    }
}

extension Program {
    /// Waits until words are said once more than before `action`.
    fileprivate func saying(
        _ words: String,
        within limit: Duration = .seconds(60),
        _ action: () async throws -> Void
    ) async throws {
        try await [self].saying(words, within: limit, action)
    }

    fileprivate func count(_ words: String) -> Int { messages.components(separatedBy: words).count - 1 }
}

extension [Program] {
    /// Waits until all of them have said words once more than before `action`.
    fileprivate func saying(
        _ words: String,
        within limit: Duration = .seconds(60),
        _ action: () async throws -> Void
    ) async throws {
        let before = map { $0.count(words) }
        try await action()
        for (program, count) in zip(self, before) {
            try await eventually("\(program.name) says \"\(words)\" again", within: limit) {
                (program.count(words) > count).orNil
            }
        }
    }
}

extension Stage {
    /// Waits until somebody consumes from a queue.
    fileprivate func served(_ queue: String, over connection: AMQPConnection) async throws {
        try await eventually("\(queue) is served again") {
            ((try await connection.inspectQueue(queue)?.consumerCount ?? 0) > 0).orNil
        }
    }

    fileprivate func hasDeadLetters(_ count: Int) async throws {
        try await eventually("\(count) dead letters are stored") {
            (try await ask("dead", "list").array?.count == count).orNil
        }
    }
}

extension Books {
    /// Places an order like one that there is.
    /// - Returns: the number it is to have in Sage 300.
    @discardableResult
    fileprivate func addOrder() async throws -> String {
        let count = try #require(try await store.read("totals")["counts"]?["orders"]?.int)
        var template: JSON?
        for id in 1...count where template == nil {
            let order = try await store.read("orders/\(id)")
            guard order["status"]?.string == "processing", order["base_grand_total"]?.decimal != 0,
                order["store_id"]?.int.map({ [1, 2].contains($0) }) ?? false
            else { continue }
            template = order
        }
        var order = try #require(template?.object)
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        formatter.timeZone = TimeZone(identifier: "UTC")
        let number = "0009\(String(count + 1 + 100_000).dropFirst())"
        order["entity_id"] = .int(count + 1)
        order["increment_id"] = .string(number)
        for time in ["created_at", "updated_at"] {
            order[time] = .string(formatter.string(from: Date(timeIntervalSinceNow: -2)))
        }
        try await store.tell("orders", .object(order))
        return "US\(number)"
    }

    /// Places several.
    fileprivate func addOrders(_ count: Int) async throws -> [String] {
        var numbers: [String] = []
        for _ in 0..<count { numbers.append(try await addOrder()) }
        return numbers
    }

    /// Waits until a document is posted.
    fileprivate func posts(_ number: String) async throws {
        try await eventually("\(number) is posted", within: .seconds(90), every: .milliseconds(300)) {
            (try await posted()[number] != nil).orNil
        }
    }
}
