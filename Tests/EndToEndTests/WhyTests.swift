import ExactJSON
import Foundation
import HTTPClient
import PostgresClient
import Testing

extension EndToEnd {
    /// Where a document stands that is not in the books.
    @Suite struct Gates {
        @Test(.timeLimit(.minutes(2)))
        func `why names the gate of what is left out, not due or never seen`() async throws {
            try await withStage { stage in
                let (plan, books) = try await stage.opened(orders: 60) {
                    $0.schedule = #"{every: week, on: monday, at: "03:00", timeZone: Europe/Berlin}"#
                    $0.startDate = "2025-01-10"
                }
                try await stage.sync()
                try await stage.settled()

                // Seen, and left out or held back: the reason is its own.
                let early = try await number(stage, state: "skipped", reasonLike: "%2025-01-10%")
                let left = try await stage.ask("why", "acme", early)
                #expect(left["state"]?.string == "skipped")
                #expect(left["reason"]?.string?.contains("2025-01-10") == true)
                let pending = try await number(stage, state: "held", reasonLike: "%pending%")
                #expect(
                    try await stage.ask("why", "acme", pending)["next"]?.string?.contains("pending") == true
                )

                // Not there at all.
                let absent = try await stage.ask("why", "acme", "000777777", status: 1)
                #expect(absent["gate"]?.string == "notInStore")
                #expect(absent["state"] == .null && absent["document"]?.string == "000777777")
                #expect(absent["next"]?.string?.isEmpty == false)

                // In the store since, and the next run is on Monday; by its number in the ledger too.
                var new = try #require(try await books.store.read("orders/1").object)
                new["entity_id"] = 61
                new["increment_id"] = "000900061"
                (new["updated_at"], new["created_at"]) = (nil, nil)
                try await Task.sleep(for: .seconds(2))
                try await books.store.tell("orders", .object(new))
                try await Task.sleep(for: .seconds(1.1))
                for text in ["000900061", "US000900061"] {
                    let waiting = try await stage.ask("why", "acme", text, status: 1)
                    #expect(waiting["gate"]?.string == "notYetDue", "\(waiting.text)")
                    #expect(waiting["next"]?.string?.contains("The next run is due 20") == true)
                }
                let plain = try await stage.run("why", "acme", "000900061")
                #expect(plain.status == 1 && plain.messages.contains("after what the last run read"))

                _ = try await stage.run("tenant", "pause", "acme")
                #expect(
                    try await stage.ask("why", "acme", "000900061", status: 1)["gate"]?.string == "paused"
                )
                _ = try await stage.run("tenant", "resume", "acme")

                // Put in with an old time: behind everything that was read.
                new["entity_id"] = 62
                new["increment_id"] = "000900062"
                new["updated_at"] = "2025-01-20 12:00:00"
                new["created_at"] = "2025-01-20 12:00:00"
                try await books.store.tell("orders", .object(new))
                try await stage.sync()
                let behind = try await stage.ask("why", "acme", "000900062", status: 1)
                #expect(behind["gate"]?.string == "behindCursor")
                #expect(behind["next"]?.string?.contains("--from 2025-01-20 --to 2025-01-20") == true)

                plan.store.program.kill()
                _ = try await plan.store.program.end(within: .seconds(10))
                let silent = try await stage.ask("why", "acme", "000777777", status: 1)
                #expect(silent["gate"]?.string == "storeSilent")
            }
        }

        private func number(_ stage: Stage, state: String, reasonLike pattern: String) async throws -> String
        {
            let rows = try await stage.peek(
                """
                select number from documents where kind = 'order' and state = \(state) and reason like \(pattern)
                order by number limit 1
                """
            )
            return try #require(try rows.first?.get("number", as: String.self))
        }

        @Test(.timeLimit(.minutes(2)))
        func `a store of the Cloud Service is synced although its tokens end all the time`() async throws {
            try await withStage { stage in
                let (plan, books) = try await stage.opened(store: "auth: ims", orders: 80) {
                    $0.isCloudService = true
                }
                try await plan.store.tell("tokens/expire", ["after": 4])
                try await stage.sync()
                try await books.agree()
                let runs = try await stage.peek("select state from runs where state = 'failed'")
                #expect(runs.isEmpty)
                let show = try await stage.ask("tenant", "show", "acme")
                #expect(show["accessToken"]?["expiresAt"]?.string?.isEmpty == false, "\(show.text)")
                #expect(!show.text.contains("demo-client-secret"))
            }
        }
    }
}
