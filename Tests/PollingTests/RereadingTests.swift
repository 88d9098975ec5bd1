import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import Storage
import StoreGenerator
import TestBench
import Testing

@testable import Polling

/// What a store changes without saying so, and what it says late.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct RereadingTests {
    @Test func customersAreFirstReadByIdThenByChange() async throws {
        try await withShop(orders: 0, customers: 12) { shop in
            try await shop.apply { $0.pageSize = 5 }
            #expect(try await shop.sync())
            #expect(try await shop.bench.envelopes(.customers).map(\.sourceID).sorted() == Array(1...12))
            let asked = try await shop.requests().compactMap { $0["target"]?.string }
                .filter { $0.contains("/customers/search") }
            let byChange = asked.filter { $0.contains("=updated_at") }
            #expect(asked.count - byChange.count == 3, "5, 5 and 2 of them")
            #expect(byChange.count == 1, "and what changed meanwhile")
            try await shop.control(.patch, "customers/3", ["lastname": "Changed"])
            #expect(try await shop.sync())
            #expect(try await shop.bench.envelopes(.customers).map(\.sourceID) == [3])
        }
    }

    @Test func firstReadingOfCustomersGoesOnWhereItWas() async throws {
        try await withShop(orders: 0, customers: 40) { shop in
            let bench = shop.bench
            try await shop.apply { $0.pageSize = 10 }
            try await shop.control(.post, "faults", [["on": "GET customers*", "kind": "stall", "after": 2]])
            let polling = Task { [poller = try shop.poller()] in
                try await poller.runOnce(tenant: nil, isNow: false)
            }
            try await bench.eventually("two pages are read") {
                let cursor = try await bench.database.cursor(of: bench.tenant, resource: "customers")
                return cursor?.loadPosition == 20 ? () : nil
            }
            polling.cancel()
            _ = await polling.result
            try await shop.control(.post, "faults", [])
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            let customers = try await bench.envelopes(.customers).map(\.sourceID)
            #expect(customers.count == 40 && Set(customers).count == 40, "none twice")
            #expect(
                try await bench.database.cursor(of: bench.tenant, resource: "customers")?.loadPosition == nil
            )
        }
    }

    @Test func sweepFindsWhatMovedNoTime() async throws {
        try await withShop(orders: 20, customers: 6) { shop in
            let bench = shop.bench
            try await shop.apply()
            #expect(try await shop.sync())
            _ = try await bench.envelopes(.invoices)
            _ = try await bench.envelopes(.customers)
            // An address edited in the admin; long settled, so no overlap reads it again.
            try await shop.control(
                .patch,
                "orders/5?stamp=false",
                ["customer_lastname": "Silent"]
            )
            #expect(try await shop.sync())
            #expect(try await bench.envelopes(.invoices).map(\.sourceID).filter { $0 != 5 } == [])
            try await bench.age("25 hours")
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            let found = try await bench.count(
                "select revision from documents where kind = 'order' and source_id = 5"
            )
            #expect(found == 2)
            #expect(
                try await bench.count("select count(*) from runs where cause = 'sweep' and state = 'done'")
                    == 1
            )
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(
                try await bench.count("select count(*) from runs where cause = 'sweep'") == 1,
                "once a day"
            )
        }
    }

    @Test func sweepThatFailedReadsAgainOnlyWhatItHadNot() async throws {
        try await withShop(orders: 20, customers: 3) { shop in
            let bench = shop.bench
            try await shop.apply { $0.invoiceOn = "invoice" }
            #expect(try await shop.sync())
            try await bench.age("25 hours")
            try await shop.control(.post, "faults", [["on": "GET invoices", "kind": "truncate"]])
            // What changed fails as well, and is tried again of its own.
            _ = try await shop.poller().runOnce(tenant: nil, isNow: false)
            #expect(
                try await bench.count("select count(*) from runs where cause = 'sweep' and state = 'failed'")
                    == 1
            )
            try await shop.control(.post, "faults", [])
            _ = try await bench.database.client.query(
                "update runs set retry_at = now() where retry_at is not null"
            )
            let before = try await shop.requests().count
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            let asked = try await shop.requests().dropFirst(before).compactMap { $0["target"]?.string }
                .filter { $0.contains("%5Bfield%5D=created_at") }
            #expect(asked.contains { $0.contains("/invoices?") })
            #expect(!asked.contains { $0.contains("/orders?") }, "orders were read to their end")
        }
    }

    @Test func sweepCanBeSwitchedOff() async throws {
        try await withShop(orders: 3, customers: 0) { shop in
            try await shop.apply { $0.adobeLines = ["sweep: {every: off}"] }
            #expect(try await shop.sync())
            try await shop.bench.age("30 days")
            #expect(try await shop.poller().runOnce(tenant: nil, isNow: false))
            #expect(try await shop.bench.count("select count(*) from runs where cause = 'sweep'") == 0)
        }
    }

    @Test func lateCommitIsReadByTheOverlap() async throws {
        try await withShop(orders: 10, customers: 0) { shop in
            try await shop.apply()
            // Stamped now, shown when told; an order that is stamped later is read before it.
            try await shop.control(.patch, "orders/2?visibleAfter=commit", ["status": "late"])
            try await Task.sleep(for: .seconds(1.1))
            try await shop.control(.patch, "orders/7", ["status": "early"])
            try await Task.sleep(for: .seconds(1.1))
            #expect(try await shop.sync())
            _ = try await shop.bench.envelopes(.invoices)
            try await shop.control(.post, "commit")
            #expect(try await shop.sync())
            let published = try await shop.bench.envelopes(.invoices)
            #expect(published.map(\.sourceID) == [2])
            #expect(published.first?.source["status"]?.string == "late")
        }
    }

    @Test func partsCarryTheirOrderAndAreAskedForOnce() async throws {
        try await withShop(orders: 30, customers: 0) {
            $0.store.lifecycles[.partlyRefunded] = 20
        } _: { shop in
            let bench = shop.bench
            try await shop.apply()
            #expect(try await shop.sync())
            func count(_ kind: String, _ state: String) async throws -> Int {
                try await bench.count(
                    "select count(*) from documents where kind = \(kind) and state = \(state)"
                )
            }
            #expect(try await count("invoice", "skipped") > 0, "orders are entered, not invoices")
            #expect(try await count("creditmemo", "waiting") > 0)
            #expect(try await count("shipment", "skipped") > 0, "nothing is deferred")
            #expect(
                try await bench.count(
                    """
                    select count(*) from documents where kind = 'creditmemo'
                        and (source::jsonb -> 'order' ->> 'entity_id' is null or amount is null)
                    """
                ) == 0
            )
            #expect(
                try await bench.count(
                    """
                    select count(*) from documents where kind in ('invoice', 'shipment')
                        and source::jsonb -> 'order' <> 'null'
                    """
                ) == 0,
                "nobody will read the orders of what is left out"
            )
            let before = try await shop.requests().count
            #expect(try await shop.sync())
            let asked = try await shop.requests().dropFirst(before).compactMap { $0["target"]?.string }
            #expect(!asked.contains { $0.contains("=in&") || $0.hasSuffix("=in") }, "nothing is news")
        }
    }

    @Test func unreadableOrderOfAPartIsReportedAndLookedForAgain() async throws {
        try await withShop(orders: 30, customers: 0) {
            $0.store.lifecycles[.partlyRefunded] = 20
        } _: { shop in
            let bench = shop.bench
            try await shop.apply()
            let memo = try await shop.control(.get, "creditmemos/1")
            let order = try #require(memo["order_id"]?.int)
            let good = try await shop.control(.get, "orders/\(order)")["created_at"] ?? .null
            try await shop.control(.patch, "orders/\(order)?stamp=false", ["created_at": "not a time"])
            #expect(try await shop.sync())
            func hasOrder() async throws -> Bool {
                try await bench.count(
                    """
                    select count(*) from documents where kind = 'creditmemo' and source_id = 1
                        and source::jsonb -> 'order' ->> 'entity_id' is not null
                    """
                ) == 1
            }
            #expect(try await !hasOrder())
            #expect(try await bench.count("select max(unreadable) from runs") > 0)
            try await shop.control(.patch, "orders/\(order)?stamp=false", ["created_at": good])
            try await shop.control(.post, "creditmemos/touch", ["ids": [1]])
            #expect(try await shop.sync())
            #expect(try await hasOrder())
        }
    }
}
