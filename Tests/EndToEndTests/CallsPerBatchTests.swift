import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// Sage 300 answers in seconds: how many calls a batch costs is how fast it goes.
    @Suite struct CallsPerBatch {
        private static let perBatch = 50

        @Test(.timeLimit(.minutes(3)))
        func `a posted batch of fifty for known customers costs five calls`() async throws {
            try await withStage { stage in
                let companies = 3
                let (_, fleet) = try await stage.openedFleet(
                    companies,
                    orders: 600,
                    life: "pending",
                    store: "guests: 1"
                ) {
                    $0.maximumEntries = Self.perBatch
                    $0.maximumWait = "2s"
                    $0.pageSize = 100
                }
                try await stage.sync()
                // Guests only, so that one customer has every order; held until they are released. One of each first: it makes the guests' customer known.
                let orders = try await byCompany(fleet)
                try await release(orders.values.compactMap(\.first), fleet)
                try await stage.sync()
                try await stage.settled()

                let before = nowInMilliseconds
                try await release(orders.values.flatMap { $0[1...Self.perBatch] }, fleet)
                try await stage.sync()
                try await fleet.agree()
                let log = try await fleet.sage.log().since(before)
                for code in fleet.codes {
                    let calls = log.of(code).requests.filter { $0.resource != "ARPostedDocuments" }
                    let said = calls.map { "\($0.method) \($0.resource)" }
                    let batches = log.of(code).batches
                    // Otherwise there is nothing to divide by.
                    try #require(batches.map(\.documents.count) == [Self.perBatch], "\(code): \(said)")
                    #expect(calls.count <= 5, "\(code): \(said)")
                    Rig.report("\(code): \(calls.count) calls for a batch of \(Self.perBatch): \(said)")
                }
            }
        }

        /// Full size only: at real latencies it takes minutes, and a figure is all it is for.
        @Test(
            .timeLimit(.minutes(60)),
            .enabled(if: Rig.size("TEST_SPEED_COMPANIES", 0) > 0, "measured by deploy/bench sage speed")
        )
        func `invoices a second at the latencies of a real Sage 300`() async throws {
            let companies = Rig.size("TEST_SPEED_COMPANIES", 1)
            let batches = Rig.size("TEST_SPEED_BATCHES", 6)
            try await withStage { stage in
                let (_, fleet) = try await stage.openedFleet(
                    companies,
                    orders: companies * batches * Self.perBatch,
                    store: "guests: 1",
                    sage: "latency: {call: 800, entry: 150}",
                    services: ["poller", "customer-worker", "replayer"]
                ) {
                    $0.maximumEntries = Self.perBatch
                    $0.maximumWait = "2s"
                    $0.pageSize = 100
                    $0.requestsPerMinute = 6000
                }
                // All waits before it begins: it is posting that is measured, not reading the store.
                try await eventually("the store is read", within: .seconds(900), every: .seconds(1)) {
                    let open = try await stage.peek(
                        "select id from runs where state in ('requested', 'running')"
                    )
                    return try await stage.states(kind: "order").isEmpty ? nil : open.isEmpty.orNil
                }
                for _ in 0..<2 { try stage.start("invoice-worker") }
                try await stage.settled(within: .seconds(3000))
                try await fleet.agree()
                try await report(fleet)
            }
        }

        /// From the first batch sent to the last, the last one itself left out: it may be a small one.
        private func report(_ fleet: Fleet) async throws {
            let log = try await fleet.sage.log()
            var rates: [Double] = []
            for code in fleet.codes {
                let batches = log.of(code).batches
                let (first, last) = (try #require(batches.first), try #require(batches.last))
                let count = batches.dropLast().reduce(0) { $0 + $1.documents.count }
                try #require(
                    last.began > first.began && count >= Self.perBatch,
                    "\(code): nothing to measure"
                )
                rates.append(Double(count) * 1000 / Double(last.began - first.began))
            }
            func text(_ rate: Double) -> String { rate.formatted(.number.precision(.fractionLength(2))) }
            let target = 0.9 * 50 / (5 * 0.8 + 50 * 0.15)
            let sum = rates.reduce(0, +)
            Rig.report(
                """
                \(fleet.count) companies at once: \(text(sum)) invoices a second, target \(text(target * Double(fleet.count))); \
                by company \(text(rates.min() ?? 0)) to \(text(rates.max() ?? 0)), target \(text(target))
                """
            )
        }

        private func byCompany(_ fleet: Fleet) async throws -> [Int: [Int]] {
            var orders: [Int: [Int]] = [:]
            for id in 1...600 {
                let order = try await fleet.store.read("orders/\(id)")
                orders[try #require(order["store_id"]?.int), default: []].append(id)
            }
            for list in orders.values { try #require(list.count > Self.perBatch) }
            return orders
        }

        private func release(_ orders: [Int], _ fleet: Fleet) async throws {
            try await fleet.store.tell(
                "orders/touch",
                [
                    "ids": .array(orders.map(JSON.int)),
                    "set": ["status": "processing", "state": "processing"],
                ]
            )
        }
    }
}
