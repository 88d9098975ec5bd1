import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// More than one tenant on one installation.
    @Suite struct SeveralTenants {
        @Test(.timeLimit(.minutes(2)))
        func `two stores share one company of Sage 300`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 80,
                    sage: Crashes.slowSage,
                    services: Stage.services + ["invoice-worker"]
                )
                let store = try await stage.startStore(orders: 70, seed: 2)
                var plan = TenantPlan(tenant: "other", store: store, sage: books.sage)
                plan.prefix = "OT"
                plan.customerPrefix = "X"
                try await stage.apply(plan)
                try await stage.sync()
                try await stage.sync("other")
                try await stage.settled()
                try await stage.settled("other")
                let other = Books(store: store, sage: books.sage)
                let expected = try await books.due().merging(other.due(prefix: "OT")) { $1 }
                let posted = try await books.posted()
                #expect(posted == expected, "\(expected.count) due, \(posted.count) posted")
                try await books.addUp()
                #expect(try await stage.ask("dead", "list").isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a tenant whose Sage 300 is down delays no other`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60)
                let gone = try await stage.startSage()
                gone.program.kill()
                try await gone.program.end()
                let store = try await stage.startStore(orders: 60, seed: 2)
                try await stage.apply(TenantPlan(tenant: "other", store: store, sage: gone))
                try await stage.begun("other")
                try await stage.sync()
                try await books.agree()
                let paused = try await eventually("the other is paused") { () -> JSON? in
                    try await stage.ask("queues").array?.first { $0["paused"]?.bool == true }
                }
                #expect(paused["tenant"]?.string == "other")
                #expect(try await stage.states("other")["dead"] == nil)
            }
        }
    }
}
