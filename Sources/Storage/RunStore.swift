public import Accounting
public import Foundation
import PostgresClient

/// One pass over a tenant's store.
public struct RunRecord: Sendable {
    /// Why it runs.
    public enum Cause: String, Sendable { case schedule, now, backfill }
    /// How far it is.
    public enum State: String, Sendable { case requested, running, done, failed }

    /// Its number.
    public let id: Int64
    /// Whose store.
    public let tenant: TenantID
    /// Why it runs.
    public let cause: Cause
    /// First day of a backfill, company calendar, inclusive.
    public let from: CalendarDate?
    /// Last day of a backfill, inclusive.
    public let to: CalendarDate?
    /// How far it is.
    public let state: State
    /// Documents published by it so far.
    public let documents: Int
    /// Why it failed, for people.
    public let error: String?
    /// When it was asked for.
    public let requestedAt: Date
    /// When it ended.
    public let finishedAt: Date?
}

extension Database {
    /// Asks for a run; a poller carries it out.
    public func requestRun(
        _ tenant: TenantID,
        cause: RunRecord.Cause,
        from: CalendarDate? = nil,
        to: CalendarDate? = nil
    ) async throws -> Int64 {
        let rows = try await client.query(
            """
            insert into runs (tenant, cause, from_date, to_date, state)
            values (\(tenant.name), \(cause.rawValue), \(from?.description)::date, \(to?.description)::date, 'requested')
            returning id
            """
        )
        _ = try await client.query("select pg_notify('runs', \(tenant.name))")
        guard let id: Int64 = try rows.first?.get("id") else { throw StorageError("runs: no id") }
        return id
    }

    /// A run by its number.
    public func run(_ id: Int64) async throws -> RunRecord? {
        try await client.query("select * from runs where id = \(id)").first.map(RunRecord.init(row:))
    }

    /// Runs of a tenant that were asked for or were left running by a poller that died, oldest first.
    public func openRuns(of tenant: TenantID) async throws -> [RunRecord] {
        try await client.query(
            "select * from runs where tenant = \(tenant.name) and state in ('requested', 'running') order by id"
        ).map(RunRecord.init(row:))
    }

    /// When the last run of a schedule (or now) started; nil before the first.
    public func lastRunStart(of tenant: TenantID) async throws -> Date? {
        try await client.query(
            """
            select started_at from runs where tenant = \(tenant.name) and cause <> 'backfill'
                and started_at is not null order by id desc limit 1
            """
        ).first?.get("started_at", as: Date.self)
    }

    /// Marks a run as begun.
    public func startRun(_ id: Int64) async throws {
        _ = try await client.query(
            "update runs set state = 'running', started_at = coalesce(started_at, now()) where id = \(id)"
        )
    }

    /// Marks a run as ended; with an error it failed.
    public func finishRun(_ id: Int64, error: String?) async throws {
        _ = try await client.query(
            """
            update runs set state = \(error == nil ? "done" : "failed"), finished_at = now(), error = \(error)
            where id = \(id)
            """
        )
        _ = try await client.query("select pg_notify('runs', '')")
    }

    /// How many documents of a run are in each state. Those that an earlier run had just published when this one
    /// was asked for count too: whoever asked for "now" means all that is new in the store.
    public func states(ofRun id: Int64) async throws -> [DocumentState: Int] {
        let rows = try await client.query(
            """
            select d.state, count(*) as count from runs r join documents d using (tenant)
            where r.id = \(id) and (d.run_id = r.id or d.run_id < r.id
                and (d.state in ('waiting', 'posting', 'inDoubt') or d.state_since >= r.requested_at))
            group by d.state
            """
        )
        var states: [DocumentState: Int] = [:]
        for row in rows {
            guard let state = DocumentState(rawValue: try row.get("state")) else { continue }
            states[state] = try row.get("count")
        }
        return states
    }
}

extension RunRecord {
    init(row: PostgresRow) throws {
        guard let tenant = TenantID(try row.get("tenant")), let cause = Cause(rawValue: try row.get("cause")),
            let state = State(rawValue: try row.get("state"))
        else { throw StorageError("runs: unknown tenant, cause or state") }
        id = try row.get("id")
        self.tenant = tenant
        self.cause = cause
        self.state = state
        from = try row.get("from_date", as: String?.self).flatMap(CalendarDate.init(_:))
        to = try row.get("to_date", as: String?.self).flatMap(CalendarDate.init(_:))
        documents = try row.get("documents")
        error = try row.get("error")
        requestedAt = try row.get("requested_at")
        finishedAt = try row.get("finished_at")
    }
}
