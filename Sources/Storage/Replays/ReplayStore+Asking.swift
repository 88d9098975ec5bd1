import Accounting
public import Foundation
import PostgresClient

extension Database {
    /// Freezes the set of failures to replay; a replayer carries it out.
    /// - Returns: the replay's number and how many failures it holds.
    public func requestReplay(
        _ filter: FailureFilter,
        rate: Decimal? = nil,
        isCanary: Bool = false,
        by actor: String = ""
    ) async throws -> (id: Int64, selected: Int) {
        try await client.transaction { transaction in
            // As many as there are.
            _ = try await transaction.query("set local statement_timeout = '5min'")
            let order = ReplayOrder(rate: rate, isCanary: isCanary, by: actor)
            return try await insertReplay(filter, order, in: transaction)
        }
    }

    func insertReplay(
        _ filter: FailureFilter,
        _ order: ReplayOrder,
        in transaction: PostgresTransaction
    ) async throws -> (id: Int64, selected: Int) {
        let row = try await transaction.query(
            """
            insert into replays (rate, canary, selection, requested_by)
            values (\(order.rate), \(order.isCanary), \(filter.words), \(order.actor)) returning id
            """
        ).first
        guard let id: Int64 = try row?.get("id") else { throw StorageError("replays: no id") }
        let items = try await transaction.query(
            """
            insert into replay_items (replay_id, position, failure_id)
            select \(id), row_number() over (order by f.failed_at, f.id), f.id from failures f
            where f.resolution is null and \(filter.conditions)
            """
        )
        _ = try await transaction.query(
            "update replays set selected = \(items.affectedRows) where id = \(id)"
        )
        return (id, items.affectedRows)
    }

    /// Replays, newest first.
    public func replays(limit: Int = 100) async throws -> [ReplayOverview] {
        try await client.query(
            "select \(ReplayOverview.columns) from replays order by id desc limit \(limit)"
        ).map(ReplayOverview.init(row:))
    }

    /// One replay.
    public func replay(_ id: Int64) async throws -> ReplayOverview? {
        try await client.query("select \(ReplayOverview.columns) from replays where id = \(id)").first
            .map(ReplayOverview.init(row:))
    }

    /// Holds a replay: nothing is sent back any more once this returns.
    /// - Returns: false when it has ended.
    public func pauseReplay(_ id: Int64) async throws -> Bool {
        try await move(id, from: [.requested, .running, .paused], to: .paused)
    }

    /// Lets a paused replay go on; it goes on at its rate from now.
    /// - Returns: false when it is not paused.
    public func resumeReplay(_ id: Int64) async throws -> Bool {
        try await move(id, from: [.paused], to: .requested)
    }

    /// Ends a replay: nothing is sent back any more once this returns; what was sent stays sent.
    /// - Returns: false when it has ended already.
    public func cancelReplay(_ id: Int64, by actor: String) async throws -> Bool {
        try await client.query(
            """
            update replays set state = 'cancelled', owner = null, finished_at = now(),
                ended_why = \(Self.told("cancelled", by: actor))
            where id = \(id) and state in ('requested', 'running', 'paused')
            """
        ).affectedRows == 1
    }

    private func move(_ id: Int64, from: [ReplayState], to state: ReplayState) async throws -> Bool {
        try await client.query(
            """
            update replays set state = \(state.rawValue), owner = null, owner_until = null
            where id = \(id) and state = any(\(from.map(\.rawValue))::text[])
            """
        ).affectedRows == 1
    }
}
