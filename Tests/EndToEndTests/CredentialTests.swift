import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Wrong credentials: a clear error, one attempt, and nothing lost.
    @Suite struct Credentials {
        @Test(.timeLimit(.minutes(2)))
        func `a wrong Sage password is tried once by all workers together`() async throws {
            try await withStage { stage in
                var (plan, books) = try await stage.opened(
                    orders: 60,
                    services: Stage.services + ["invoice-worker"]
                ) { $0.sagePassword = "wrong-password" }
                try await stage.begun()
                let paused = try await eventually("queues says that the company is paused") { () -> JSON? in
                    try await stage.ask("queues").array?.first { $0["paused"]?.bool == true }
                }
                #expect(paused["company"]?.string == "SAMINC")
                #expect(paused["pauseReason"]?.string?.contains("401") == true)

                // Those that come later must not try again.
                for name in ["invoice-worker", "customer-worker"] {
                    for worker in stage.running(name) { worker.kill() }
                    let successors = try [stage.start(name), stage.start(name)]
                    // One of them serves the company, and says so.
                    try await eventually("a \(name) says that the company is left alone") {
                        successors.contains { $0.messages.contains("is left alone") }.orNil
                    }
                }
                #expect(try await books.sage.read("requests")["failedSignIns"]?.int == 1)
                let waiting = try await stage.states()
                #expect(
                    waiting["dead"] == nil && waiting["posting"] == nil && waiting["waiting"] != nil,
                    "\(waiting)"
                )
                try #require(try await books.posted().isEmpty)

                plan.sagePassword = "secret"
                try await stage.apply(plan)
                try await stage.settled()
                try await books.agree()
                #expect(try await books.sage.read("requests")["failedSignIns"]?.int == 1)
                #expect(try await stage.ask("queues").array?.contains { $0["paused"]?.bool == true } == false)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a wrong store token is said, tried for one run, and corrected`() async throws {
            try await withStage { stage in
                var (plan, books) = try await stage.opened(orders: 60, services: []) {
                    $0.accessToken = "wrongtoken0000000000000000000001"
                }
                let failing = try stage.start("poller", ["--once", "--tenant", "acme", "--now"])
                #expect(try await failing.end() == 1)
                #expect(failing.messages.contains(#/token/#.ignoresCase()), "\(failing.messages)")
                // One run reads the store views first, and stops there.
                let total = try #require(try await books.store.read("requests")["total"]?.int)
                #expect((1...2).contains(total), "\(total) attempts")

                plan.accessToken = "demoaccesstoken00000000000000001"
                try await stage.apply(plan)
                let working = try stage.start("poller", ["--once", "--tenant", "acme", "--now"])
                try #require(try await working.end() == 0, "\(working.messages)")
                for name in ["customer-worker", "invoice-worker", "replayer"] {
                    let worker = try stage.start(name, ["--until-idle", "1"])
                    try #require(try await worker.end() == 0, "\(worker.messages)")
                }
                try await books.agree()
            }
        }
    }
}
