import Accounting
import ExactJSON
import Foundation
import Messaging
import Polling
import PostgresClient
import Storage
import TestBench
import Testing

/// `sync --from --to`: `created_at`, company calendar, inclusive.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct BackfillTests {
    private func backfill(_ shop: Shop, _ from: String, _ to: String) async throws -> RunRecord {
        let id = try await shop.bench.database.requestRun(
            shop.bench.tenant,
            cause: .backfill,
            from: CalendarDate(from),
            to: CalendarDate(to)
        )
        #expect(try await shop.poller().runOnce(tenant: shop.bench.tenant, isNow: false))
        return try #require(try await shop.bench.database.run(id))
    }

    @Test func bothEndDaysCountByEachCompanysCalendar() async throws {
        try await withShop(orders: 1, customers: 0) { shop in
            let bench = shop.bench
            try await shop.apply {
                $0.companies = [
                    ("SAMINC", "[default]", "America/Vancouver"), ("SAMEUR", "[us_en]", "Europe/Berlin"),
                ]
                $0.pageSize = 3
            }
            try await readOnce(shop)
            // Vancouver is 8 h behind, Berlin 1 h ahead of UTC.
            let instants = [
                (901, 1, "2026-01-10 07:59:59"), (902, 1, "2026-01-10 08:00:00"),
                (903, 1, "2026-01-12 07:59:59"), (904, 1, "2026-01-12 08:00:00"),
                (905, 2, "2026-01-09 22:59:59"), (906, 2, "2026-01-09 23:00:00"),
                (907, 2, "2026-01-11 22:59:59"), (908, 2, "2026-01-11 23:00:00"),
            ]
            for (id, view, time) in instants {
                try await shop.put(
                    id,
                    ["store_id": .int(view), "created_at": .string(time), "updated_at": .string(time)]
                )
            }
            let run = try await backfill(shop, "2026-01-10", "2026-01-11")
            #expect(run.state == .done)
            #expect(run.documents == 4)
            #expect(
                try await bench.envelopes(.invoices, of: "SAMINC").map(\.sourceID).sorted() == [902, 903]
            )
            #expect(
                try await bench.envelopes(.invoices, of: "SAMEUR").map(\.sourceID).sorted() == [906, 907]
            )
            let again = try await backfill(shop, "2026-01-10", "2026-01-11")
            #expect(again.documents == 0, "nothing has changed")
        }
    }

    @Test func dayOfAClockChangeIsWhole() async throws {
        try await withShop(orders: 1, customers: 0) { shop in
            try await shop.apply()
            try await readOnce(shop)
            // 8 March 2026 has 23 hours in Vancouver: 08:00 UTC to 07:00 UTC.
            for (id, time) in [
                (901, "2026-03-08 07:59:59"), (902, "2026-03-08 08:00:00"), (903, "2026-03-09 06:59:59"),
                (904, "2026-03-09 07:00:00"),
            ] {
                try await shop.put(id, ["created_at": .string(time), "updated_at": .string(time)])
            }
            _ = try await backfill(shop, "2026-03-08", "2026-03-08")
            #expect(try await shop.bench.envelopes(.invoices).map(\.sourceID).sorted() == [902, 903])
        }
    }

    @Test func backfillDoesNotStandInForASchedule() async throws {
        try await withShop(orders: 3, customers: 0) { shop in
            try await shop.apply()
            let run = try await backfill(shop, "2020-01-01", "2020-01-02")
            #expect(run.state == .done && run.documents == 0)
            #expect(
                try await shop.bench.envelopes(.invoices).count == 3,
                "a tenant that was never read is read all the same"
            )
            #expect(try await shop.bench.count("select count(*) from runs where cause = 'schedule'") == 1)
        }
    }

    /// What was put in with an old time is a backfill's then.
    private func readOnce(_ shop: Shop) async throws {
        #expect(try await shop.sync())
        _ = try await shop.bench.envelopes(.invoices)
    }
}
