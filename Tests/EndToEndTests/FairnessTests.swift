import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// One tenant's mountain of work is not another's.
    @Suite struct Fairness {
        private static let orders = Rig.size("TEST_FAIRNESS_ORDERS", 2000)
        private static let samples = Rig.size("TEST_FAIRNESS_SAMPLES", 3)

        @Test(.timeLimit(.minutes(orders > 10_000 ? 60 : 5)))
        func `one order does not wait for another tenant's many`() async throws {
            try await withStage { stage in
                let sage = try await stage.startSage(
                    Fleet.sageScenario(2, kept: 1000)
                        + "latency: {call: 40, entry: 5, posting: 60, postingEntry: 2}"
                )
                let small = try await tenant("small", 2, orders: 1, stage, sage)
                try stage.startServices()
                try await stage.sync("small")
                let alone = try await waits(stage, small, from: 1)

                _ = try await tenant("large", 1, orders: Self.orders, stage, sage)
                try await eventually(
                    "the large tenant's orders wait",
                    within: .seconds(Self.orders / 20 + 60),
                    every: .milliseconds(500)
                ) {
                    let states = try await stage.states("large", kind: "order")
                    return (states.values.reduce(0, +) >= Self.orders).orNil
                }
                let waiting = try await stage.states("large", kind: "order")["waiting", default: 0]
                let beside = try await waits(stage, small, from: 1 + Self.samples)
                let still = try await stage.states("large", kind: "order")["waiting", default: 0]
                try #require(still > Self.samples, "the large tenant was done too soon: \(waiting), \(still)")
                Rig.report(
                    "an order alone \(alone.map(Self.text)), beside \(waiting) to \(still) waiting \(beside.map(Self.text))"
                )
                // Reported, not asserted, but for what no noise explains.
                #expect(beside.sorted()[Self.samples / 2] < alone.sorted()[Self.samples / 2] * 10)
            }
        }

        private static func text(_ duration: Duration) -> String { "\(duration / .milliseconds(1)) ms" }

        private func tenant(_ name: String, _ number: Int, orders: Int, _ stage: Stage, _ sage: Simulator)
            async throws -> Simulator
        {
            let store = try await stage.startStore(
                orders: orders,
                customers: 5,
                seed: number,
                scenario: """
                    storeViews: [default]
                    guests: 1
                    lifecycles: {processing: 1}
                    freeOrders: 0
                    credits: 0
                    editedOrders: 0
                    """
            )
            var plan = TenantPlan(tenant: name, store: store, sage: sage)
            plan.several = [
                CompanyPlan(code: Fleet.code(number), storeViews: "default", prefix: "T\(number)")
            ]
            plan.pageSize = 100
            plan.requestsPerMinute = 6000
            plan.schedule = "{every: week, on: monday, at: \"03:00\", timeZone: UTC}"
            try await stage.apply(plan)
            return store
        }

        /// How long new orders take, one after another, from being asked for to being posted.
        private func waits(_ stage: Stage, _ store: Simulator, from first: Int) async throws -> [Duration] {
            var waits: [Duration] = []
            let model = try await store.read("orders/1")
            for number in first..<first + Self.samples {
                var order = try #require(model.object)
                order["entity_id"] = .int(1000 + number)
                order["increment_id"] = .string("9\(String(format: "%08d", number))")
                for field in ["created_at", "updated_at"] { order[field] = nil }
                try await store.tell("orders", .object(order))
                let began = ContinuousClock.now
                try await stage.sync("small")
                waits.append(ContinuousClock.now - began)
                let document = "T29\(String(format: "%08d", number))"
                let state = try await stage.peek("select state from documents where document = \(document)")
                try #require(try state.first?.get("state") == "posted", "\(document)")
            }
            return waits
        }
    }
}
