import Accounting
import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import Storage
import TestBench
import Testing

@testable import Polling

/// Runs that fail, stop or are cut off somewhere, and go on.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct InterruptionTests {
    private func runs(_ shop: Shop) async throws -> [RunRecord] {
        let count = try await shop.bench.count("select count(*) from runs")
        var runs: [RunRecord] = []
        for id in 0..<count { runs.append(try #require(try await shop.bench.database.run(Int64(id + 1)))) }
        return runs
    }

    private func orders(_ shop: Shop) async throws -> Int {
        try await shop.bench.count("select count(*) from documents where kind = 'order'")
    }

    /// A poller that is in the middle of a store's orders, a page at a time.
    private func slowReading(of shop: Shop) async throws -> Task<Bool, any Error> {
        try await shop.control(
            .post,
            "faults",
            [["on": "GET orders", "kind": "latency", "milliseconds": 300]]
        )
        let polling = Task { [poller = try shop.poller()] in
            try await poller.runOnce(tenant: nil, isNow: false)
        }
        try await shop.bench.eventually("a page is recorded") { try await orders(shop) > 0 ? () : nil }
        return polling
    }

    @Test func resourceThatFailsKeepsNoOtherFromBeingRead() async throws {
        try await withShop(orders: 12, customers: 4) { shop in
            try await shop.apply()
            try await shop.control(.post, "faults", [["on": "GET customers*", "kind": "truncate"]])
            #expect(try await !shop.sync(), "customers are needed")
            #expect(try await orders(shop) == 12)
            #expect(try await runs(shop).last?.state == .failed)
            #expect(shop.bench.journal.lines.contains { $0.hasPrefix("customers: ") })
            try await shop.control(.post, "faults", [])
            #expect(try await shop.sync())
            #expect(try await shop.bench.count("select count(*) from documents where kind = 'customer'") == 4)
        }
    }

    @Test func resourceThatIsNotNeededFailsNoRun() async throws {
        try await withShop(orders: 12, customers: 2) { scenario in
            scenario.resources = [
                "Magento_Sales::actions_view", "Magento_Sales::sales_creditmemo",
                "Magento_Customer::customer",
                "Magento_Backend::store",
            ]
        } _: { shop in
            try await shop.apply()
            #expect(try await shop.sync(), "invoices and shipments may not be read")
            #expect(try await orders(shop) == 12)
            #expect(shop.bench.journal.lines.contains { $0.hasPrefix("shipments: ") && $0.contains("right") })
        }
    }

    @Test func afterAnInterruptionWhatCameSinceIsReadInTheSameRun() async throws {
        try await withShop(orders: 60, customers: 0) { shop in
            try await shop.apply { $0.pageSize = 10 }
            try await shop.control(
                .post,
                "faults",
                [["on": "GET orders", "kind": "oauthRefuse", "after": 3]]
            )
            #expect(try await !shop.sync())
            #expect(try await orders(shop) == 30)
            try await shop.control(.post, "faults", [])
            // Behind the bound of the interrupted pass.
            try await Task.sleep(for: .seconds(1.1))
            try await shop.put(900)
            try await Task.sleep(for: .seconds(1.1))
            #expect(try await shop.sync())
            #expect(try await orders(shop) == 61, "now means now")
        }
    }

    @Test func pauseStopsARunBetweenPagesAndResumeGoesOn() async throws {
        try await withShop(orders: 40, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 5 }
            let polling = try await slowReading(of: shop)
            _ = try await bench.database.setPaused(true, tenant: bench.tenant)
            _ = try await polling.value
            let before = try await orders(shop)
            #expect(before < 40)
            #expect(try await runs(shop).map(\.state) == [.running], "no failure: it waits")
            try await shop.control(.post, "faults", [])
            _ = try await bench.database.setPaused(false, tenant: bench.tenant)
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).map(\.state) == [.done])
            #expect(try await bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...40))
        }
    }

    @Test func runGoesOnUnderTheFileThatWasAppliedMeanwhile() async throws {
        try await withShop(orders: 40, customers: 0) { shop in
            let bench = shop.bench
            let narrow = [("SAMINC", "[default]", "America/Vancouver")]
            try await shop.apply {
                $0.pageSize = 5
                $0.companies = narrow
            }
            let polling = try await slowReading(of: shop)
            try await shop.apply { $0.pageSize = 7 }
            #expect(try await polling.value)
            #expect(try await runs(shop).map(\.state) == [.done], "one run")
            let asked = try await shop.requests().compactMap { $0["target"]?.string }
            #expect(asked.contains { $0.contains("pageSize%5D=7&") })
            #expect(
                bench.journal.lines.contains { $0.contains("goes on under the new one") }
            )
            // Whatever died for want of the mapping before is a replay's; nothing read later is homeless.
            let homeless = try await bench.count("select count(*) from documents where company = ''")
            let read = try await orders(shop)
            #expect(read == 40 && homeless < 20)
        }
    }

    @Test func backfillGoesOnWhereItWas() async throws {
        try await withShop(orders: 50, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 10 }
            #expect(try await shop.sync())
            let (from, to) = ("2000-01-01", "2099-12-31")
            let id = try await bench.database.requestRun(
                bench.tenant,
                cause: .backfill,
                from: .init(from),
                to: .init(to)
            )
            try await shop.control(
                .post,
                "faults",
                [["on": "GET orders", "kind": "status503html", "after": 2]]
            )
            let polling = Task { [poller = try shop.poller()] in
                try await poller.runOnce(tenant: nil, isNow: false)
            }
            try await bench.eventually("two pages are read again", within: .seconds(30)) {
                try await bench.database.positions(ofRun: id)["orders"]?.entityID == 20 ? () : nil
            }
            // Killed, in effect: the run is left as it is.
            polling.cancel()
            _ = await polling.result
            #expect(try await bench.database.run(id)?.state == .running)
            try await shop.control(.post, "faults", [])
            let before = try await shop.requests().count
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await bench.database.run(id)?.state == .done)
            let asked = try await shop.requests().dropFirst(before).compactMap { $0["target"]?.string }
            let pages = asked.filter { $0.contains("/orders?") && $0.contains("created_at") }
            #expect(pages.count == 4, "the rest and what tells the end, no page of the beginning")
            #expect(!asked.contains { $0.contains("/customers/") }, "customers were read to their end")
        }
    }

    @Test func onceAnswersForWhatAnotherPollerCarriesOut() async throws {
        try await withShop(orders: 20, customers: 0) { shop in
            try await shop.apply { $0.pageSize = 5 }
            try await shop.control(
                .post,
                "faults",
                [
                    ["on": "GET orders", "kind": "latency", "milliseconds": 300],
                    ["on": "GET orders", "kind": "oauthRefuse", "after": 3],
                ]
            )
            let first = Task { [poller = try shop.poller()] in
                try await poller.runOnce(tenant: nil, isNow: false)
            }
            try await shop.bench.eventually("a page is recorded") { try await orders(shop) > 0 ? () : nil }
            let second = try await shop.poller().runOnce(tenant: nil, isNow: false)
            #expect(try await first.value == false)
            #expect(!second, "it waited, and says what came of it")
            #expect(try await runs(shop).map(\.state) == [.failed], "and did not try again")
        }
    }

    @Test func lostLockEndsTheRunAndAnotherGoesOn() async throws {
        try await withShop(orders: 30, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 5 }
            let polling = try await slowReading(of: shop)
            let cut = try await bench.database.client.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = (select application_name from pg_stat_activity
                        where pid = pg_backend_pid())
                    and query like '%pg_try_advisory_lock(%' and pid <> pg_backend_pid()
                """
            )
            #expect(cut.count == 1)
            #expect(try await polling.value, "it takes the lock again and goes on")
            #expect(bench.journal.lines.contains { $0.contains("the connection that held its lock is gone") })
            #expect(try await runs(shop).map(\.state) == [.done])
            #expect(Set(try await bench.envelopes(.invoices).map(\.sourceID)).count == 30)
        }
    }
}
