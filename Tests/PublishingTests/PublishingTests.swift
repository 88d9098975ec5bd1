import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import Testing

@Suite(.enabled(if: Press.isAvailable), .timeLimit(.minutes(1)))
struct PublishingTests {
    @Test func envelopeCarriesTheRecordedDocument() async throws {
        try await withPress { press in
            let record = try await press.record(42)
            try await press.publisher.publish([record])
            let consumer = try await press.broker.connection.consume(press.queue().name, prefetch: 1)
            var deliveries = consumer.makeAsyncIterator()
            let delivery = try #require(try await deliveries.next())
            let envelope = try Envelope(parsing: delivery.body)
            #expect(envelope.key == record.key)
            #expect(envelope.revision == 1)
            #expect(envelope.number == "100000042")
            #expect(envelope.document == "US100000042")
            #expect(envelope.storeView == "default")
            #expect(envelope.run == 1)
            #expect(envelope.source["entity_id"] == 42)
            let published = try await press.document(42)
            #expect(published.publishedRevision == 1)
            #expect(published.firstPublishedAt != nil)
            #expect(try await press.life(record.key) == ["publish published"])
        }
    }

    @Test func eachKindGoesToItsQueue() async throws {
        try await withPress { press in
            let records = [
                try await press.record(1), try await press.record(2, .creditmemo),
                try await press.record(3, .customer), try await press.record(4, .shipment),
            ]
            try await press.publisher.publish(records)
            #expect(try await press.ready(.invoices) == 2)
            #expect(try await press.ready(.customers) == 1)
            #expect(try await press.ready(.ledger) == 1)
        }
    }

    @Test func cursorMovesOnceAllAreConfirmed() async throws {
        try await withPress { press in
            let position = PollCursor(updatedAt: Date(timeIntervalSince1970: 1_767_225_600), entityID: 1)
            try await press.publisher.publish(
                [try await press.record(1)],
                cursor: (press.tenant, "orders", position)
            )
            #expect(try await press.database.cursor(of: press.tenant, resource: "orders") == position)
        }
    }

    @Test func onlyConfirmedDocumentsAreMarked() async throws {
        try await withPress { press in
            try await fill(press.queue(.customers), press)
            let records = [
                try await press.record(1), try await press.record(2, .customer), try await press.record(3),
            ]
            let position = PollCursor(updatedAt: Date(timeIntervalSince1970: 1_767_225_600), entityID: 1)
            await #expect(throws: AMQPError.nacked) {
                try await press.publisher.publish(records, cursor: (press.tenant, "orders", position))
            }
            #expect(try await press.document(1).publishedRevision == 1)
            #expect(try await press.document(3).publishedRevision == 1)
            #expect(try await press.document(2, .customer).publishedRevision == 0)
            #expect(try await press.database.cursor(of: press.tenant, resource: "orders") == nil)
        }
    }

    @Test func changeDuringPublishingStaysUnpublished() async throws {
        try await withPress { press in
            let first = try await press.record(1)
            try await press.record(1, content: "second")
            try await press.publisher.publish([first])
            #expect(try await press.document(1).publishedRevision == 0)
        }
    }

    @Test func sweepPublishesWhatWasLeftBehind() async throws {
        try await withPress { press in
            try await press.record(1)
            try await press.publisher.sweep()
            #expect(try await press.ready() == 0, "its publisher may still be at it")
            try await press.age("1 minute")
            try await press.publisher.sweep()
            #expect(try await press.ready() == 1)
            #expect(try await press.document(1).publishedRevision == 1)
            try await press.publisher.sweep()
            #expect(try await press.ready() == 1)
        }
    }

    @Test func lostMessagesArePublishedAgainIntoAnEmptyQueueOnly() async throws {
        try await withPress { press in
            try await press.publisher.publish([try await press.record(1), try await press.record(2)])
            try await press.age("3 minutes")
            try await press.publisher.sweepStranded(tenant: press.tenant, company: press.company)
            #expect(try await press.ready() == 2, "nothing is lost")
            try await press.broker.connection.deleteQueue(press.queue().name)
            try await press.publisher.sweepStranded(tenant: press.tenant, company: press.company)
            #expect(try await press.ready() == 2)
            // A document that is not waiting has no message to lose.
            try await press.broker.connection.purgeQueue(press.queue().name)
            _ = try await press.client.query("update documents set state = 'posted' where source_id = 1")
            try await press.age("3 minutes")
            try await press.publisher.sweepStranded(tenant: press.tenant, company: press.company)
            #expect(try await press.ready() == 1)
        }
    }

    /// Puts a queue that takes one message in the place of another, and fills it until it refuses.
    private func fill(_ queue: WorkQueue, _ press: Press) async throws {
        let connection = press.broker.connection
        // The publisher takes it for declared and does not see that somebody put another in its place.
        try await press.broker.prepare(queue)
        try await connection.deleteQueue(queue.name)
        _ = try await connection.declareQueue(
            queue.name,
            arguments: ["x-queue-type": "quorum", "x-overflow": "reject-publish", "x-max-length": 1]
        )
        try await connection.bindQueue(queue.name, to: Topology.workExchange, routingKey: queue.name)
        await #expect(throws: AMQPError.nacked) {
            for _ in 1...500 {
                try await connection.publish(
                    AMQPMessage(body: [1]),
                    to: Topology.workExchange,
                    routingKey: queue.name
                )
            }
        }
    }
}
