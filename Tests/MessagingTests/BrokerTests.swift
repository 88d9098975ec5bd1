import AMQPClient
import Accounting
import Foundation
import Testing

@testable import Messaging

@Suite(.enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(1)))
struct BrokerTests {
    @Test func documentArrivesAsItWas() async throws {
        try await withBroker { test in
            let envelope = try test.envelope()
            try await test.broker.publish(envelope, to: test.queue)
            let consumer = try await test.connection.consume(test.queue.name, prefetch: 1)
            let delivery = try await consumer.next()
            #expect(try Envelope(parsing: delivery.body) == envelope)
            #expect(delivery.messageID == envelope.messageID)
            #expect(delivery.contentType == "application/json")
            #expect(delivery.type == "mlc.document")
            #expect(!delivery.isRedelivered)
        }
    }

    @Test func deletedQueueIsDeclaredAnew() async throws {
        try await withBroker { test in
            try await test.broker.publish(try test.envelope(1), to: test.queue)
            try await test.connection.deleteQueue(test.queue.name)
            #expect(try await test.broker.readyCount(test.queue.name) == nil)
            try await test.broker.publish(try test.envelope(2), to: test.queue)
            #expect(try await test.broker.readyCount(test.queue.name)?.readyCount == 1)
        }
    }

    @Test func refusedDocumentIsPublishedAgainForAMoment() async throws {
        try await withBroker { test in
            let (broker, connection, queue) = (test.broker, test.connection, test.queue)
            try await broker.prepare(queue)
            // The same queue, but full after one message; which of the next it refuses is its own affair.
            try await connection.deleteQueue(queue.name)
            var arguments: [String: AMQPValue] = [
                "x-queue-type": "quorum", "x-overflow": "reject-publish",
            ]
            arguments["x-max-length"] = 1
            _ = try await connection.declareQueue(queue.name, arguments: arguments)
            try await connection.bindQueue(
                queue.name,
                to: Topology.workExchange,
                routingKey: queue.name
            )
            var number: Int64 = 0
            await #expect(throws: AMQPError.nacked) {
                while number < 500 {
                    number += 1
                    try await broker.publish(try test.envelope(number), to: queue)
                }
            }

            async let published: Void = broker.publish(try test.envelope(501), to: queue)
            try await Task.sleep(for: .milliseconds(20))
            _ = try await connection.purgeQueue(queue.name)
            try await published
            #expect(try await broker.readyCount(queue.name)?.readyCount == 1)
        }
    }

    @Test func manyAtOnceAreAllConfirmed() async throws {
        try await withBroker { test in
            let (broker, queue) = (test.broker, test.queue)
            let envelopes = try (1...200).map { try test.envelope(Int64($0)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for envelope in envelopes { group.addTask { try await broker.publish(envelope, to: queue) } }
                try await group.waitForAll()
            }
            #expect(try await test.broker.readyCount(test.queue.name)?.readyCount == 200)
        }
    }

    @Test func delayedDocumentComesBackAfterItsDelay() async throws {
        try await withBroker { test in
            try await test.broker.prepare(test.queue)
            let consumer = try await test.connection.consume(test.queue.name, prefetch: 1)
            let began = ContinuousClock.now
            try await test.broker.delay(try test.envelope(), for: test.queue, level: 0)
            let delivery = try await consumer.next()
            #expect(ContinuousClock.now - began >= .seconds(5))
            #expect(try Envelope(parsing: delivery.body) == test.envelope())
            #expect(delivery.exchange == Topology.retriedExchange)
        }
    }

    /// Whoever sets other delays has their queues declared, too.
    @Test func delaysAreThoseThatWereAskedFor() async throws {
        try await withBroker { test in
            let broker = Messaging.Broker(
                connection: test.connection,
                delays: try #require(RetryDelays(seconds: [1, 2, 3]))
            )
            try await broker.prepare()
            try await broker.prepare(test.queue)
            let consumer = try await test.connection.consume(test.queue.name, prefetch: 1)
            let began = ContinuousClock.now
            try await broker.delay(try test.envelope(), for: test.queue, level: 0)
            let delivery = try await consumer.next()
            #expect(ContinuousClock.now - began >= .seconds(1))
            #expect(delivery.exchange == Topology.retriedExchange)
        }
    }

    @Test func delaysOfALevelAreSpread() throws {
        let delays = RetryDelays.standard
        #expect(delays.branches(ofLevel: 0).map(\.milliseconds) == [5000, 5750, 6500])
        #expect(delays.branches(ofLevel: -1) == delays.branches(ofLevel: 0))
        #expect(delays.branches(ofLevel: 9) == delays.branches(ofLevel: 2))
        #expect(Set(delays.branches.map(\.name)).count == 9)
        #expect(try #require(RetryDelays(seconds: [1, 2, 3])).branches.map(\.name).first == "mlc.retry.1000")
    }

    @Test(arguments: [[], [1, 2], [0, 1, 2], [5, 5, 30], [10, 12, 60], [5, 30, 90_000], [30, 5, 180]])
    func delaysThatAreNoneAreRefused(seconds: [Int]) { #expect(RetryDelays(seconds: seconds) == nil) }

    @Test(arguments: [
        (DocumentKind.customer, "customers"), (.order, "invoices"), (.creditmemo, "invoices"),
        (.shipment, "ledger"),
    ])
    func deadDocumentGoesWhereItsKindLies(kind: DocumentKind, key: String) async throws {
        try await withBroker { test in
            let dead = try await test.copies(of: Topology.deadExchange, key: key)
            var envelope = try test.envelope()
            envelope.kind = kind
            var letter = try DeadLetter.sample()
            letter.id = UUID()
            letter.content = .document(envelope)
            try await test.broker.bury(letter)
            let delivery = try await dead.next(letter.id.uuidString.lowercased())
            #expect(DeadLetter(parsing: delivery.body) == letter)
            #expect(delivery.type == "mlc.dead-letter")
        }
    }

    @Test(arguments: [("mlc.acme.SAMINC.invoices", "invoices"), ("elsewhere", "stray")])
    func strayMessageGoesWhereItsQueueLies(queue: String, key: String) async throws {
        try await withBroker { test in
            let dead = try await test.copies(of: Topology.deadExchange, key: key)
            var letter = DeadLetter.stray([1, 2, 3])
            letter.id = UUID()
            letter.content = .stray(beginning: [1, 2, 3], queue: queue)
            try await test.broker.bury(letter)
            let delivery = try await dead.next(letter.id.uuidString.lowercased())
            #expect(DeadLetter(parsing: delivery.body) == letter)
        }
    }
}
