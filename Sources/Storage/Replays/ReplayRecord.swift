public import Foundation
import PostgresClient

/// How a replay is to be carried out.
public struct ReplayOrder: Sendable {
    /// Documents a second; nil: as fast as it goes.
    public var rate: Decimal?
    /// True: begins with one, and goes on only while what was sent does well.
    public var isCanary: Bool
    /// Who asks for it.
    public var actor: String

    /// An order from its parts.
    public init(rate: Decimal? = nil, isCanary: Bool = false, by actor: String = "") {
        self.rate = rate
        self.isCanary = isCanary
        self.actor = actor
    }
}

/// A replay that is to be carried out.
public struct ReplayRecord: Sendable {
    /// Its number.
    public let id: Int64
    /// Documents a second; nil: as fast as it goes.
    public let rate: Decimal?
    /// True: begins with one and stops at the first repeat.
    public let isCanary: Bool
    /// How many it has sent back so far.
    public let replayed: Int
}

/// Where a replay is.
public enum ReplayState: String, Sendable {
    /// Nobody has begun.
    case requested
    /// A replayer carries it out.
    case running
    /// A person holds it.
    case paused
    /// Every document has had its turn.
    case done
    /// A canary failed.
    case stopped
    /// A person ended it.
    case cancelled
}

/// A replay as listed.
public struct ReplayOverview: Sendable {
    /// Its number.
    public let id: Int64
    /// When it was asked for.
    public let requestedAt: Date
    /// By whom.
    public let actor: String
    /// What was selected, in words.
    public let selection: String
    /// Documents a second; nil: as fast as it goes.
    public let rate: Decimal?
    /// Whether it begins with one.
    public let isCanary: Bool
    /// Where it is.
    public let state: ReplayState
    /// Whether a replayer has it in hand now.
    public let isInHand: Bool
    /// How many failures it holds.
    public let selected: Int
    /// How many it has sent back.
    public let replayed: Int
    /// How many it has left as they are.
    public let untouched: Int
    /// When the first was sent back.
    public let startedAt: Date?
    /// When it ended.
    public let finishedAt: Date?
    /// Why it stopped.
    public let endedWhy: String?

    /// How many have not had their turn.
    public var left: Int { selected - replayed - untouched }

    static var columns: PostgresQuery {
        """
        id, requested_at, requested_by, selection, rate, canary, state,
        state = 'running' and coalesce(owner_until > now(), false) as in_hand, selected, replayed, untouched,
        started_at, finished_at, ended_why
        """
    }

    init(row: PostgresRow) throws {
        guard let state = ReplayState(rawValue: try row.get("state")) else {
            throw StorageError("replays: unknown state")
        }
        self.state = state
        id = try row.get("id")
        requestedAt = try row.get("requested_at")
        actor = try row.get("requested_by")
        selection = try row.get("selection")
        rate = try row.get("rate")
        isCanary = try row.get("canary")
        isInHand = try row.get("in_hand")
        selected = try row.get("selected")
        replayed = try row.get("replayed")
        untouched = try row.get("untouched")
        startedAt = try row.get("started_at")
        finishedAt = try row.get("finished_at")
        endedWhy = try row.get("ended_why")
    }
}

/// One failure of a replay.
public struct ReplayItem: Sendable, Hashable {
    /// The failure.
    public let id: Int64
    /// Its place in the replay.
    public let position: Int
    /// The death its document must still be dead of.
    public let deathID: UUID

    /// An item from its parts.
    public init(id: Int64, position: Int, deathID: UUID) {
        self.id = id
        self.position = position
        self.deathID = deathID
    }
}
