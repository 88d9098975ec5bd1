public import Foundation
import PostgresClient

/// A company whose work is stopped.
public struct PausedCompany: Sendable, Hashable {
    /// Whose.
    public let tenant: String
    /// Which.
    public let company: String
    /// Since when.
    public let since: Date
    /// Why.
    public let reason: String
    /// Whether it goes on by itself once Sage 300 answers.
    public let isProbed: Bool
}

/// A sign-in that Sage 300 refused.
public struct RefusedSignIn: Sendable, Hashable {
    /// Whose.
    public let tenant: String
    /// Since when.
    public let since: Date
    /// What Sage 300 said.
    public let detail: String
}

/// Something in Sage 300 that a person has to put right, and whose it is.
public struct TenantFinding: Sendable, Hashable {
    /// Whose.
    public let tenant: String
    /// Which company's.
    public let company: String
    /// The batch.
    public let batch: Int64
    /// What it is.
    public let kind: String
    /// What was found and what to do.
    public let detail: String
    /// When.
    public let foundAt: Date
}

/// A reading of a store that has ended.
public struct EndedRun: Sendable, Hashable {
    /// When it began.
    public let startedAt: Date
    /// Whether it failed.
    public let hasFailed: Bool
    /// Whether it is tried again by itself.
    public let isRetried: Bool
    /// Why it failed.
    public let error: String

    /// A run from its parts.
    public init(startedAt: Date, hasFailed: Bool, isRetried: Bool = true, error: String = "") {
        self.startedAt = startedAt
        self.hasFailed = hasFailed
        self.isRetried = isRetried
        self.error = error
    }
}

/// What waits of a tenant.
public struct WaitingDocuments: Sendable, Hashable {
    /// Since when the first of them does.
    public var since: Date
    /// How many.
    public var count: Int
}

/// Until when a tenant's orders have been read, and when the first and the last were placed.
public struct OrderReading: Sendable, Hashable {
    /// By the store's clock.
    public let readUntil: Date
    /// When the first order that is known was placed.
    public let first: Date
    /// When the last one was.
    public let last: Date

    /// A reading from its parts.
    public init(readUntil: Date, first: Date, last: Date) {
        self.readUntil = readUntil
        self.first = first
        self.last = last
    }
}

extension Database {
    /// The database's clock: all these times are by it.
    public func now() async throws -> Date {
        guard let now: Date = try await client.query("select now() as now").first?.get("now") else {
            throw StorageError("no time")
        }
        return now
    }

    /// Companies whose work is stopped.
    public func stoppedCompanies() async throws -> [PausedCompany] {
        try await client.query(
            """
            select t.tenant, h.company, h.paused_at, coalesce(h.reason, 'Sage 300 did not answer.') as reason,
                h.next_probe_at is not null as is_probed
            from company_health h join tenants t on t.sage_address = h.sage_address
            join companies c on c.tenant = t.tenant and c.company = h.company
            where h.paused_at is not null order by t.tenant, h.company
            """
        ).map { row in
            PausedCompany(
                tenant: try row.get("tenant"),
                company: try row.get("company"),
                since: try row.get("paused_at"),
                reason: try row.get("reason"),
                isProbed: try row.get("is_probed")
            )
        }
    }

    /// Keeps a record of pauses, for how long they were.
    public func notePauses(at now: Date) async throws {
        _ = try await client.pipeline([
            """
            insert into company_pauses (sage_address, company, paused_at)
            select sage_address, company, paused_at from company_health where paused_at is not null
            on conflict do nothing
            """,
            """
            update company_pauses p set ended_at = \(now) where p.ended_at is null and not exists (
                select 1 from company_health h where h.sage_address = p.sage_address and h.company = p.company
                    and h.paused_at = p.paused_at)
            """,
        ])
    }

    /// Sign-ins that Sage 300 refused, by tenant.
    public func tenantsRefused() async throws -> [RefusedSignIn] {
        try await client.query(
            """
            select t.tenant, s.changed_at, coalesce(s.detail, 'Sage 300 refused the sign-in.') as detail
            from sign_ins s join tenants t using (sage_address, sage_user)
            where s.state = 'refused' order by t.tenant
            """
        ).map { row in
            RefusedSignIn(
                tenant: try row.get("tenant"),
                since: try row.get("changed_at"),
                detail: try row.get("detail")
            )
        }
    }

