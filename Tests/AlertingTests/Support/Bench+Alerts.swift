import Accounting
import ExactJSON
import Foundation
import HTTPClient
import MailClient
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import TestServers
import Testing

@testable import Alerting

extension Bench {
    /// A tenant file with what it says of alerts.
    func applyAlerts(_ lines: String = "", tenant: TenantID? = nil, policy: AddressPolicy = .open)
        async throws
    {
        let text =
            TenantPlan().file(of: tenant ?? self.tenant) + (lines.isEmpty ? "" : "\nalerts:\n\(lines)\n")
        _ = try await TenantOnboarding(database: database, vault: vault, policy: policy).apply(text)
    }

    /// A service of its own, which has looked at nothing yet.
    func service(_ settings: AlertSettings) -> AlertService {
        AlertService(
            database: database,
            vault: vault,
            tenantHTTP: http,
            hostHTTP: http,
            settings: settings,
            logger: logger
        )
    }

    /// The host's people are told at a webhook, at once.
    func settings(_ sink: HTTPSink? = nil, window: TimeInterval = 0) throws -> AlertSettings {
        var settings = try AlertSettings(environment: sink.map { ["ALERT_WEBHOOK_URL": $0.url] } ?? [:])
        settings.window = window
        return settings
    }

    /// Documents that died of a cause, in the failure store: dead ones of the tenant's, with a total of 12.50 USD each.
    func die(_ ids: ClosedRange<Int64>, of code: String, tenant: TenantID? = nil, ago: TimeInterval = 0)
        async throws
    {
        let name = (tenant ?? self.tenant).name
        _ = try await database.client.query(
            """
            with new as (select i, gen_random_uuid() as death
                from generate_series(\(Int(ids.lowerBound))::integer, \(Int(ids.upperBound))::integer) i),
            made as (insert into documents (tenant, company, kind, source_id, number, document, store_view,
                source_created_at, source_updated_at, source, content_hash, published_revision, state, state_since,
                amount, currency, death_id)
                select \(name), 'SAMINC', 'order', i, i::text, 'US' || i, 'default', now(), now(), '{}', '', 1, 'dead',
                    now() - make_interval(secs => \(Int(ago))::integer), 12.50, 'USD', death from new)
            insert into failures (death_id, tenant, company, kind, source_id, number, document, class, code, reason,
                next_step, group_id, amount, currency, failed_at, message)
            select death, \(name), 'SAMINC', 'order', i, i::text, 'US' || i, 'mapping', \(code),
                \("Cause \(code)."), 'Mend it, then replay.', \("mapping:\(code)"), 12.50, 'USD',
                now() - make_interval(secs => \(Int(ago))::integer), '{}' from new
            """
        )
    }

    /// The company has been paused, or not.
    func pause(_ isPaused: Bool) async throws {
        _ = try await database.client.query(
            """
            insert into company_health (sage_address, company, failures_in_row, paused_at, reason, next_probe_at)
            select sage_address, 'SAMINC', 3, now(), 'Sage 300 does not answer.', now() + interval '1 minute'
            from tenants where tenant = \(tenant.name)
            on conflict (sage_address, company) do update set paused_at = excluded.paused_at
            """
        )
        guard !isPaused else { return }
        _ = try await database.client.query(
            "update company_health set paused_at = null, next_probe_at = null"
        )
    }

    /// A moment of the database's clock.
    func later(_ seconds: TimeInterval) async throws -> Date { try await database.now() + seconds }
}

extension HTTPSink {
    /// The alerts of all calls, `event kind title`.
    func told() throws -> [String] {
        try all.flatMap { call in
            try (JSON(parsing: call.body)["alerts"]?.array ?? []).map { alert in
                ["event", "kind", "title"].map { alert[$0]?.string ?? "" }.joined(separator: " ")
            }
        }
    }
}
