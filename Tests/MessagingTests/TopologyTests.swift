import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

struct WorkKindTests {
    @Test func everyDocumentHasOneKindOfWork() {
        for kind in DocumentKind.allCases {
            let carriers = WorkKind.allCases.filter { $0.documentKinds.contains(kind) }
            #expect(carriers == [WorkKind(kind)])
        }
    }

    @Test func queuesAreNamedByTenantCompanyAndKind() throws {
        let tenant = try #require(TenantID("acme"))
        let company = try #require(CompanyID("SAMINC"))
        let queue = WorkQueue(tenant: tenant, company: company, kind: .invoices)
        #expect(queue.name == "mlc.acme.SAMINC.invoices")
        #expect(
            Topology.deadQueues == [
                "mlc.dead.customers", "mlc.dead.invoices", "mlc.dead.ledger", "mlc.dead.stray",
            ]
        )
    }
}

@Suite(.enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(1)))
struct TopologyTests {
    /// What work queues and dead-letter queues are declared with.
    private let lossless: [String: AMQPValue] = ["x-queue-type": "quorum", "x-overflow": "reject-publish"]

    @Test func declaringAgainChangesNothing() async throws {
        try await withBroker { test in
            for _ in 1...2 {
                try await Topology.declareShared(on: test.connection, delays: .standard)
                try await Topology.declare(test.queue, on: test.connection)
            }
            try await test.broker.publish(try test.envelope(), to: test.queue)
            try await Topology.declare(test.queue, on: test.connection)
            #expect(try await test.broker.readyCount(test.queue.name)?.readyCount == 1)
        }
    }

    @Test func queuesAreReplicatedAndRefuseWhatTheyCannotHold() async throws {
        try await withBroker { test in
            try await test.broker.prepare(test.queue)
            // The broker refuses to declare a queue again with anything different.
            for name in Topology.deadQueues + [test.queue.name] {
                _ = try await test.connection.declareQueue(name, arguments: lossless)
                await #expect(throws: AMQPError.self, "\(name) would be a classic queue") {
                    try await test.connection.declareQueue(name)
                }
                await #expect(throws: AMQPError.self, "\(name) would drop what it cannot hold") {
                    try await test.connection.declareQueue(name, kind: .quorum)
                }
            }
            for milliseconds in [5000, 5750, 6500, 30_000, 34_500, 39_000, 180_000, 207_000, 234_000] {
                var arguments = lossless
                arguments["x-message-ttl"] = .integer(Int64(milliseconds))
                arguments["x-dead-letter-exchange"] = .string(Topology.retriedExchange)
                arguments["x-dead-letter-strategy"] = "at-least-once"
                _ = try await test.connection.declareQueue("mlc.retry.\(milliseconds)", arguments: arguments)
            }
        }
    }

    @Test func fullQueueRefusesWithoutLosing() async throws {
        try await withBroker { test in
            // The same as ours, but full after one message.
            var arguments = lossless
            arguments["x-max-length"] = 1
            _ = try await test.connection.declareQueue(test.queue.name, arguments: arguments)
            try await test.connection.bindQueue(
                test.queue.name,
                to: Topology.workExchange,
                routingKey: test.queue.name
            )
            // How many it takes before it notices is its own affair; that it then says so is ours.
            var taken = 0
            await #expect(throws: AMQPError.nacked) {
                for _ in 1...500 {
                    try await test.connection.publish(
                        AMQPMessage(body: [1]),
                        to: Topology.workExchange,
                        routingKey: test.queue.name
                    )
                    taken += 1
                }
            }
            #expect(try await test.broker.readyCount(test.queue.name)?.readyCount == taken)
        }
    }

    @Test func retriedMessageWhoseQueueVanishedIsStray() async throws {
        try await withBroker { test in
            let strays = try await test.copies(of: "mlc.stray", key: "")
            let envelope = try test.envelope()
            var message = AMQPMessage(body: envelope.json.bytes)
            message.messageID = envelope.messageID
            // As the retry queue does when the delay is over; again while the stray queue elects its leader.
            var isTaken = false
            while !isTaken {
                do {
                    try await test.connection.publish(
                        message,
                        to: Topology.retriedExchange,
                        routingKey: test.queue.name
                    )
                    isTaken = true
                } catch AMQPError.nacked {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let stray = try await strays.next(envelope.messageID)
            #expect(stray.routingKey == test.queue.name)
            #expect(stray.body == envelope.json.bytes)
            #expect(try await test.broker.readyCount(Topology.strayQueue) != nil)
        }
    }
}
