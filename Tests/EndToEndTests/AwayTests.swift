import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// A Sage 300 that is away for long while the store goes on selling.
    @Suite struct Away {
        private static let orders = Rig.size("TEST_AWAY_ORDERS", 300)
        private static let seconds = Rig.size("TEST_AWAY_SECONDS", 12)
        private static let interval = Rig.size("TEST_AWAY_PROBE_SECONDS", 2)
        private static let isFullSize = orders > 2000

        /// One tenant with one company behind a relay of its own, which counts who calls.
        private struct Customer {
            let tenant: String
            let relay: Relay
            let books: Books
        }

        @Test(.timeLimit(.minutes(isFullSize ? 90 : 4)))
        func `a long absence kills nothing, is probed sparingly and ends smoothly`() async throws {
            try await withStage { stage in
                let sage = try await stage.startSage(
                    Fleet.sageScenario(2, kept: 100_000)
                        + "latency: {call: 40, entry: 5, posting: 60, postingEntry: 2}"
                )
                let customers = [
                    try await customer("acme", 1, orders: Self.orders, stage, sage),
                    try await customer("other", 2, orders: max(Self.orders / 10, 60), stage, sage),
                ]
                defer { for customer in customers { customer.relay.stop() } }
                try stage.startServices(
                    Stage.services + ["invoice-worker", "invoice-worker"],
                    environment: ["PROBE_INTERVAL_SECONDS": String(Self.interval)]
                )
                for customer in customers {
                    try await eventually("\(customer.tenant) posts something") {
                        (try await stage.states(customer.tenant, kind: "order")["posted"] != nil).orNil
                    }
                }
                for customer in customers { customer.relay.goAway() }
                try await fill(stage, customers)
                try await absence(stage, customers)

                let back = nowInMilliseconds
                for customer in customers { customer.relay.comeBack() }
                try await resumption(stage, customers, sage, since: back)
            }
        }

        private func customer(_ tenant: String, _ number: Int, orders: Int, _ stage: Stage, _ sage: Simulator)
            async throws -> Customer
        {
            let (relay, url) = try Relay.before(sage.url)
            try relay.open()
            let store = try await stage.startStore(
                orders: orders,
                customers: 5,
                seed: number,
                scenario: """
                    storeViews: [default]
                    guests: 1
                    lifecycles: {processing: 1}
                    freeOrders: 0
                    editedOrders: 0
                    """
            )
            let behind = Simulator(program: sage.program, url: url, http: sage.http)
            var plan = TenantPlan(tenant: tenant, store: store, sage: behind)
            plan.several = [CompanyPlan(code: Fleet.code(number), storeViews: "default", prefix: "US")]
            plan.pageSize = 100
            plan.requestsPerMinute = 6000
            if Self.isFullSize { plan.maximumEntries = 50 }
            try await stage.apply(plan)
            return Customer(
                tenant: tenant,
                relay: relay,
                books: Books(store: store, sage: sage, code: Fleet.code(number))
            )
        }

        /// Until the store is read to its end and both companies are paused.
        private func fill(_ stage: Stage, _ customers: [Customer]) async throws {
            for customer in customers {
                let count = try #require(
                    try await customer.books.store.read("totals")["counts"]?["orders"]?.int
                )
                try await eventually(
                    "\(customer.tenant)'s orders are read",
                    within: .seconds(Self.isFullSize ? 1800 : 60),
                    every: .milliseconds(500)
                ) {
                    let states = try await stage.states(customer.tenant, kind: "order")
                    return (states.values.reduce(0, +) >= count).orNil
                }
            }
            try await eventually("both companies are paused", within: .seconds(90)) {
                (try await stage.peek("select company from company_health where paused_at is not null").count
                    == customers.count).orNil
            }
            let waiting = try await stage.states(kind: "order")["waiting", default: 0]
            try #require(waiting > Self.orders / 2, "\(waiting) of \(Self.orders) are left to wait")
        }

        /// Watches for as long as it lasts.
        private func absence(_ stage: Stage, _ customers: [Customer]) async throws {
            let began = ContinuousClock.now
            try await Task.sleep(for: .seconds(Self.seconds))
            let ended = ContinuousClock.now
            for customer in customers {
                let calls = customer.relay.attempts.filter { $0 >= began && $0 < ended }
                // One more than whole intervals fit: both ends may fall on a probe.
                let allowed = Int((ended - began) / .seconds(Self.interval)) + 1
                #expect((1...allowed).contains(calls.count), "\(customer.tenant): \(calls.count) calls")
                let states = try await stage.states(customer.tenant)
                #expect(states["dead"] == nil, "\(states)")
                Rig.report(
                    "\(customer.tenant): away \(Self.seconds) s, \(calls.count) probes at \(Self.interval) s, \(states)"
                )
            }
        }

        private func resumption(_ stage: Stage, _ customers: [Customer], _ sage: Simulator, since back: Int)
            async throws
        {
            let began = ContinuousClock.now
            try await eventually("both companies go on", every: .milliseconds(100)) {
                (try await stage.peek("select company from company_health where paused_at is not null")
                    .isEmpty)
                    .orNil
            }
            Rig.report("both companies go on \(ContinuousClock.now - began) after the return")
            if Self.isFullSize {
                try await watchRate(stage, customers)
            } else {
                for customer in customers {
                    try await stage.settled(customer.tenant, within: .seconds(120))
                    let due = try await customer.books.due()
                    #expect(try await customer.books.posted() == due)
                    try await customer.books.addUp()
                    #expect(try await customer.books.openEntries() == [])
                }
            }
            for customer in customers {
                let states = try await stage.states(customer.tenant)
                #expect(states["dead"] == nil, "\(states)")
                #expect(try await stage.deadLetters(customer.tenant).isEmpty)
            }
            let log = try await sage.log().since(back)
            #expect(log.overlaps == [])
        }

        /// A hundred thousand take too long to wait for: they are seen to go on, in every company that has any left.
        private func watchRate(_ stage: Stage, _ customers: [Customer]) async throws {
            var rates: [String: [Int]] = [:]
            var last: [String: Int] = [:]
            for _ in 0...4 {
                for customer in customers {
                    let states = try await stage.states(customer.tenant, kind: "order")
                    let posted = states["posted", default: 0]
                    if let before = last.updateValue(posted, forKey: customer.tenant) {
                        rates[customer.tenant, default: []].append(posted - before)
                        #expect(posted > before || states["waiting"] == nil, "\(customer.tenant): \(states)")
                    }
                }
                try await Task.sleep(for: .seconds(15))
            }
            for (tenant, rates) in rates.sorted(by: { $0.key < $1.key }) {
                Rig.report("\(tenant): posted in each quarter of a minute after the return: \(rates)")
            }
        }
    }
}
