import ExactJSON
import Foundation
import Glibc
import PostgresClient
import Testing

extension EndToEnd {
    /// Workers that stand still for longer than their lease and go on as if nothing had happened.
    @Suite struct FrozenWorkers {
        private static let rounds = Rig.size("TEST_FREEZE_ROUNDS", 8)
        private static let isFullSize = rounds > 40
        /// Slow, so that most freezes fall between a batch's first effect and its last.
        private static let slow: JSON = ["on": "* AR/*", "kind": "latency", "milliseconds": 120]

        @Test(.timeLimit(.minutes(isFullSize ? 60 : 4)))
        func `a worker that wakes after another took over posts nothing twice`() async throws {
            try await withStage { stage in
                let times = ["WRITER_LEASE_SECONDS": "1", "SAGE_SETTLE_SECONDS": "1"]
                // A number used twice is let in and shows: as a document in an error batch.
                let (_, fleet) = try await stage.openedFleet(
                    2,
                    orders: Self.rounds * 26,
                    store: "guests: 1",
                    rules: "{duplicateDocument: posting}",
                    services: ["poller", "customer-worker", "replayer"],
                    environment: times
                ) {
                    $0.maximumEntries = 2
                    $0.maximumWait = "50ms"
                    $0.pageSize = 100
                }
                try await fleet.sage.inject(Self.slow)
                let workers = try [0, 1].map { _ in try stage.start("invoice-worker", environment: times) }
                try await eventually("something is posted") {
                    (try await stage.states(kind: "order")["posted"] != nil).orNil
                }
                try await freeze(workers, stage)
                try await fleet.sage.inject()
                try await stage.settled(within: .seconds(180))

                for worker in workers { #expect(worker.isRunning, "\(worker.name) has ended") }
                let states = try await stage.states()
                try #require(states["dead"] == nil, "\(states)")
                let count = try await fleet.agree()
                try await fleet.cleared()
                try await fleet.agree()
                try await report(stage, workers, count)
            }
        }

        /// Each in turn, at any moment: mostly for longer than the lease, now and then for so long that its batch is
        /// looked for in vain and entered again meanwhile.
        private func freeze(_ workers: [Program], _ stage: Stage) async throws {
            var numbers = SeededNumbers(seed: 2718)
            for round in 0..<Self.rounds {
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...900, using: &numbers)))
                let left = try await stage.states(kind: "order")["waiting", default: 0]
                try #require(left > 0, "round \(round): the work was done too soon")
                let worker = workers[round % workers.count]
                let long = round % 4 == 3
                worker.send(SIGSTOP)
                try await Task.sleep(
                    for: .milliseconds(Int.random(in: long ? 4500...6000 : 1300...2600, using: &numbers))
                )
                worker.send(SIGCONT)
            }
        }

        private func report(_ stage: Stage, _ workers: [Program], _ count: Int) async throws {
            // What a successor notes, and what the one that wakes finds.
            let doubts = try await stage.peek(
                """
                select count(distinct detail) as count from document_events
                where outcome = 'inDoubt' and detail like '%: the worker that sent it stopped before the answer'
                """
            )
            let doubted = try #require(try doubts.first?.get("count", as: Int.self))
            let lost = workers.map { $0.messages.matches(of: #/Another worker writes to/#).count }
            let twins = workers.reduce(0) {
                $0 + $1.messages.matches(of: #/a duplicate of claim \d+, was emptied/#).count
            }
            #expect(lost.reduce(0, +) > 0, "nobody was taken over from")
            Rig.report(
                """
                \(Self.rounds) freezes, \(count) invoices posted once: \(lost.reduce(0, +)) times the one that woke had \
                lost its lease, \(doubted) batches were taken over unanswered, \(twins) late twins were emptied
                """
            )
        }
    }
}
