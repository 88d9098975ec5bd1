import Accounting
import ExactJSON
import Foundation
import PostgresClient

extension Database {
    /// Begins the reason of a document that a person decided to leave out.
    static let discardedPrefix = "discarded: "

    /// Resolves a failure by a person's decision; its document is skipped with that reason.
    /// - Returns: false when it is not open.
    public func discard(_ id: Int64, why: String, by actor: String = "") async throws -> Bool {
        try await discard(.failures([id]), why: why, by: actor) == 1
    }

    /// Resolves all open failures that are meant; their documents are skipped with that reason.
    /// - Returns: how many those were.
    public func discard(_ filter: FailureFilter, why: String, by actor: String) async throws -> Int {
        try await client.transaction { transaction in
            let ids = try await lockOpen(filter, in: transaction)
            guard !ids.isEmpty else { return 0 }
            // First the failures: a document that leaves a death whose failure is open overtakes it.
            let results = try await transaction.pipeline([
                """
                update failures set resolution = 'discarded', resolved_at = now(), resolved_why = \(why)
                where id = any(\(ids)::bigint[]) and resolution is null
                """,
                """
                with left_out as (
                    update documents set state = 'skipped', reason = \(Self.discardedPrefix + why), state_since = now(),
                        death_id = null, death = null, death_published = true
                    where death_id = any(array(select death_id from failures where id = any(\(ids)::bigint[])))
                        and state = 'dead'
                    returning tenant, company, kind, source_id
                )
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                select tenant, company, kind, source_id, 'discard', 'skipped', \(Self.told(why, by: actor))
                from left_out
                """,
                Self.action("discard", why, by: actor, on: ids),
            ])
            return results.first?.affectedRows ?? 0
        }
    }

    /// Takes back a person's decision: what was discarded is dead again, of the very death it was dead of, and can be
    /// replayed, with a correction that was made of it since. What has moved on is left as it is.
    /// - Returns: how many are open again.
    public func restore(_ filter: FailureFilter, why: String, by actor: String) async throws -> Int {
        try await client.transaction { transaction in
            let rows = try await transaction.query(
                """
                select distinct on (d.tenant, d.company, d.kind, d.source_id) f.id, d.tenant, d.company, d.kind, d.source_id
                from failures f
                join documents d on d.tenant = f.tenant and d.company = coalesce(f.company, '') and d.kind = f.kind
                    and d.source_id = f.source_id
                where f.resolution = 'discarded' and \(filter.conditions) and d.state = 'skipped'
                    and d.reason = \(Self.discardedPrefix) || f.resolved_why
                    -- Discarded twice for the same reason: the latest death is meant.
                    and not exists (select 1 from failures l where l.tenant = f.tenant and l.kind = f.kind
                        and l.source_id = f.source_id and l.company is not distinct from f.company and l.id > f.id
                        and l.resolution = 'discarded')
                order by d.tenant, d.company, d.kind, d.source_id, f.id desc
                """
            )
            let ids: [Int64] = try rows.map { try $0.get(0) }
            let keys = try rows.map { try DocumentKey(row: $0).json() }
            try await lock(documents: JSON.array(keys).text, in: transaction)
            let revived = try await revive(ids, why, by: actor, in: transaction)
            let strays = try await transaction.query(
                """
                with locked as materialized (
                    select f.id from failures f
                    where f.resolution = 'discarded' and f.source_id is null and \(filter.conditions)
                    order by f.id for no key update
                )
                update failures f set resolution = null, resolved_at = null, resolved_why = null
                from locked where f.id = locked.id returning f.id
                """
            )
            let strayIDs: [Int64] = try strays.map { try $0.get(0) }
            _ = try await transaction.query(Self.action("restore", why, by: actor, on: revived + strayIDs))
            return revived.count + strayIDs.count
        }
    }

    /// Their documents are locked.
    /// - Returns: the failures whose documents are dead again.
    private func revive(
        _ ids: [Int64],
        _ why: String,
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws -> [Int64] {
        let rows = try await transaction.query(
            """
            with revived as (
                update documents d set state = 'dead', reason = f.reason, death_id = f.death_id, death = f.message,
                    death_published = true, state_since = f.failed_at
                from failures f
                where f.id = any(\(ids)::bigint[]) and f.resolution = 'discarded' and d.tenant = f.tenant
                    and d.company = coalesce(f.company, '') and d.kind = f.kind and d.source_id = f.source_id
                    and d.state = 'skipped' and d.reason = \(Self.discardedPrefix) || f.resolved_why
                returning f.id, d.tenant, d.company, d.kind, d.source_id
            ), told as (
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                select tenant, company, kind, source_id, 'restore', 'dead', \(Self.told(why, by: actor)) from revived
            )
            update failures f set resolution = null, resolved_at = null, resolved_why = null
            from revived where f.id = revived.id returning f.id
            """
        )
        return try rows.map { try $0.get(0) }
    }

    /// The open failures that are meant, their documents locked in the order of their keys.
    func lockOpen(_ filter: FailureFilter, in transaction: PostgresTransaction) async throws -> [Int64] {
        try await lockMeant("f.resolution is null and \(filter.conditions)", in: transaction)
    }

    /// The failures of these conditions on `f`, the documents that are dead of them locked in the order of their keys, then
    /// they themselves in that of their numbers.
    func lockMeant(_ conditions: PostgresQuery, in transaction: PostgresTransaction) async throws -> [Int64] {
        let rows = try await transaction.query(
            "select f.id, f.death_id from failures f where \(conditions)"
        )
        let deaths: [UUID] = try rows.map { try $0.get(1) }
        _ = try await transaction.query(
            """
            select count(*) from (
                select from documents where death_id = any(\(deaths)::uuid[])
                order by tenant, company, kind, source_id for no key update
            ) locked
            """
        )
        let ids: [Int64] = try rows.map { try $0.get(0) }
        _ = try await transaction.query(
            """
            select count(*) from (
                select from failures where id = any(\(ids)::bigint[]) order by id for no key update
            ) locked
            """
        )
        return ids
    }

    /// A detail with who it was.
    static func told(_ what: String, by actor: String) -> String {
        actor.isEmpty ? what : "\(what) (by \(actor))"
    }

    /// Keeps with failures what a person did about them.
    static func action(_ action: String, _ detail: String, by actor: String, on ids: [Int64]) -> PostgresQuery
    {
        """
        insert into failure_actions (failure_id, actor, action, detail)
        select id, \(actor), \(action), \(detail) from unnest(\(ids)::bigint[]) as i (id)
        """
    }
}
