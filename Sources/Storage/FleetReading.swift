public import Accounting
import Foundation
import PostgresClient

/// How the whole fleet stands at one moment, in numbers: what metrics tell.
public struct FleetReading: Sendable {
    /// Documents of one kind, tenant and company that are under way or held.
    public struct Work: Sendable {
        /// Whose.
        public let tenant: String
        /// Which company's; empty where its store view belongs to none.
        public let company: String
        /// What kind.
        public let kind: DocumentKind
        /// Where they are.
        public let state: DocumentState
        /// How many.
        public let count: Int
        /// For how long the one that was published first has waited; nil in other states than `waiting`.
        public let oldestSeconds: Int?
    }

    /// What is under way or held.
    public var work: [Work] = []
    /// Documents by kind that are dead, or entered in a batch that is not posted yet.
    public var left: [(kind: DocumentKind, state: DocumentState, count: Int)] = []
    /// Documents whose newest revision the broker has not confirmed.
    public var unpublished = 0
    /// Unfinished claims by state.
    public var claims: [String: Int] = [:]
    /// Unresolved failures by class, with the age of the first.
    public var failures: [(class: String, count: Int, oldestSeconds: Int)] = []
    /// Companies no work is done for, by why.
    public var pauses: [String: Int] = [:]
    /// Tenants by how their last run went: `read`, `failed`, `paused`, `new`.
    public var tenants: [String: Int] = [:]
    /// What only a person can put right, by kind.
    public var findings: [String: Int] = [:]
    /// Documents that open replays have still to send back.
    public var replaysLeft = 0
    /// Replays under way or asked for.
    public var replaysOpen = 0
    /// Processes that have shown a sign of life lately, by service.
    public var services: [String: Int] = [:]
}

extension Database {
    /// Reads how the fleet stands: a few looks at small indexes in one round trip, whatever has been posted, and given
    /// up after `limit`.
    public func fleet(within limit: Duration = .seconds(5)) async throws -> FleetReading {
        let (seconds, fraction) = limit.components
        let milliseconds = Int(seconds) * 1000 + Int(fraction / 1_000_000_000_000_000)
        let results = try await client.pipeline(
            [
                "set local statement_timeout = \(unescaped: "\(milliseconds)")", Self.workUnderWay,
                Self.documentsLeft,
                "select count(*) as count from documents where published_revision < revision",
                "select state, count(*) as count from claims where finished_at is null group by state",
                Self.openFailures, Self.pausedCompanyCounts, Self.tenantStandings,
                "select kind, count(*) as count from ledger_findings group by kind",
                Self.openReplays,
                """
                select name as kind, count(*) as count from services where seen_at > now() - interval '10 seconds'
                group by name
                """,
            ]
        )
        return try FleetReading(results)
    }

    /// How the database goes about it, for tests.
    package func fleetPlans() async throws -> String {
        var plans = ""
        for query in [Self.workUnderWay, Self.documentsLeft, Self.openFailures] {
            let rows = try await client.query("explain " + query)
            for row in rows { plans += try row.get(0, as: String.self) + "\n" }
        }
        return plans
    }

    /// By index alone: `documents_under_way`, and `documents_waiting_since` for the first of each.
    private static var workUnderWay: PostgresQuery {
        """
        with work as (
            select tenant, company, kind, state, count(*) as count from documents
            where state in ('waiting', 'posting', 'inDoubt', 'held') group by tenant, company, kind, state
        )
        select w.*, case when w.state = 'waiting' then (
            select extract(epoch from greatest(now() - min(d.published_at), interval '0'))::bigint from documents d
            where d.tenant = w.tenant and d.company = w.company and d.kind = w.kind and d.state = 'waiting'
                and d.published_at is not null) end as oldest
        from work w order by tenant, company, kind, state
        """
    }

    private static var documentsLeft: PostgresQuery {
        """
        select kind, state, count(*) as count from documents where state in ('dead', 'entered')
        group by kind, state order by kind, state
        """
    }

    private static var openFailures: PostgresQuery {
        """
        select class, count(*) as count,
            extract(epoch from greatest(now() - min(failed_at), interval '0'))::bigint as oldest
        from failures where resolution is null group by class order by class
        """
    }

    private static var pausedCompanyCounts: PostgresQuery {
        """
        select case when t.paused then 'tenant' when s.state = 'refused' then 'signIn' else 'ledger' end as kind,
            count(*) as count
        from companies c join tenants t using (tenant)
        left join company_health h on h.sage_address = t.sage_address and h.company = c.company
        left join sign_ins s on s.sage_address = t.sage_address and s.sage_user = t.sage_user
        where t.paused or s.state = 'refused' or h.paused_at is not null
        group by 1
        """
    }

    /// The last finished run of each tenant that follows changes, by `runs_by_tenant`.
    private static var tenantStandings: PostgresQuery {
        """
        select case when t.paused then 'paused' else coalesce((
                select case r.state when 'failed' then 'failed' else 'read' end from runs r
                where r.tenant = t.tenant and r.finished_at is not null and r.cause in ('schedule', 'now')
                order by r.id desc limit 1), 'new') end as kind,
            count(*) as count
        from tenants t group by 1
        """
    }

    private static var openReplays: PostgresQuery {
        """
        select count(*) as open, coalesce(sum((select count(*) from replay_items i
            where i.replay_id = r.id and i.state = 'selected')), 0)::bigint as left_over
        from replays r where r.state in ('requested', 'running')
        """
    }
}

extension FleetReading {
    fileprivate init(_ results: [PostgresResult]) throws {
        guard results.count == 11 else { throw StorageError("fleet: \(results.count) results") }
        work = try results[1].compactMap(Work.init(row:))
        left = try results[2].compactMap { row in
            guard let kind = DocumentKind(rawValue: try row.get("kind")),
                let state = DocumentState(rawValue: try row.get("state"))
            else { return nil }
            return (kind, state, try row.get("count"))
        }
        unpublished = try results[3].first?.get("count") ?? 0
        claims = try Self.counts(results[4], by: "state")
        failures = try results[5].map { (try $0.get("class"), try $0.get("count"), try $0.get("oldest")) }
        pauses = try Self.counts(results[6])
        tenants = try Self.counts(results[7])
        findings = try Self.counts(results[8])
        replaysOpen = try results[9].first?.get("open") ?? 0
        replaysLeft = try results[9].first?.get("left_over") ?? 0
        services = try Self.counts(results[10])
    }

    private static func counts(_ rows: PostgresResult, by column: String = "kind") throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.get(column)] = try row.get("count", as: Int.self) }
        return counts
    }
}

extension FleetReading.Work {
    fileprivate init?(row: PostgresRow) throws {
        guard let kind = DocumentKind(rawValue: try row.get("kind")),
            let state = DocumentState(rawValue: try row.get("state"))
        else { return nil }
        tenant = try row.get("tenant")
        company = try row.get("company")
        self.kind = kind
        self.state = state
        count = try row.get("count")
        oldestSeconds = try row.get("oldest", as: Int?.self)
    }
}
