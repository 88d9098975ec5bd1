public import Foundation
import PostgresClient

extension Database {
    /// Takes a replay that nobody is carrying out, for fifteen seconds.
    /// - Parameter except: those the owner has in hand already.
    public func takeReplay(owner: UUID, except: [Int64] = []) async throws -> ReplayRecord? {
        try await client.query(
            """
            update replays set state = 'running', owner = \(owner), owner_until = now() + interval '15 seconds'
            where id = (select id from replays where state in ('requested', 'running')
                and id <> all(\(except)::bigint[])
                and (owner is null or owner = \(owner) or owner_until < now()) order by id limit 1
                for update skip locked)
            returning id, rate, canary, replayed
            """
        ).first.map { row in
            ReplayRecord(
                id: try row.get("id"),
                rate: try row.get("rate"),
                isCanary: try row.get("canary"),
                replayed: try row.get("replayed")
            )
        }
    }

    /// Keeps a replay for fifteen seconds more.
    /// - Returns: false when another has taken it over, a person holds it, or it has ended.
    public func keepReplay(_ replay: Int64, owner: UUID) async throws -> Bool {
        try await client.query(
            """
            update replays set owner_until = now() + interval '15 seconds'
            where id = \(replay) and owner = \(owner) and state = 'running'
            """
        ).affectedRows == 1
    }

    /// The next failures of a replay, in order.
    public func nextReplayItems(_ replay: Int64, limit: Int) async throws -> [ReplayItem] {
        try await client.query(
            """
            select f.id, i.position, f.death_id from replay_items i join failures f on f.id = i.failure_id
            where i.replay_id = \(replay) and i.state = 'selected' order by i.position limit \(limit)
            """
        ).map { row in
            ReplayItem(id: try row.get(0), position: try row.get(1), deathID: try row.get(2))
        }
    }

    /// Sends failures' documents back to `waiting`, each if it is still dead of that very death, and resolves the failures.
    /// The documents are unpublished then: whoever sees them first publishes them. One whose entry still stands in
    /// an error batch of Sage 300 is left untouched. All in one transaction, which holds only while the replay is the
    /// owner's and nobody has paused or cancelled it.
    /// - Returns: the documents to publish; nil when the replay is not the owner's any more.
    public func sendBack(_ items: [ReplayItem], of replay: Int64, owner: UUID) async throws
        -> [DocumentRecord]?
    {
        try await client.transaction { transaction in
            let mine = try await transaction.query(
                """
                update replays set owner_until = now() + interval '15 seconds',
                    started_at = coalesce(started_at, now())
                where id = \(replay) and owner = \(owner) and state = 'running'
                """
            )
            guard mine.affectedRows == 1 else { return nil }
            let rows = try await transaction.query(
                """
                select death_id from documents where death_id = any(\(items.map(\.deathID))::uuid[]) and state = 'dead'
                    and stuck_batch is null
                order by tenant, company, kind, source_id for no key update
                """
            )
            let deaths: [UUID] = try rows.map { try $0.get(0) }
            let results = try await transaction.pipeline(
                Self.steps(items, reviving: deaths, of: replay)
            )
            return try (results.dropFirst().first.map { try $0.map(DocumentRecord.init(row:)) }) ?? []
        }
    }

    /// First the failures: a document that leaves a death whose failure is open overtakes it. The documents come second.
    private static func steps(_ items: [ReplayItem], reviving deaths: [UUID], of replay: Int64)
        -> [PostgresQuery]
    {
        [
            """
            update failures set resolution = 'replayed', resolved_at = now(), resolved_why = \("replay \(replay)")
            where death_id = any(\(deaths)::uuid[])
            """,
            """
            with revived as (
                update documents set state = 'waiting', reason = null, death_id = null, death = null,
                    death_published = true, state_since = now(), published_revision = 0, replayed_at = now()
                where death_id = any(\(deaths)::uuid[]) returning *
            ), told as (
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                select tenant, company, kind, source_id, 'replay', 'waiting', \("replay \(replay)") from revived
            )
            select * from revived
            """,
            """
            update replay_items i set state = case when f.death_id = any(\(deaths)::uuid[]) then 'replayed'
                                                   else 'untouched' end,
                detail = case when f.death_id = any(\(deaths)::uuid[]) then null
                              when f.source_id is null then 'it is no document'
                              else coalesce(f.resolved_why, f.resolution, 'its entry stands in an error batch') end
            from failures f
            where i.replay_id = \(replay) and i.position = any(\(items.map(\.position))::integer[])
                and f.id = i.failure_id
            """,
            """
            update replays set replayed = replayed + \(deaths.count),
                untouched = untouched + \(items.count - deaths.count) where id = \(replay)
            """,
        ]
    }

    /// Every failure of the replay has been dealt with, or it stopped for this reason.
    public func finishReplay(_ replay: Int64, isStopped: Bool, why: String? = nil) async throws {
        _ = try await client.query(
            """
            update replays set state = \(isStopped ? "stopped" : "done"), finished_at = now(), ended_why = \(why)
            where id = \(replay) and state in ('requested', 'running')
            """
        )
    }

    /// True while a replay is waiting or under way; one that a person holds does not count, nor one of `waiting` whose
    /// documents under way all belong to paused tenants or companies, or to those with a refused sign-in.
    /// - Parameter waiting: replays that send nothing before what they sent is decided.
    public func hasOpenReplays(waiting: [Int64] = []) async throws -> Bool {
        try await !client.query(
            """
            select 1 as open from replays p where p.state in ('requested', 'running')
                and (p.id <> all(\(waiting)::bigint[]) or coalesce((
                    select bool_or(t.tenant is not null and c.company is not null and not t.paused
                        and h.paused_at is null and s.state is distinct from 'refused')
                    from replay_items i join failures f on f.id = i.failure_id
                    join documents d on d.tenant = f.tenant and d.kind = f.kind and d.source_id = f.source_id
                        and d.company = coalesce(f.company, d.company)
                    left join tenants t on t.tenant = d.tenant
                    left join companies c on c.tenant = d.tenant and c.company = d.company
                    left join company_health h on h.sage_address = t.sage_address and h.company = c.company
                    left join sign_ins s on s.sage_address = t.sage_address and s.sage_user = t.sage_user
                    where i.replay_id = p.id and i.state = 'replayed' and d.state in ('waiting', 'posting', 'inDoubt')
                    ), true))
            limit 1
            """
        ).isEmpty
    }
}
