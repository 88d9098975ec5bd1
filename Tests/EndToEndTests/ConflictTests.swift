import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// Somebody in Sage 300 has a customer's record open.
    @Suite struct Conflicts {
        private static let tries = 10
        private static let delays = ["CONFLICT_RETRY_SECONDS": "1,2,3"]

        /// The same number of tries, whoever makes them.
        @Test(
            .timeLimit(.minutes(4)),
            arguments: Rig.size("TEST_CONFLICT_WORKERS", 0) == 0
                ? [4] : [Rig.size("TEST_CONFLICT_WORKERS", 0)]
        )
        func `a document is tried as often with one worker as with several`(workers: Int) async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    store: "guests: 0",
                    orders: 30,
                    sage: "faults: [{on: POST AR/ARCustomers, kind: recordLocked}]",
                    services: ["poller", "replayer"]
                )
                for worker in ["customer-worker", "invoice-worker"] {
                    try stage.startServices(
                        Array(repeating: worker, count: workers),
                        environment: Self.delays
                    )
                }
                try await stage.begun()
                try await stage.settled(within: .seconds(100))
                let dead = try await eventually("all of them are taken in", within: .seconds(20)) {
                    let dead = try await stage.deadLetters()
                    return try await stage.states()["dead"] == dead.count ? dead : nil
                }
                try #require(dead.contains { $0["kind"]?.string == "customer" })
                for letter in dead {
                    #expect(letter["attempts"]?.int == Self.tries, "\(letter.text)")
                    #expect(
                        letter["reason"]?.string?.contains("at work on the record") == true,
                        "\(letter.text)"
                    )
                }
                // What waits under a dead customer is not charged.
                let states = try await stage.states()
                #expect(states["held", default: 0] + states["dead", default: 0] > 30, "\(states)")

                // The record is closed again.
                try await books.sage.inject()
                try await stage.ask("replay", "--all", "--wait", within: .seconds(90))
                try await stage.settled()
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a record that is soon closed costs nobody anything`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 30,
                    sage: "faults: [{on: POST AR/ARCustomers, kind: recordLocked, first: 12}]",
                    services: ["poller", "replayer"]
                )
                try stage.startServices(["customer-worker", "invoice-worker"], environment: Self.delays)
                try await stage.sync(within: .seconds(90))
                #expect(try await stage.states()["dead"] == nil)
                let health = try await stage.peek("select 1 from company_health where failures_in_row > 0")
                #expect(health.isEmpty, "a conflict on a record is not the company's")
                try await books.agree()
            }
        }
    }
}
