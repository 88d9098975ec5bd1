import Accounting
public import Foundation
import PostgresClient

/// What a person did about a dead letter.
public struct FailureAction: Sendable {
    /// When.
    public let at: Date
    /// Who.
    public let actor: String
    /// `note`, `tag`, `assign`, `discard`, `restore`, `edit`, `replay`.
    public let action: String
    /// In words.
    public let detail: String
}

extension Database {
    /// Writes a remark to the failures that are meant.
    /// - Returns: how many those are.
    public func note(_ filter: FailureFilter, text: String, by actor: String) async throws -> Int {
        try await act(on: filter, "note", text, by: actor, setting: "tags = f.tags")
    }

    /// Adds tags to the failures that are meant and takes others off.
    /// - Returns: how many those are.
    public func tag(_ filter: FailureFilter, add: [String], remove: [String], by actor: String) async throws
        -> Int
    {
        let detail = (add.map { "+\($0)" } + remove.map { "-\($0)" }).joined(separator: " ")
        return try await act(
            on: filter,
            "tag",
            detail,
            by: actor,
            setting: """
                tags = array(select distinct t from unnest(tags || \(add)::text[]) t
                             where t <> all(\(remove)::text[]) order by t)
                """
        )
    }

    /// Says who looks after the failures that are meant; nil: nobody.
    /// - Returns: how many those are.
    public func assign(_ filter: FailureFilter, to assignee: String?, by actor: String) async throws -> Int {
        try await act(
            on: filter,
            "assign",
            assignee.map { "to \($0)" } ?? "to nobody",
            by: actor,
            setting: "assignee = \(assignee)"
        )
    }

    /// What people did about a failure, newest first, at most two hundred.
    public func actions(ofFailure id: Int64) async throws -> [FailureAction] {
        try await client.query(
            """
            select at, actor, action, detail from failure_actions where failure_id = \(id)
            order by id desc limit 200
            """
        ).map { row in
            FailureAction(
                at: try row.get(0),
                actor: try row.get(1),
                action: try row.get(2),
                detail: try row.get(3)
            )
        }
    }

    /// Named by id, a resolved failure is meant, too; otherwise open ones alone.
    private func act(
        on filter: FailureFilter,
        _ action: String,
        _ detail: String,
        by actor: String,
        setting change: PostgresQuery
    ) async throws -> Int {
        let isMeant: PostgresQuery = filter.ids == nil ? "f.resolution is null" : "true"
        return try await client.transaction { transaction in
            let ids = try await lockMeant("\(isMeant) and \(filter.conditions)", in: transaction)
            let changed = try await transaction.query(
                """
                with changed as (
                    update failures f set \(change) where \(isMeant) and f.id = any(\(ids)::bigint[])
                    returning f.id, f.tenant, f.company, f.kind, f.source_id
                ), kept as (
                    insert into failure_actions (failure_id, actor, action, detail)
                    select id, \(actor), \(action), \(detail) from changed
                ), told as (
                    insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                    select tenant, coalesce(company, ''), kind, source_id, \(action), 'dead letter ' || id,
                        \(Self.told(detail, by: actor)) from changed where source_id is not null
                )
                select count(*) as count from changed
                """
            )
            return try changed.first?.get("count", as: Int.self) ?? 0
        }
    }
}
