import Accounting
import Foundation
import PostgresClient

/// How a replay stands.
public struct ReplayProgress: Sendable, Hashable {
    /// Nothing selected yet.
    public init() {}

    /// Failures it was asked for.
    public var selected = 0
    /// Sent back to their queues.
    public var replayed = 0
    /// Of those, no longer on their way and not dead.
    public var succeeded = 0
    /// Of those, dead again.
    public var failedAgain = 0
    /// Of the dead again, those of the same cause as before.
    public var repeated = 0
    /// Left as they are, because a newer revision or another decision came first.
    public var untouched = 0
    /// Of the replayed, still on their way.
    public var underWay = 0
    /// True once every selected failure has been dealt with, or the replay was ended.
    public var isCarriedOut = false
    /// Where the replay is.
    public var state = ReplayState.requested
}

/// What became of the documents of one wave of a canary.
public struct WaveOutcome: Sendable, Hashable {
    /// Nothing is known yet.
    public init() {}

    /// Dead of the same cause as before.
    public var repeated = 0
    /// Dead of another cause.
    public var failedOtherwise = 0
    /// Still on their way, or dead of what is not known yet.
    public var underWay = 0
    /// Neither.
    public var succeeded = 0
}

extension Database {
    /// How a replay stands, by where its documents are now.
    public func progress(ofReplay replay: Int64) async throws -> ReplayProgress {
        var progress = ReplayProgress()
        guard let overview = try await self.replay(replay) else { return progress }
        progress.selected = overview.selected
        progress.replayed = overview.replayed
        progress.untouched = overview.untouched
        progress.state = overview.state
        progress.isCarriedOut = [.done, .stopped, .cancelled].contains(overview.state)
        let rows = try await client.query(
            """
            \(Self.fates(ofReplay: replay, from: 0))
            select state, coalesce(is_repeat, false) as repeated, count(*) as count from fates group by 1, 2
            """
        )
        for row in rows {
            let count: Int = try row.get("count")
            switch try row.get("state", as: String?.self).flatMap(DocumentState.init(rawValue:)) {
            case .dead:
                progress.failedAgain += count
                if try row.get("repeated") { progress.repeated += count }
            case .waiting, .posting, .inDoubt: progress.underWay += count
            case .entered, .posted, .held, .skipped, .superseded, nil: progress.succeeded += count
            }
        }
        return progress
    }

    /// What became of the documents a replay sent back after the first `skipped` of them.
    public func outcome(ofReplay replay: Int64, from skipped: Int) async throws -> WaveOutcome {
        let row = try await client.query(
            """
            \(Self.fates(ofReplay: replay, from: skipped))
            select count(*) filter (where state = 'dead' and is_repeat) as repeated,
                count(*) filter (where state = 'dead' and not is_repeat) as otherwise,
                count(*) filter (where state in ('waiting', 'posting', 'inDoubt')
                                       or state = 'dead' and is_repeat is null) as under_way,
                count(*) filter (where state is null or state not in ('waiting', 'posting', 'inDoubt', 'dead'))
                    as succeeded
            from fates
            """
        ).first
        var outcome = WaveOutcome()
        guard let row else { return outcome }
        outcome.repeated = try row.get("repeated")
        outcome.failedOtherwise = try row.get("otherwise")
        outcome.underWay = try row.get("under_way")
        outcome.succeeded = try row.get("succeeded")
        return outcome
    }

    /// Where each document that was sent back is now, and whether it died of the same cause as before; null until the
    /// letter of its new death has been taken in.
    private static func fates(ofReplay replay: Int64, from skipped: Int) -> PostgresQuery {
        """
        with sent as (
            select failure_id from replay_items where replay_id = \(replay) and state = 'replayed'
            order by position offset \(skipped)
        ), fates as (
            select d.state, n.group_id = f.group_id as is_repeat
            from sent join failures f on f.id = sent.failure_id
            -- One that had no company may have one by now, or documents of other companies its number: one row all the same.
            left join lateral (
                select c.state, c.death_id from documents c where c.tenant = f.tenant and c.kind = f.kind
                    and c.source_id = f.source_id and (f.company is null or c.company = f.company)
                order by c.company = '' desc, c.replayed_at desc nulls last, c.company limit 1) d on true
            left join failures n on n.death_id = d.death_id and d.state = 'dead'
        )
        """
    }

    /// How many of the dead letters that were selected for a replay are open still: not sent, or left untouched.
    public func openCount(ofReplay replay: Int64) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as count from replay_items i join failures f on f.id = i.failure_id
            where i.replay_id = \(replay) and f.resolution is null
            """
        )
        return try rows.first?.get("count", as: Int.self) ?? 0
    }

    /// How many of a replay were left untouched because their entries still stand in an error batch of Sage 300.
    public func stuckCount(ofReplay replay: Int64) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as count from replay_items i join failures f on f.id = i.failure_id
            join documents d on d.death_id = f.death_id
            where i.replay_id = \(replay) and i.state = 'untouched' and d.stuck_batch is not null
            """
        )
        return try rows.first?.get("count", as: Int.self) ?? 0
    }

    /// Why documents of a replay were left untouched, the most frequent reason first.
    public func untouchedReasons(ofReplay replay: Int64) async throws -> [(reason: String, count: Int)] {
        try await client.query(
            """
            select coalesce(detail, 'it had moved on') as reason, count(*) as count from replay_items
            where replay_id = \(replay) and state = 'untouched' group by 1 order by 2 desc, 1 limit 20
            """
        ).map { (reason: try $0.get("reason"), count: try $0.get("count")) }
    }
}
