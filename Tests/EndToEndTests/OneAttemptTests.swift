import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Sixteen workers in four processes that share one wrong password.
    @Suite struct OneAttempt {
        private static let companies = 4
        /// A loaded machine may be this many times slower than the promise.
        private static let allowance = 3
        private static let kinds = ["customer-worker", "customer-worker", "invoice-worker", "invoice-worker"]

        @Test(.timeLimit(.minutes(3)))
        func `a wrong password costs one attempt and stops all at once`() async throws {
            try await withStage { stage in
                var (plan, fleet) = try await stage.openedFleet(
                    Self.companies,
                    orders: 80,
                    services: ["replayer"] + Self.kinds
                ) {
                    $0.sagePassword = "wrong-password"
                    $0.pageSize = 100
                }
                for program in workers(stage) { try await program.says("ready") }
                let poller = try stage.start("poller", ["--once", "--tenant", "acme", "--now"])
                try await eventually("somebody tries", every: .milliseconds(10)) {
                    (try await attempts(fleet) > 0).orNil
                }
                let refused = ContinuousClock.now
                try await said("is left alone", by: workers(stage))
                let paused = ContinuousClock.now - refused
                #expect(paused < .seconds(2 * Self.allowance))
                #expect(try await poller.end() == 0)

                try await restartSome(stage)
                #expect(try await attempts(fleet) == 1)
                let queues = try #require(try await stage.ask("queues").array)
                let served = queues.filter { ["customers", "invoices"].contains($0["kind"]?.string) }
                #expect(served.count == 2 * Self.companies)
                for queue in served { #expect(queue["paused"]?.bool == true, "\(queue)") }

                plan.sagePassword = "secret"
                try await stage.apply(plan)
                let applied = ContinuousClock.now
                try await said("is served again", by: workers(stage))
                try await eventually("something is posted") {
                    (try await stage.states(kind: "order")["posted"] != nil).orNil
                }
                let resumed = ContinuousClock.now - applied
                #expect(resumed < .seconds(5 * Self.allowance))
                try await stage.settled()
                try await fleet.agree()
                #expect(try await attempts(fleet) == 1)
                Rig.report("one attempt; all paused after \(paused), posting again after \(resumed)")
            }
        }

        private func attempts(_ fleet: Fleet) async throws -> Int {
            try #require(try await fleet.sage.read("requests")["failedSignIns"]?.int)
        }

        private func workers(_ stage: Stage) -> [Program] {
            Set(Self.kinds).sorted().flatMap { stage.running($0) }
        }

        /// Every worker says it of each company it serves; between them they serve all, with each kind of work.
        private func said(_ words: String, by programs: [Program]) async throws {
            try #require(programs.count == Self.kinds.count)
            try await eventually("the workers say \"\(words)\" of all", every: .milliseconds(10)) {
                let lines = programs.flatMap { $0.messages.split(separator: "\n") }.filter {
                    $0.contains(words)
                }
                let queues = lines.compactMap { $0.firstMatch(of: #/mlc\.acme\.CO\d\.\w+/#)?.output }
                return (Set(queues).count == 2 * Self.companies).orNil
            }
        }

        /// Killed ones come back knowing nothing, and must ask before they try.
        private func restartSome(_ stage: Stage) async throws {
            for kind in Set(Self.kinds).sorted() {
                let victim = try #require(stage.running(kind).first)
                victim.kill()
                try await victim.end()
                try stage.start(kind)
            }
            try await said("is left alone", by: workers(stage))
        }
    }
}
