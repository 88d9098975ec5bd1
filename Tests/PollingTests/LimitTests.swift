import Accounting
import Foundation
import Messaging
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

@testable import Polling

/// What a host grants a tenant, whatever its file asks for.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct LimitTests {
    private func orders(_ shop: Shop) async throws -> Int {
        try await shop.bench.count("select count(*) from documents where kind = 'order'")
    }

    @Test func fullStorageHoldsReadingAndLosesNothing() async throws {
        try await withShop(orders: 40) { shop in
            try await shop.apply { $0.pageSize = 5 }
            let (database, tenant) = (shop.bench.database, shop.bench.tenant)
            var limits = TenantLimits()
            limits.documents = 12
            #expect(try await !shop.poller(limits).runOnce(tenant: tenant, isNow: true))
            let held = try await database.usage(of: tenant)
            #expect((12...22).contains(held.documents), "\(held)")
            #expect(held.isFull && held.heldSince != nil)
            #expect(held.heldReason?.contains("TENANT_MAX_DOCUMENTS") == true)
            #expect(try await database.heldReadings()[tenant.name] == held)
            // The run is open, and says nothing of a failure.
            #expect(try await database.openRuns(of: tenant).count == 1)
            // It stays so, and goes on where it is once there is room.
            #expect(try await !shop.poller(limits).runOnce(tenant: tenant, isNow: false))
            #expect(try await database.usage(of: tenant).documents == held.documents)
            #expect(try await shop.poller().runOnce(tenant: tenant, isNow: false))
            #expect(try await orders(shop) == 40)
            let after = try await database.usage(of: tenant)
            #expect(after.heldReason == nil && after.heldSince == nil && !after.isFull)
            #expect(try await after.documents == shop.bench.count("select count(*) from documents"))
        }
    }

    @Test func deepQueuesHoldReadingUntilTheyAreWorkedOff() async throws {
        try await withShop(orders: 400) { shop in
            try await shop.apply { $0.pageSize = 5 }
            let (database, tenant) = (shop.bench.database, shop.bench.tenant)
            var limits = TenantLimits()
            limits.queued = 30
            let poller = try shop.poller(limits)
            let polling = Task { try await poller.run() }
            try await shop.bench.eventually("its reading is held") {
                try await database.usage(of: tenant).heldReason.flatMap {
                    $0.contains("TENANT_MAX_QUEUED") ? () : nil
                }
            }
            #expect(try await !database.usage(of: tenant).isFull)
            let read = try await orders(shop)
            #expect(read < 400)
            try await shop.bench.eventually("all is read once the queue is worked off", within: .seconds(90))
            {
                _ = try await shop.bench.envelopes(.invoices)
                return try await orders(shop) == 400 ? () : nil
            }
            polling.cancel()
            _ = try? await polling.value
        }
    }

    @Test func hostsCapHoldsOverTheFile() throws {
        var limits = TenantLimits()
        limits.requestsPerMinute = 60
        limits.requestsAtATime = 1
        let file = TenantPlan().file(of: try #require(TenantID("acme")))
        let asked = try TenantFile.parse(file)
        #expect(asked.within(limits).adobe.requestsPerMinute == 60)
        #expect(asked.within(limits).adobe.requestsAtATime == 1)
        #expect(asked.within(TenantLimits()).adobe.requestsPerMinute == asked.adobe.requestsPerMinute)
        limits.requestsPerMinute = 6000
        #expect(asked.within(limits).adobe.requestsPerMinute == asked.adobe.requestsPerMinute)
    }
}
