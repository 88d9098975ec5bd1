import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import Polling
import PostgresClient
import Storage
import TestBench
import Testing

/// When runs are carried out, and how they end.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct RunTests {
    private func runs(_ shop: Shop) async throws -> [RunRecord] {
        let count = try await shop.bench.count("select count(*) from runs")
        var runs: [RunRecord] = []
        for id in 0..<count { runs.append(try #require(try await shop.bench.database.run(Int64(id + 1)))) }
        return runs
    }

    @Test func scheduleDecides() async throws {
        try await withShop(orders: 2, customers: 0) { shop in
            try await shop.apply { $0.schedule = "{every: 15m}" }
            let poller = try shop.poller()
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).map(\.cause) == [.schedule], "one that never ran is due")
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).count == 1, "not due yet")
            try await shop.bench.age("14 minutes")
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).count == 1)
            try await shop.bench.age("2 minutes")
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).map(\.state) == [.done, .done])
            #expect(try await poller.runOnce(tenant: shop.bench.tenant, isNow: true))
            #expect(
                try await runs(shop).map(\.cause) == [.schedule, .schedule, .now],
                "whatever the schedule says"
            )
        }
    }

    @Test func missedSlotsAreMadeUpForOnce() async throws {
        try await withShop(orders: 2, customers: 0) { shop in
            try await shop.apply { $0.schedule = #"{every: day, at: "00:00", timeZone: UTC}"# }
            let poller = try shop.poller()
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            try await shop.bench.age("5 days")
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).map(\.cause) == [.schedule, .schedule, .sweep])
        }
    }

    @Test func pausedTenantIsLeftAlone() async throws {
        try await withShop(orders: 2, customers: 0) { shop in
            let (bench, poller) = (shop.bench, try shop.poller())
            try await shop.apply()
            _ = try await bench.database.setPaused(true, tenant: bench.tenant)
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(
                try await !poller.runOnce(tenant: bench.tenant, isNow: true),
                "it was asked for and is not done"
            )
            #expect(try await shop.requests().isEmpty)
            #expect(try await runs(shop).map(\.state) == [.requested])
            _ = try await bench.database.setPaused(false, tenant: bench.tenant)
            #expect(try await poller.runOnce(tenant: nil, isNow: false))
            #expect(try await runs(shop).map(\.state) == [.done], "what was asked for meanwhile is done now")
            #expect(try await bench.envelopes(.invoices).count == 2)
        }
    }

    @Test func refusedSignInIsSaidOnceAndNotTriedAgain() async throws {
        try await withShop(orders: 2, customers: 0) { shop in
            try await shop.apply { $0.consumerSecret = "not-the-consumer-secret-at-all00" }
            let poller = try shop.poller()
            #expect(try await !poller.runOnce(tenant: nil, isNow: false))
            let run = try #require(try await runs(shop).first)
            #expect(run.state == .failed)
            #expect(run.finishedAt != nil)
            let error = try #require(run.error)
            #expect(error.hasPrefix("The store refused the sign-in: "))
            #expect(!error.contains("not-the-consumer-secret"))
            #expect(
                shop.bench.journal.lines.contains {
                    $0.contains("run \(run.id) failed") && $0.contains(error)
                }
            )
            let asked = try await shop.requests()
            #expect(asked.map { $0["status"]?.int } == [401], "a wrong secret is not tried twice")
            #expect(try await poller.runOnce(tenant: nil, isNow: false), "the next slot is for the next try")
            #expect(try await runs(shop).count == 1)
            #expect(try await shop.requests().count == 1)
        }
    }

    @Test func missingCredentialFailsTheRun() async throws {
        try await withShop(orders: 1, customers: 0) { shop in
            try await shop.apply()
            _ = try await shop.bench.database.client.query(
                "delete from credentials where field = 'accessToken'"
            )
            #expect(try await !shop.poller().runOnce(tenant: nil, isNow: false))
            let run = try #require(try await runs(shop).first)
            #expect(run.state == .failed)
            #expect(run.error?.contains("accessToken") == true)
        }
    }

    @Test func cancelledRunStaysOpenAndGoesOn() async throws {
        try await withShop(orders: 12, customers: 0) { shop in
            try await shop.apply { $0.pageSize = 3 }
            try await shop.control(.post, "faults", [["on": "GET orders", "kind": "stall", "after": 2]])
            let poller = try shop.poller()
            let polling = Task { try await poller.runOnce(tenant: nil, isNow: false) }
            try await shop.bench.eventually("two pages are published") {
                try await shop.bench.count("select count(*) from documents where published_revision = 1") == 6
                    ? () : nil
            }
            try await shop.bench.eventually("the third page is asked for") {
                try await shop.requests().last?["status"]?.int == 0 ? () : nil
            }
            polling.cancel()
            _ = await polling.result
            #expect(try await runs(shop).map(\.state) == [.running], "a drain is no failure")
            try await shop.control(.post, "faults", [])
            // The cancelled poller gives its lock back in its own time.
            try await shop.bench.eventually("another poller finishes the run") {
                _ = try await shop.poller().runOnce(tenant: nil, isNow: false)
                return try await runs(shop).map(\.state) == [.done] ? () : nil
            }
            #expect(try await runs(shop).map(\.documents) == [12])
            #expect(try await shop.bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...12))
        }
    }

    @Test func unreadableRowIsReportedOnceAndTheRestIsRead() async throws {
        try await withShop(orders: 4, customers: 0) { shop in
            try await shop.apply()
            try await shop.put(900, ["created_at": "not a time"])
            #expect(try await shop.sync())
            #expect(try await runs(shop).last?.documents == 4)
            let letters = try await shop.bench.deadLetters(.invoices)
            #expect(letters.count == 1)
            let letter = try #require(letters.first)
            guard case .stray(let beginning, let queue) = letter.content else {
                Issue.record("not a stray letter")
                return
            }
            #expect(String(decoding: beginning, as: UTF8.self).contains("900"))
            #expect(queue == "mlc.\(shop.bench.tenant).-.invoices")
            #expect(letter.failure.failureClass == .document)
            #expect(shop.bench.journal.lines.contains { $0.contains("entity_id 900 cannot be read") })
            // The overlap reads it again: the same death, which the failure store knows.
            #expect(try await shop.sync())
            let again = try await shop.bench.deadLetters(.invoices)
            #expect(again.allSatisfy { $0.id == letter.id })
        }
    }
}
