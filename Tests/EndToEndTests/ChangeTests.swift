import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// What the store changes after it was read once.
    @Suite struct Changes {
        @Test(.timeLimit(.minutes(2)))
        func `held orders follow their status, posted ones are left alone`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 80)
                try await stage.sync()
                try await books.agree()
                let before = try await books.posted()

                // Paid meanwhile.
                let pending = try #require(try await order(books.store) { $0 == "pending" })
                try await change(pending, ["status": "processing", "state": "processing"], books.store)
                // Changed although it is posted: the ledger is left as it is, and somebody is told.
                let posted = try #require(try await order(books.store) { $0 == "complete" })
                let more = try #require(posted["base_grand_total"]?.decimal) + 1
                let shipping = (posted["base_shipping_amount"]?.decimal ?? 0) + 1
                try await change(
                    posted,
                    [
                        "base_grand_total": .decimal(more), "grand_total": .decimal(more),
                        "base_shipping_amount": .decimal(shipping), "shipping_amount": .decimal(shipping),
                        "base_shipping_incl_tax": .decimal(shipping), "shipping_incl_tax": .decimal(shipping),
                    ],
                    books.store
                )
                // Committed late, stamped five minutes ago.
                var late = try #require(posted.object)
                late["entity_id"] = 81
                late["increment_id"] = "000900001"
                late["updated_at"] = .string(Self.time(-300))
                late["created_at"] = .string(Self.time(-300))
                try await books.store.tell("orders", .object(late))

                try await stage.sync()
                try await stage.settled()
                var expected = before
                expected["US" + (try #require(pending["increment_id"]?.string))] =
                    pending["base_grand_total"]?.decimal?.cents
                expected["US000900001"] = posted["base_grand_total"]?.decimal?.cents
                #expect(try await books.posted() == expected)
                try await books.addUp()
                let why = try await stage.ask("why", "acme", try #require(posted["increment_id"]?.string))
                let outcomes = why["events"]?.array?.compactMap { $0["outcome"]?.string } ?? []
                #expect(outcomes.contains("changed after entry"), "\(outcomes)")
                #expect(why["state"]?.string == "posted")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a backfill and two pollers post nothing twice`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 80,
                    services: Stage.services + ["poller"]
                )
                try await stage.sync()
                try await books.agree()
                let before = try await books.company()
                // Behind the cursor for longer than any overlap: only a backfill finds it.
                var forgotten = try #require(try await order(books.store) { $0 == "complete" }?.object)
                forgotten["entity_id"] = 81
                forgotten["increment_id"] = "000900002"
                forgotten["created_at"] = "2025-01-10 12:00:00"
                forgotten["updated_at"] = "2025-01-10 12:00:00"
                try await books.store.tell("orders", .object(forgotten))
                try await stage.sync()
                #expect(try await books.company() == before)
                let answer = try await stage.ask(
                    "sync",
                    "acme",
                    "--from",
                    "2025-01-01",
                    "--to",
                    "2025-01-31",
                    "--wait"
                )
                #expect(answer["published"]?.int == 1)
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a paused tenant waits and goes on`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, services: [])
                try await stage.ask("tenant", "pause", "acme")
                try stage.startServices()
                let refused = try await stage.run("sync", "acme")
                #expect(refused.status == 2)
                #expect(refused.messages.contains("paused"))
                #expect(try await stage.states().isEmpty)
                try await stage.ask("tenant", "resume", "acme")
                try await stage.sync()
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a total that Sage 300 computes differently is never posted`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 60,
                    sage: "faults: [{on: POST AR/ARInvoiceBatches, kind: roundingOffBy001, first: 2}]"
                )
                try await stage.begun()
                try await stage.settled()
                let dead = try await eventually("two orders are dead-lettered") { () -> [JSON]? in
                    let letters = try await stage.deadLetters()
                    return letters.count == 2 ? letters : nil
                }
                for letter in dead { #expect(letter["class"]?.string == "ledger") }
                try await books.agree(except: Set(dead.compactMap { $0["document"]?.string }))
                let replay = try await stage.ask("replay", "--all", "--wait")
                #expect(replay["succeeded"]?.int == 2)
                try await books.agree()
            }
        }

        private func order(_ store: Simulator, where isWanted: (String) -> Bool) async throws -> JSON? {
            for id in 1...80 {
                let order = try await store.read("orders/\(id)")
                let total = try #require(order["base_grand_total"]?.decimal)
                if isWanted(order["status"]?.string ?? ""), total > 0, order["store_id"]?.int == 1 {
                    return order
                }
            }
            return nil
        }

        private func change(_ order: JSON, _ changes: JSON, _ store: Simulator) async throws {
            try await store.tell("orders/\(order["entity_id"]?.int ?? 0)", changes, method: .patch)
        }

        private static func time(_ seconds: TimeInterval) -> String {
            Date(timeIntervalSinceNow: seconds)
                .formatted(
                    Date.ISO8601FormatStyle(dateTimeSeparator: .space).year().month().day().time(
                        includingFractionalSeconds: false
                    )
                )
        }
    }
}