    /// What people have to put right in Sage 300, by tenant.
    public func tenantFindings() async throws -> [TenantFinding] {
        try await client.query(
            """
            select t.tenant, f.company, f.batch, f.kind, f.detail, f.found_at from ledger_findings f
            join tenants t on t.sage_address = f.sage_address
            join companies c on c.tenant = t.tenant and c.company = f.company
            order by t.tenant, f.company, f.batch, f.kind
            """
        ).map { row in
            TenantFinding(
                tenant: try row.get("tenant"),
                company: try row.get("company"),
                batch: try row.get("batch"),
                kind: try row.get("kind"),
                detail: try row.get("detail"),
                foundAt: try row.get("found_at")
            )
        }
    }

    /// Since when the longest-waiting document of each tenant has waited. Paused tenants are left out.
    public func waitingSince(before limit: Date) async throws -> [String: Date] {
        var since: [String: Date] = [:]
        for row in try await client.query(
            """
            select t.tenant, w.since from tenants t cross join lateral (select min(d.state_since) as since
                from documents d where d.tenant = t.tenant and d.state = 'waiting') w
            where not t.paused and w.since < \(limit)
            """
        ) { since[try row.get("tenant")] = try row.get("since", as: Date.self) }
        return since
    }

    /// How many documents of a tenant wait.
    public func waitingCount(of tenant: String) async throws -> Int {
        try await client.query(
            "select count(*) as count from documents where tenant = \(tenant) and state = 'waiting'"
        ).first?.get("count") ?? 0
    }

    /// The last readings of each store that have ended, newest first. Paused tenants are left out.
    public func endedRuns(limit: Int) async throws -> [String: [EndedRun]] {
        var runs: [String: [EndedRun]] = [:]
        for row in try await client.query(
            """
            select t.tenant, r.* from tenants t cross join lateral (
                select r.id, r.started_at, r.state, r.retry_at is not null as is_retried,
                    coalesce(r.error, '') as error
                from runs r where r.tenant = t.tenant and r.cause in ('schedule', 'now')
                    and r.state in ('done', 'failed') and r.started_at is not null
                order by r.id desc limit \(limit)) r
            where not t.paused order by t.tenant, r.id desc
            """
        ) {
            let run = EndedRun(
                startedAt: try row.get("started_at"),
                hasFailed: try row.get("state", as: String.self) == RunRecord.State.failed.rawValue,
                isRetried: try row.get("is_retried"),
                error: try row.get("error")
            )
            runs[try row.get("tenant"), default: []].append(run)
        }
        return runs
    }

    /// Until when each tenant's orders have been read. Paused tenants, and those without orders, are left out.
    public func orderReadings() async throws -> [String: OrderReading] {
        var readings: [String: OrderReading] = [:]
        for row in try await client.query(
            """
            select t.tenant, c.read_until, o.first, o.last from tenants t
            join cursors c on c.tenant = t.tenant and c.resource = 'orders'
            cross join lateral (select min(d.source_created_at) as first, max(d.source_created_at) as last
                from documents d where d.tenant = t.tenant and d.kind = 'order') o
            where not t.paused and c.read_until is not null and o.last is not null
            """
        ) {
            readings[try row.get("tenant")] = OrderReading(
                readUntil: try row.get("read_until"),
                first: try row.get("first"),
                last: try row.get("last")
            )
        }
        return readings
    }

    /// How many orders were placed in each hour of UTC; hours without one are left out.
    public func ordersByHour(of tenant: String, from: Date, to: Date) async throws -> [Date: Int] {
        var hours: [Date: Int] = [:]
        for row in try await client.query(
            """
            select date_trunc('hour', source_created_at, 'UTC') as hour, count(*) as count from documents
            where tenant = \(tenant) and kind = 'order' and source_created_at >= \(from) and source_created_at < \(to)
            group by 1
            """
        ) { hours[try row.get("hour")] = try row.get("count", as: Int.self) }
        return hours
    }

    /// Which version of each tenant's file is in force, and when it was applied; and which tenants are paused.
    public func tenantVersions() async throws -> [String: (version: Int, appliedAt: Date, isPaused: Bool)] {
        var versions: [String: (version: Int, appliedAt: Date, isPaused: Bool)] = [:]
        for row in try await client.query("select tenant, version, applied_at, paused from tenants") {
            versions[try row.get("tenant")] = (
                try row.get("version"), try row.get("applied_at"), try row.get("paused")
            )
        }
        return versions
    }

    /// Tenants whose people are told by a webhook.
    public func tenantsWithWebhook() async throws -> Set<String> {
        let rows = try await client.query(
            "select tenant from credentials where system = 'alerts' and field = 'webhook'"
        )
        return Set(try rows.map { try $0.get("tenant", as: String.self) })
    }
}
