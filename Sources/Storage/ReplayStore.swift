public import Accounting
public import Foundation
import PostgresClient

/// Which failures to replay.
public enum ReplaySelection: Sendable {
    case failures([Int64])
    case group(String)
    case tenant(TenantID)
    case all
}

/// A replay that is to be carried out.
public struct ReplayRecord: Sendable {
    /// Its number.
    public let id: Int64
    /// Documents a second; nil: as fast as it goes.
    public let rate: Decimal?
    /// True: begins with one and stops at the first repeat.
    public let isCanary: Bool
}

/// How a replay stands.
public struct ReplayProgress: Sendable {
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
    /// Left as they are, because a newer revision or another decision came first.
    public var untouched = 0
    /// Of the replayed, still on their way.
    public var underWay = 0
    /// True once every selected failure has been dealt with.
    public var isCarriedOut = false
}

extension Database {
    /// Freezes the set of failures to replay; a replayer carries it out.
    /// - Returns: the replay's number and how many failures it holds.
    public func requestReplay(
        _ selection: ReplaySelection,
        rate: Decimal?,
        isCanary: Bool
    ) async throws -> (id: Int64, selected: Int) {
        let ids = try await openFailureIDs(selection)
        return try await client.transaction { transaction in
            let row = try await transaction.query(
                "insert into replays (rate, canary) values (\(rate), \(isCanary)) returning id"
            ).first
            guard let id: Int64 = try row?.get("id") else { throw StorageError("replays: no id") }
            _ = try await transaction.query(
                """
                insert into replay_items (replay_id, position, failure_id)
                select \(id), position, failure from unnest(\(ids)::bigint[]) with ordinality as i (failure, position)
                """
            )
            _ = try await transaction.query("select pg_notify('replays', '')")
            return (id, ids.count)
        }
    }

    /// The open failures of a selection, each once, oldest first; however many there are.
    public func openFailureIDs(_ selection: ReplaySelection) async throws -> [Int64] {
        let isSelected: PostgresQuery =
            switch selection {
            case .failures(let ids): "f.id = any(\(ids)::bigint[])"
            case .group(let group): "f.group_id = \(group)"
            case .tenant(let tenant): "f.tenant = \(tenant.name)"
            case .all: "true"
            }
        return try await client.query(
            "select f.id from failures f where \(Self.isOpen) and \(isSelected) order by f.failed_at, f.id"
        ).map { try $0.get("id") }
    }

    /// Takes a replay that nobody is carrying out, for fifteen seconds.
    public func takeReplay(owner: UUID) async throws -> ReplayRecord? {
        try await client.query(
            """
            update replays set state = 'running', owner = \(owner), owner_until = now() + interval '15 seconds'
            where id = (select id from replays where state in ('requested', 'running')
                and (owner is null or owner = \(owner) or owner_until < now()) order by id limit 1
                for update skip locked)
            returning id, rate, canary
            """
        ).first.map { row in
            ReplayRecord(id: try row.get("id"), rate: try row.get("rate"), isCanary: try row.get("canary"))
        }
    }

    /// Keeps a replay for fifteen seconds more.
    /// - Returns: false when another has taken it over, or it has ended.
    public func keepReplay(_ replay: Int64, owner: UUID) async throws -> Bool {
        try await client.query(
            """
            update replays set owner_until = now() + interval '15 seconds'
            where id = \(replay) and owner = \(owner) and state = 'running'
            """
        ).affectedRows == 1
    }

    /// The next failures of a replay, in order.
    public func nextReplayItems(_ replay: Int64, limit: Int) async throws -> [FailureRecord] {
        try await client.query(
            """
            select f.* from replay_items i join failures f on f.id = i.failure_id
            where i.replay_id = \(replay) and i.state = 'selected' order by i.position limit \(limit)
            """
        ).map(FailureRecord.init(row:))
    }

    /// Sends one failure's document back to `waiting`, if it is still dead of that very death, and resolves the
    /// failure. The document is unpublished then: whoever sees it first publishes it. One whose entry still stands in
    /// an error batch of Sage 300 is left untouched.
    /// - Returns: the document to publish; nil when it was left untouched.
    public func replay(_ failure: FailureRecord, replay: Int64) async throws -> DocumentRecord? {
        try await client.transaction { transaction in
            let row = try await transaction.query(
                """
                update documents set state = 'waiting', reason = null, death_id = null, death = null,
                    death_published = true, state_since = now(), published_revision = 0
                where death_id = \(failure.deathID) and state = 'dead' and stuck_batch is null returning *
                """
            ).first
            let document = try row.map(DocumentRecord.init(row:))
            _ = try await transaction.query(
                """
                update replay_items set state = \(document == nil ? "untouched" : "replayed")
                where replay_id = \(replay) and failure_id = \(failure.id)
                """
            )
            guard let document else { return nil }
            _ = try await transaction.query(
                """
                update failures set resolution = 'replayed', resolved_at = now(),
                    resolved_why = \("replay \(replay)") where id = \(failure.id)
                """
            )
            _ = try await transaction.query(
                """
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                values (\(document.key.tenant.name), \(document.key.companyText), \(document.key.kind.rawValue),
                        \(document.key.sourceID), 'replay', 'waiting', \("replay \(replay)"))
                """
            )
            return document
        }
    }

    /// Every failure of the replay has been dealt with, or it stopped.
    public func finishReplay(_ replay: Int64, isStopped: Bool) async throws {
        _ = try await client.query(
            """
            update replays set state = \(isStopped ? "stopped" : "done"), finished_at = now() where id = \(replay)
            """
        )
    }

    /// How a replay stands, by where its documents are now.
    public func progress(ofReplay replay: Int64) async throws -> ReplayProgress {
        var progress = ReplayProgress()
        let rows = try await client.query(
            """
            select i.state as item, d.state as document, count(*) as count
            from replay_items i join failures f on f.id = i.failure_id
            left join documents d on d.tenant = f.tenant and d.kind = f.kind and d.source_id = f.source_id
                and (d.company = coalesce(f.company, '') or f.company is null)
            where i.replay_id = \(replay) group by i.state, d.state
            """
        )
        for row in rows {
            let count: Int = try row.get("count")
            progress.selected += count
            switch try row.get("item", as: String.self) {
            case "untouched": progress.untouched += count
            case "replayed":
                progress.replayed += count
                switch try row.get("document", as: String?.self).flatMap(DocumentState.init(rawValue:)) {
                case .dead: progress.failedAgain += count
                case .waiting, .posting, .inDoubt: progress.underWay += count
                case .entered, .posted, .held, .skipped, .superseded, nil: progress.succeeded += count
                }
            default: break
            }
        }
        let state = try await client.query("select state from replays where id = \(replay)").first
        let text = try state?.get("state", as: String.self)
        progress.isCarriedOut = text == "done" || text == "stopped"
        return progress
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

    /// True while a replay is waiting or under way.
    public func hasOpenReplays() async throws -> Bool {
        try await !client.query(
            "select 1 as open from replays where state in ('requested', 'running') limit 1"
        )
        .isEmpty
    }
}
