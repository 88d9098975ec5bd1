import ExactJSON
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// `kill -9` of any service at any moment, restarted at once: nothing lost, nothing twice.
    @Suite struct Crashes {
        /// Slow enough that kills fall into every step, not only between them.
        static let slowSage = "latency: {call: 15, entry: 3, posting: 60, postingEntry: 3}"

        @Test(.timeLimit(.minutes(3)), arguments: [11, 29] as [UInt64])
        func `services killed mid-sync lose nothing and repeat nothing`(seed: UInt64) async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    store: "faults: [{on: \"GET orders*\", kind: latency, milliseconds: 150}]",
                    orders: 120,
                    sage: Self.slowSage,
                    services: []
                )
                for name in Stage.services { try stage.start(name) }
                try await stage.begun()
                // Customers first, while there are any; invoices all along.
                let victims =
                    ["poller", "customer-worker", "invoice-worker", "customer-worker", "poller"]
                    + Array(repeating: "invoice-worker", count: 6) + ["poller", "customer-worker"]
                let kills = try await stage.disturbed(times: victims.count, every: 100...900, seed: seed) {
                    index in
                    for program in stage.running(victims[index]) { program.kill() }
                    try stage.start(victims[index])
                }
                #expect(kills >= 6, "the work was done too soon for this test to mean much")
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a replayer killed while it takes in and replays loses nothing`() async throws {
            try await withStage { stage in
                var (plan, books) = try await stage.opened(
                    store: "giftCardProducts: 0.5",
                    sage: Self.slowSage
                ) { $0.giftCard = nil }
                var numbers = SeededNumbers(seed: 7)
                try await stage.begun()
                try await stage.killing("replayer", times: 4, 100...700, &numbers) {
                    try await stage.settled()
                }
                let expected = try #require(try await stage.states()["dead"])
                try #require(expected >= 10)
                try await eventually("all \(expected) dead letters are taken in") {
                    (try await stage.deadLetters().count == expected).orNil
                }

                plan.giftCard = "2310"
                try await stage.apply(plan)
                let replay = try stage.start(
                    "connectorctl",
                    ["replay", "--all", "--rate", "15/s", "--wait", "--json"]
                )
                try await stage.killing("replayer", times: 4, 200...900, &numbers) {
                    try await replay.end()
                }
                let answer = try await stage.finish(replay)
                try #require(answer.status == 0, "\(answer.messages)")
                #expect(try answer.json()["succeeded"]?.int == expected)
                try await books.agree()
                #expect(try await stage.deadLetters().isEmpty)
            }
        }
    }
}

extension Stage {
    /// Kills the running copy of a service several times and starts it again at once, then runs `body`.
    func killing(
        _ name: String,
        times: Int,
        _ milliseconds: ClosedRange<Int>,
        _ numbers: inout SeededNumbers,
        then body: () async throws -> Void
    ) async throws {
        for _ in 0..<times {
            try await Task.sleep(for: .milliseconds(Int.random(in: milliseconds, using: &numbers)))
            for program in running(name) { program.kill() }
            try start(name)
        }
        try await body()
    }
}
