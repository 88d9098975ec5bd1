import AMQPClient
import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Messages in our queues that are none of ours.
    @Suite struct ForeignMessages {
        private static let queue = "mlc.acme.SAMINC.invoices"

        private static let bodies: [(queue: String, body: [UInt8])] = [
            (queue, Array("no JSON \u{0} at all".utf8)),
            (queue, [0xFF, 0xFE, 0x00, 0x80]),
            (queue, []),
            (queue, Array(#"{"schema": 99, "tenant": "acme", "kind": "order"}"#.utf8)),
            (queue, Array(repeating: UInt8(ascii: "["), count: 5 << 20)),
            (queue, envelope(tenant: "other").bytes),
            (queue, envelope(tenant: "acme").bytes),
            ("mlc.acme.SAMINC.customers", Array(#"{"hello": "world"}"#.utf8)),
            ("mlc.dead.invoices", Array("not a dead letter".utf8)),
            ("mlc.dead.customers", Array(repeating: UInt8(ascii: "x"), count: 5 << 20)),
        ]

        /// What a document's message looks like; no database knows this document.
        private static func envelope(tenant: String) -> JSON {
            [
                "schema": 1, "tenant": .string(tenant), "company": "SAMINC", "kind": "order", "id": 424_242,
                "number": "000424242", "document": "US000424242", "revision": 1, "storeView": "default",
                "run": .null, "firstPublishedAt": "2026-01-01T00:00:00.000Z", "source": [:],
            ]
        }

        @Test(.timeLimit(.minutes(2)))
        func `foreign messages are dead-lettered and the work goes on`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60)
                try await eventually("the queues are served") {
                    let queues = try await stage.ask("queues").array ?? []
                    return ["customers", "invoices"].allSatisfy { kind in
                        queues.contains { $0["kind"]?.string == kind && ($0["consumers"]?.int ?? 0) > 0 }
                    }.orNil
                }
                try await publish(to: stage)
                let letters = try await eventually("all foreign messages are dead-lettered") {
                    () -> [JSON]? in
                    let letters = try await stage.ask("dead", "list").array ?? []
                    return letters.count >= Self.bodies.count ? letters : nil
                }
                #expect(letters.count == Self.bodies.count)
                for letter in letters {
                    #expect(letter["class"]?.string == "document")
                    #expect(letter["reason"]?.string?.isEmpty == false)
                    let shown = try await stage.ask("dead", "show", try #require(letter["id"]?.string))
                    #expect(shown["nextStep"]?.string?.isEmpty == false)
                }
                try await stage.sync()
                try await stage.settled()
                try await books.agree()
                for name in Stage.services { #expect(stage.running(name).count == 1, "\(name) has ended") }

                // They cannot be replayed, only discarded.
                let id = try #require(letters.first?["id"]?.string)
                try await stage.ask("dead", "discard", id, "--reason", "a test put it there")
                #expect(try await stage.ask("dead", "list").array?.count == Self.bodies.count - 1)
            }
        }

        private func publish(to stage: Stage) async throws {
            let configuration = try AMQPConfiguration(urls: stage.brokerURL, connectionName: "stranger")
            let connection = AMQPConnection(configuration: configuration)
            try await connection.connect()
            for (queue, body) in Self.bodies {
                try await connection.publish(AMQPMessage(body: body), to: "", routingKey: queue)
            }
            await connection.close()
        }
    }
}
