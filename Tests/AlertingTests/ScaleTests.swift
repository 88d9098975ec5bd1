import Accounting
import Foundation
import PostgresClient
import Storage
import TestBench
import TestServers
import Testing

@testable import Alerting

/// What a look costs with many tenants and dead letters: figures are reported, never asserted.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Bench.hasDatabase, "needs TEST_DATABASE_URL"))
struct ScaleTests {
    private static func size(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test func aLookIsCheap() async throws {
        let tenants = Self.size("TEST_ALERT_TENANTS", 20)
        let dead = Self.size("TEST_ALERT_DEAD", 2000)
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts("  silence: on")
            try await bench.fill(tenants: tenants, dead: dead)
            let service = bench.service(try bench.settings(sink))
            let first = try await ContinuousClock().measure { try await service.runOnce() }
            let idle = try await ContinuousClock().measure { for _ in 0..<10 { try await service.runOnce() } }
            try await bench.die(9_000_001...9_000_001, of: "cause-1")
            let news = try await ContinuousClock().measure { try await service.runOnce() }
            let figures = "first \(first), idle \(idle / 10), after one more death \(news)"
            FileHandle.standardError.write(
                Data("   measured: \(tenants) tenants, \(dead) dead: \(figures)\n".utf8)
            )
            #expect(try sink.told().filter { $0.contains("cause-1.") }.count == 1)
            #expect(sink.all.count == 1)
        }
    }
}

extension Bench {
    /// Many tenants like this one, and dead letters of ten causes shared among them.
    fileprivate func fill(tenants: Int, dead: Int) async throws {
        _ = try await database.client.query(
            """
            insert into tenants (tenant, name, version, configuration, sage_address, sage_user)
            select 't' || i, 'T', 1, replace(configuration, \(tenant.name), 't' || i), sage_address || i, sage_user
            from tenants, generate_series(1, \(tenants)::integer) i
            """
        )
        _ = try await database.client.query(
            "insert into companies (tenant, company, position) select tenant, 'SAMINC', 1 from tenants on conflict do nothing"
        )
        for start in stride(from: 1, to: dead, by: 10_000) {
            let end = min(start + 9999, dead)
            _ = try await database.client.query(
                """
                with new as (select i, gen_random_uuid() as death, 't' || (1 + i % \(tenants)::integer) as tenant,
                        'cause-' || (i % 10) as code
                    from generate_series(\(start)::integer, \(end)::integer) i),
                made as (insert into documents (tenant, company, kind, source_id, number, document, store_view,
                    source_created_at, source_updated_at, source, content_hash, published_revision, state, amount,
                    currency, death_id)
                    select tenant, 'SAMINC', 'order', i, i::text, 'US' || i, 'default', now(), now(), '{}', '', 1, 'dead',
                        12.50, 'USD', death from new)
                insert into failures (death_id, tenant, company, kind, source_id, number, document, class, code, reason,
                    next_step, group_id, amount, currency, failed_at, message)
                select death, tenant, 'SAMINC', 'order', i, i::text, 'US' || i, 'mapping', code, 'Cause ' || code || '.',
                    'Mend it.', 'mapping:' || code, 12.50, 'USD', now(), '{}' from new
                """
            )
        }
        _ = try await database.client.query("analyze")
    }
}
