public import Accounting
public import Foundation
import PostgresClient

/// What decides whether a tenant's store is to be read now, for one tenant.
public struct PollState: Sendable {
    /// A run that began.
    public struct Run: Sendable, Hashable {
        /// When.
        public let startedAt: Date
        /// When it ended; nil while it is under way.
        public let finishedAt: Date?
        /// Whether it failed.
        public let hasFailed: Bool
        /// When it is worth trying again by itself.
        public let retryAt: Date?

        /// A run from its parts.
        public init(startedAt: Date, finishedAt: Date?, hasFailed: Bool, retryAt: Date?) {
            self.startedAt = startedAt
            self.finishedAt = finishedAt
            self.hasFailed = hasFailed
            self.retryAt = retryAt
        }
    }

    /// Whose.
    public var tenant: TenantID
    /// Version of the tenant file.
    public var version: Int
    /// Paused by an operator.
    public var isPaused: Bool
    /// When the tenant file was applied, its secrets included.
    public var appliedAt: Date
    /// Causes of the runs that were asked for or left running, and of backfills to be tried again.
    public var open: Set<RunRecord.Cause>
    /// The last that read what changed.
    public var lastRun: Run?
    /// When the first that read what changed began, once orders have been read to their end; nil before.
    public var readSince: Date?
    /// The last sweep.
    public var lastSweep: Run?
    /// The database's clock when this was so. All these times are by it.
    public var asOf: Date

    /// A tenant that was never read.
    public init(tenant: TenantID, version: Int, appliedAt: Date, asOf: Date) {
        self.tenant = tenant
        self.version = version
        isPaused = false
        self.appliedAt = appliedAt
        open = []
        self.asOf = asOf
    }
}

extension Database {
    /// The state of every tenant, by name, in one look.
    public func pollStates() async throws -> [PollState] { try await pollStates(nil) }

    /// The state of one tenant; nil where there is none of that name.
    public func pollState(of tenant: TenantID) async throws -> PollState? {
        try await pollStates(tenant.name).first
    }

    private func pollStates(_ tenant: String?) async throws -> [PollState] {
        try await client.query(
            """
            select t.tenant, t.version, t.paused, t.applied_at, now() as as_of,
                array(select distinct r.cause from runs r where r.tenant = t.tenant
                    and r.state in ('requested', 'running')
                    union select 'backfill' where exists (select 1 from runs r where r.tenant = t.tenant
                        and r.cause = 'backfill' and r.state = 'failed' and r.retry_at <= now())) as open,
                l.started_at as last_started_at, l.finished_at as last_finished_at, l.state as last_state,
                l.retry_at as last_retry_at, c.read_until is not null as is_read, f.started_at as first_started_at,
                s.started_at as sweep_started_at, s.finished_at as sweep_finished_at, s.state as sweep_state,
                s.retry_at as sweep_retry_at
            from tenants t
            left join cursors c on c.tenant = t.tenant and c.resource = 'orders'
            left join lateral (select * from runs r where r.tenant = t.tenant and r.cause in ('schedule', 'now')
                and r.started_at is not null order by r.id desc limit 1) l on true
            left join lateral (select * from runs r where r.tenant = t.tenant and r.cause in ('schedule', 'now')
                and r.started_at is not null order by r.id limit 1) f on true
            left join lateral (select * from runs r where r.tenant = t.tenant and r.cause = 'sweep'
                and r.started_at is not null order by r.id desc limit 1) s on true
            where \(tenant)::text is null or t.tenant = \(tenant)
            order by t.tenant
            """
        ).map(PollState.init(row:))
    }

    /// What all tenants and the runs under way together looked like at one moment: a committed change of them gives another
    /// stamp. Asking for it costs next to nothing, however many tenants there are.
    public func pollStamp() async throws -> String {
        let rows = try await client.query(
            """
            select concat(
                (select concat(count(*), '/', sum(xmin::text::bigint)) from tenants), '/',
                (select concat(count(*), '/', sum(xmin::text::bigint)) from runs
                    where state in ('requested', 'running'))) as stamp
            """
        )
        return try rows.first?.get("stamp") ?? ""
    }

    /// What may end a run between two of its pages. Nil where the tenant was removed.
    public func pollInterests(of tenant: TenantID) async throws -> PollInterests? {
        try await client.query(
            """
            select paused, version, exists (select 1 from runs r where r.tenant = t.tenant and r.cause = 'backfill'
                and r.state in ('requested', 'running')) as backfill,
                coalesce(documents, 0) as documents, held_reason, held_since, coalesce(is_full, false) as is_full
            from tenants t left join tenant_usage u using (tenant) where t.tenant = \(tenant.name)
            """
        ).first.map { row in
            PollInterests(
                isPaused: try row.get("paused"),
                version: try row.get("version"),
                isBackfillOpen: try row.get("backfill"),
                usage: try TenantUsage(row: row)
            )
        }
    }
}

/// What a run looks at between two of its pages.
public struct PollInterests: Sendable, Hashable {
    /// An operator stopped the tenant's work.
    public let isPaused: Bool
    /// Of the tenant's file that is in force.
    public let version: Int
    /// A backfill was asked for.
    public let isBackfillOpen: Bool
    /// What the tenant takes up.
    public let usage: TenantUsage
}

extension PollState {
    fileprivate init(row: PostgresRow) throws {
        guard let tenant = TenantID(try row.get("tenant")) else {
            throw StorageError("tenants: unknown tenant")
        }
        self.init(
            tenant: tenant,
            version: try row.get("version"),
            appliedAt: try row.get("applied_at"),
            asOf: try row.get("as_of")
        )
        isPaused = try row.get("paused")
        open = Set(try row.get("open", as: [String].self).compactMap(RunRecord.Cause.init(rawValue:)))
        lastRun = try Run(row: row, "last")
        readSince = try row.get("is_read", as: Bool.self) ? try row.get("first_started_at") : nil
        lastSweep = try Run(row: row, "sweep")
    }
}

extension PollState.Run {
    fileprivate init?(row: PostgresRow, _ name: String) throws {
        guard let startedAt = try row.get("\(name)_started_at", as: Date?.self) else { return nil }
        self.init(
            startedAt: startedAt,
            finishedAt: try row.get("\(name)_finished_at"),
            hasFailed: try row.get("\(name)_state", as: String.self) == RunRecord.State.failed.rawValue,
            retryAt: try row.get("\(name)_retry_at")
        )
    }
}
