public import Accounting
public import Foundation
import PostgresClient

/// One pass over a tenant's store.
public struct RunRecord: Sendable {
    /// Why it runs.
    public enum Cause: String, Sendable, CaseIterable {
        case schedule
        case now
        /// Documents of certain days are read again.
        case backfill
        /// What the store changed without saying so is looked for.
        case sweep
    }
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
    /// Rows it could not read, each of which is a dead letter.
    public let unreadable: Int
    /// Why it failed, for people.
    public let error: String?
    /// When it was asked for.
    public let requestedAt: Date
    /// When it ended.
    public let finishedAt: Date?
    /// When one that failed is tried again by itself; nil: once somebody mended its cause.
    public let retryAt: Date?
    /// How often it was begun.
    public let tries: Int
}

/// How far a backfill is in one resource.
public struct RunPosition: Sendable, Hashable {
    /// The highest id read.
    public let entityID: Int64
    /// Whether the resource was read to its end.
    public let isDone: Bool

    /// A place.
    public init(entityID: Int64, isDone: Bool) {
        self.entityID = entityID
        self.isDone = isDone
    }
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

    /// Marks a run as begun.
    public func startRun(_ id: Int64) async throws {
        _ = try await client.query(
            """
            update runs set state = 'running', started_at = coalesce(started_at, now()),
                tries = tries + (state = 'requested')::integer
            where id = \(id) and state in ('requested', 'running')
            """
        )
    }

    /// Marks a run as ended, once; with a failure it failed.
    /// - Parameter retryAt: when it is worth trying again by itself; nil: once somebody mended it.
    public func finishRun(_ id: Int64, failure: Failure? = nil, retryAt: Date? = nil) async throws {
        let error = failure.map { "\($0.reason) \($0.nextStep)" }
        _ = try await client.query(
            """
            update runs set state = \(failure == nil ? "done" : "failed"), finished_at = now(), error = \(error),
                failure_class = \(failure?.failureClass.rawValue), retry_at = \(retryAt)
            where id = \(id) and state in ('requested', 'running')
            """
        )
        _ = try await client.query("select pg_notify('runs', '')")
    }

    /// How many runs of these causes failed since the last of them that did not.
    public func failedRunsInARow(of tenant: TenantID, causes: [RunRecord.Cause]) async throws -> Int {
        let names = causes.map(\.rawValue)
        return try await client.query(
            """
            select count(*) as count from runs where tenant = \(tenant.name) and cause = any(\(names)::text[])
                and state = 'failed' and id > coalesce((select max(id) from runs where tenant = \(tenant.name)
                    and cause = any(\(names)::text[]) and state = 'done'), 0)
            """
        ).first?.get("count") ?? 0
    }

    /// Asks again for the backfills of a tenant whose time to be tried again has come.
    public func retryBackfills(of tenant: TenantID) async throws {
        _ = try await client.query(
            """
            update runs set state = 'requested', finished_at = null, retry_at = null
            where tenant = \(tenant.name) and cause = 'backfill' and state = 'failed' and retry_at <= now()
            """
        )
    }

    /// How far a run is in each resource it keeps a place in.
    public func positions(ofRun id: Int64) async throws -> [String: RunPosition] {
        var positions: [String: RunPosition] = [:]
        for row in try await client.query(
            "select resource, position, is_done from run_positions where run_id = \(id)"
        ) {
            positions[try row.get("resource")] = RunPosition(
                entityID: try row.get("position"),
                isDone: try row.get("is_done")
            )
        }
        return positions
    }

    /// Keeps a run's place in a resource.
    public func moveRun(_ id: Int64, resource: String, to position: RunPosition) async throws {
        _ = try await client.query(
            """
            insert into run_positions (run_id, resource, position, is_done)
            values (\(id), \(resource), \(position.entityID), \(position.isDone))
            on conflict (run_id, resource) do update
                set position = excluded.position, is_done = excluded.is_done
            """
        )
    }

    /// Counts rows that a run could not read.
    public func countUnreadable(_ count: Int, ofRun id: Int64) async throws {
        _ = try await client.query("update runs set unreadable = unreadable + \(count) where id = \(id)")
    }

    /// How many documents of a run are in each state.
    ///
    /// Whoever asked for "now" means all that is new in the store. So what another run published counts too, one that was
    /// asked for earlier or, where the schedule came due meanwhile, one that began before this one ended: while it is
    /// under way and its company's work goes on, and when it died since.
    public func states(ofRun id: Int64) async throws -> [DocumentState: Int] {
        let rows = try await client.query(
            """
            with run as (select id, tenant, requested_at, finished_at from runs where id = \(id)),
            others as (
                select o.id from runs o join run r using (tenant)
                where o.id < r.id or o.id > r.id and o.cause in ('schedule', 'now')
                    and o.started_at <= coalesce(r.finished_at, 'infinity')
            ),
            stopped as (
                select c.company from companies c join tenants t using (tenant) join run r using (tenant)
                left join company_health h on h.sage_address = t.sage_address and h.company = c.company
                left join sign_ins s on s.sage_address = t.sage_address and s.sage_user = t.sage_user
                where t.paused or s.state = 'refused' or h.paused_at is not null
            ),
            counted as (
                select d.state from documents d join run r on d.run_id = r.id
                union all
                select d.state from documents d join run r on d.tenant = r.tenant
                where d.run_id in (select id from others) and d.state in ('waiting', 'posting', 'inDoubt')
                    and d.company not in (select company from stopped)
                union all
                select d.state from documents d join run r on d.tenant = r.tenant
                where d.run_id in (select id from others) and d.state = 'dead'
                    and d.state_since >= r.requested_at
            )
            select state, count(*) as count from counted group by state
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
        unreadable = try row.get("unreadable")
        retryAt = try row.get("retry_at")
        tries = try row.get("tries")
    }
}
