import Accounting
import AdobeCommerce
import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import Publishing
import Storage
import StoreGenerator
import Tenancy
import TestBench
import Testing

@testable import Polling

/// Nothing falls between the store and the queues (`architecture.md`, Polling and publishing).
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct SyncTests {
    private func lastRun(_ shop: Shop) async throws -> RunRecord {
        let id = try await shop.bench.count("select max(id) from runs")
        return try #require(try await shop.bench.database.run(Int64(id)))
    }

    private func configuration(_ shop: Shop) async throws -> TenantConfiguration {
        let record = try #require(try await shop.bench.database.tenant(shop.bench.tenant))
        return try TenantFile.parseStored(record.configuration)
    }

    @Test func firstSyncPublishesEverythingOnceAndTheSecondNothing() async throws {
        try await withShop(orders: 30, customers: 8) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 7 }
            #expect(try await shop.sync())
            let first = try await lastRun(shop)
            #expect(first.state == .done)
            #expect(first.error == nil)
            #expect(first.documents == 38)
            let orders = try await bench.envelopes(.invoices)
            #expect(orders.map(\.sourceID).sorted() == Array(1...30))
            #expect(orders.allSatisfy { $0.tenant == bench.tenant && $0.kind == .order && $0.revision == 1 })
            #expect(
                orders.allSatisfy { $0.run == first.id && $0.source["entity_id"]?.int == Int($0.sourceID) }
            )
            let customers = try await bench.envelopes(.customers)
            #expect(customers.map(\.sourceID).sorted() == Array(1...8))
            #expect(
                try await bench.count(
                    "select count(*) from documents where published_revision = 1 and kind in ('order', 'customer')"
                ) == 38
            )

            #expect(try await shop.sync())
            let second = try await lastRun(shop)
            #expect(second.id != first.id)
            #expect(second.state == .done)
            #expect(second.documents == 0)
            #expect(try await bench.envelopes(.invoices).isEmpty)
            #expect(try await bench.envelopes(.customers).isEmpty)
        }
    }

    @Test func changedOrderIsPublishedAloneAsANewRevision() async throws {
        try await withShop(orders: 12, customers: 0) { shop in
            try await shop.apply()
            #expect(try await shop.sync())
            _ = try await shop.bench.envelopes(.invoices)
            try await shop.control(.patch, "orders/5", ["status": "on_hold_by_us"])
            // Moved without a change of what is read: not news.
            try await shop.control(.patch, "orders/6", ["remote_ip": "10.0.0.1"])
            #expect(try await shop.sync())
            let published = try await shop.bench.envelopes(.invoices)
            #expect(published.map(\.sourceID) == [5])
            #expect(published.map(\.revision) == [2])
            #expect(published.first?.source["status"]?.string == "on_hold_by_us")
        }
    }

    @Test func hundredOrdersOfOneSecondAreReadAcrossPages() async throws {
        try await withShop(orders: 90, customers: 0) { scenario in
            scenario.store.burst = 45
            scenario.store.lifecycles = [.processing: 1]
        } _: { shop in
            try await shop.apply { $0.pageSize = 10 }
            #expect(try await shop.sync())
            #expect(try await shop.bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...90))
        }
    }

    @Test func storeThatRepeatsItsLastPageIsReadToItsEnd() async throws {
        try await withShop(orders: 20, customers: 5) {
            $0.repeatsLastPage = true
        } _: { shop in
            try await shop.apply { $0.pageSize = 10 }
            #expect(try await shop.sync())
            #expect(try await shop.bench.envelopes(.invoices).count == 20)
            #expect(try await lastRun(shop).documents == 25)
        }
    }

    @Test func cursorSurvivesARunThatFails() async throws {
        try await withShop(orders: 60, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 10 }
            try await shop.control(
                .post,
                "faults",
                [["on": "GET orders", "kind": "oauthRefuse", "after": 3]]
            )
            #expect(try await !shop.sync())
            #expect(try await lastRun(shop).state == .failed)
            #expect(try await lastRun(shop).documents == 30)
            let reached = try #require(try await bench.database.cursor(of: bench.tenant, resource: "orders"))
            #expect(try await bench.envelopes(.invoices).count == 30)

            try await shop.control(.post, "faults", [])
            let before = try await shop.requests().count
            #expect(try await shop.sync())
            #expect(try await lastRun(shop).documents == 30, "only the rest")
            #expect(Set(try await bench.envelopes(.invoices).map(\.sourceID)).count == 30)
            let first = try await shop.requests().dropFirst(before).compactMap { $0["target"]?.string }
                .first { $0.contains("/orders?") }
            #expect(first?.contains("1970") == false, "it does not begin at the beginning")
            let end = try #require(try await bench.database.cursor(of: bench.tenant, resource: "orders"))
            #expect(end.updatedAt > reached.updatedAt)
        }
    }

    @Test func whatWasRecordedButNotPublishedIsSweptUp() async throws {
        try await withShop(orders: 3, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply()
            let observation = Observation(
                tenant: try await configuration(shop),
                storeViews: [1: "default", 2: "us_en"]
            )
            let store = try await shop.context().stores.client(of: observation.tenant)
            let page = try await store.changed(.orders, after: .beginning, upTo: Date(), pageSize: 10)
            // A poller dies here: recorded, not published.
            let recorded = try await bench.database.record(
                page.rows.map { observation.order($0, at: Date()) },
                run: 1
            )
            #expect(recorded.count == 3)
            // No run reads them again meanwhile.
            _ = try await bench.database.setPaused(true, tenant: bench.tenant)
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await bench.envelopes(.invoices).isEmpty, "it may still be at it")
            try await bench.age("1 minute")
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await bench.envelopes(.invoices).map(\.sourceID).sorted() == [1, 2, 3])
            #expect(try await bench.count("select count(*) from documents where published_revision = 1") == 3)
            try await bench.age("1 minute")
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await bench.envelopes(.invoices).isEmpty, "once is enough")
        }
    }

    @Test func twoPollersCarryOutOneRun() async throws {
        try await withShop(orders: 40, customers: 0) { shop in
            try await shop.apply { $0.pageSize = 5 }
            let pollers = [try shop.poller(), try shop.poller(), try shop.poller()]
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for poller in pollers {
                    group.addTask { try await poller.runOnce(tenant: nil, isNow: false) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == [true, true, true])
            #expect(try await shop.bench.count("select count(*) from runs") == 1)
            // One that found the lock taken went home; the run is over when the one that holds it is.
            #expect(try await lastRun(shop).state == .done)
            #expect(try await shop.bench.envelopes(.invoices).count == 40)
        }
    }

    @Test func orderOfAnUnnamedViewIsDeadForWantOfAMapping() async throws {
        try await withShop(orders: 30, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply { $0.companies = [("SAMINC", "[default, gone]", "America/Vancouver")] }
            #expect(try await shop.sync())
            let letters = try await bench.deadLetters(.invoices)
            let homeless = try await bench.count(
                "select count(*) from documents where company = '' and kind = 'order'"
            )
            #expect(homeless > 0)
            #expect(letters.count == homeless)
            #expect(
                letters.allSatisfy {
                    $0.failure.code == "store-view-unmapped" && $0.failure.subject == "us_en"
                }
            )
            #expect(try await bench.envelopes(.invoices).count == 30 - homeless)
            #expect(bench.journal.lines.contains { $0.contains("no view \"gone\"") && $0.contains("SAMINC") })
        }
    }
}
