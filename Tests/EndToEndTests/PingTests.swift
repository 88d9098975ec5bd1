import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Both systems checked against the tenant file, from a terminal.
    @Suite struct Pings {
        @Test(.timeLimit(.minutes(3)))
        func `every check is on a line of its own, and the status says whether all are well`() async throws {
            try await withStage { stage in
                let (plan, _) = try await stage.opened(orders: 60, services: [])
                let checks = try #require(try await stage.ask("ping", "acme").array)
                let names = checks.compactMap { $0["check"]?.string }
                for name in [
                    "reach", "TLS", "sign-in", "company SAMINC", "rights: orders",
                    "SAMINC: account revenue 4000",
                ] {
                    #expect(names.contains(name), "\(name)")
                }
                for check in checks {
                    #expect(["adobe", "sage"].contains(check["system"]?.string))
                    #expect(check["ok"]?.bool == true, "\(check.text)")
                    #expect(
                        check["detail"]?.string?.isEmpty == false && check["fix"]?.string?.isEmpty == true
                    )
                }
                let table = try await stage.run("ping", "acme")
                #expect(table.status == 0 && table.output.contains("All \(checks.count) checks are well."))
                for secret in ["democonsumersecret", "demoaccesstoken"] {
                    #expect(!table.output.contains(secret))
                }
                // A paused tenant is pinged all the same.
                try await stage.ask("tenant", "pause", "acme")
                try await stage.ask("ping", "acme")
                try await expectOnlyReads(plan)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a wrong password is tried once, a missing account is said with its fix`() async throws {
            try await withStage { stage in
                var (plan, _) = try await stage.opened(orders: 60, services: [])
                plan.giftCard = "2399"
                try await stage.apply(plan)
                let checks = try #require(try await stage.ask("ping", "acme", status: 1).array)
                let failed = try #require(checks.first { $0["ok"]?.bool == false })
                #expect(failed["check"]?.string == "SAMINC: account giftCard 2399")
                #expect(failed["fix"]?.string?.contains("accounts.giftCard") == true)
                plan.giftCard = "2310"
                plan.sagePassword = "wrong"
                try await stage.apply(plan)
                for _ in 1...3 {
                    let checks = try #require(try await stage.ask("ping", "acme", status: 1).array)
                    let signIn = checks.first {
                        $0["check"]?.string == "sign-in" && $0["system"]?.string == "sage"
                    }
                    #expect(signIn?["ok"]?.bool == false && signIn?["fix"]?.string?.isEmpty == false)
                    #expect(
                        checks.filter { $0["system"]?.string == "adobe" }.allSatisfy {
                            $0["ok"]?.bool == true
                        }
                    )
                }
                #expect(try await plan.sage.read("requests")["failedSignIns"]?.int == 1)
                #expect(try await stage.run("ping", "nobody").status == 2)
            }
        }

        private func expectOnlyReads(_ plan: TenantPlan) async throws {
            let sage = try await plan.sage.read("requests")
            let methods = Set((sage["log"]?.array ?? []).compactMap { $0["method"]?.string })
            #expect(methods == ["GET"])
        }
    }
}
