import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// A maintenance page stands before Sage 300, and every call is answered with it.
    @Suite struct Maintenance {
        private static let seconds = Rig.size("TEST_MAINTENANCE_SECONDS", 10)

        @Test(.timeLimit(.minutes(seconds > 60 ? seconds / 60 + 10 : 3)))
        func `however long 503 is answered, nothing is dead-lettered`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 120, sage: Crashes.slowSage) {
                    $0.maximumEntries = 5
                }
                try await eventually("something is posted", every: .milliseconds(20)) {
                    (try await stage.states(kind: "order")["posted"] != nil).orNil
                }
                // In the middle of whatever it is at.
                try await books.sage.inject(["on": "* *", "kind": "status503html"])
                let end = ContinuousClock.now + .seconds(Self.seconds)
                while ContinuousClock.now < end {
                    try await Task.sleep(for: .seconds(min(10, Self.seconds)))
                    let states = try await stage.states()
                    try #require(states["dead"] == nil, "\(states)")
                }
                let paused = try await stage.peek(
                    "select company from company_health where paused_at is not null"
                )
                #expect(paused.count == 1)
                let tries = try await stage.peek("select max(attempts)::integer as most from documents")
                Rig.report(
                    "\(Self.seconds) s of 503: nothing dead, at most \(try tries.first?.get("most", as: Int.self) ?? 0) tries of a document"
                )
                try await books.sage.inject()
                try await stage.settled(within: .seconds(90))
                #expect(try await stage.deadLetters().isEmpty)
                try await books.agree()
            }
        }
    }
}
