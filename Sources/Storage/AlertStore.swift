public import Foundation
import PostgresClient

/// Something that somebody has been told of and that is so still.
public struct ToldAlert: Sendable, Hashable {
    /// Whose people were told: a tenant's name, or "" for the host's.
    public var scope: String
    /// What it is about, unique in its scope.
    public var subject: String
    /// What kind of thing it is.
    public var kind: String
    /// Whose trouble it is, where it is one tenant's.
    public var tenant: String?
    /// Which company's, where it is one company's.
    public var company: String?
    /// What tells it from others of its kind, for instance a failure group.
    public var item: String
    /// What was said, in a few words.
    public var title: String
    /// How bad it was when it was told last: a count, an age.
    public var measure: Int
    /// When it was seen first.
    public var firstSeenAt: Date
    /// When it was told last.
    public var toldAt: Date
    /// Since when it has not been so, for a moment perhaps; nil while it is.
    public var goneAt: Date?

    /// One from its parts.
    public init(
        scope: String,
        subject: String,
        kind: String,
        tenant: String? = nil,
        company: String? = nil,
        item: String = "",
        title: String,
        measure: Int,
        firstSeenAt: Date,
        toldAt: Date,
        goneAt: Date? = nil
    ) {
        self.scope = scope
        self.subject = subject
        self.kind = kind
        self.tenant = tenant
        self.company = company
        self.item = item
        self.title = title
        self.measure = measure
        self.firstSeenAt = firstSeenAt
        self.toldAt = toldAt
        self.goneAt = goneAt
    }
}

/// What is to be said, and to whom.
public struct AlertNotice: Sendable, Hashable {
    /// What kind of thing it is about.
    public var kind: String
    /// It, as JSON.
    public var content: String
    /// Names of destinations of its scope.
    public var destinations: [String]

    /// A notice from its parts.
    public init(kind: String, content: String, destinations: [String]) {
        self.kind = kind
        self.content = content
        self.destinations = destinations
    }
}

/// A change of what has been told.
public enum AlertMove: Sendable {
    /// Told for the first time.
    case begin(ToldAlert, AlertNotice)
    /// Told again, because it is worse than `from`.
    case worsen(ToldAlert, from: Int, AlertNotice)
    /// Over; said, where somebody waits for it.
    case end(ToldAlert, AlertNotice?)
    /// Not so at this moment.
    case vanish(ToldAlert)
    /// So again, before its end was told.
    case reappear(ToldAlert)
}

extension Database {
    /// Everything somebody has been told of and that is so still.
    public func toldAlerts() async throws -> [ToldAlert] {
        try await client.query("select * from alerts order by scope, subject").map { row in
            ToldAlert(
                scope: try row.get("scope"),
                subject: try row.get("subject"),
                kind: try row.get("kind"),
                tenant: try row.get("tenant"),
                company: try row.get("company"),
                item: try row.get("item"),
                title: try row.get("title"),
                measure: try row.get("measure"),
                firstSeenAt: try row.get("first_seen_at"),
                toldAt: try row.get("told_at"),
                goneAt: try row.get("gone_at")
            )
        }
    }

    /// Changes what has been told and writes the notices of it, in one transaction: a crash leaves neither without the
    /// other. Each change is a compare-and-set, so that of two processes that see the same only one tells it.
    public func record(_ moves: [AlertMove], at now: Date) async throws {
        guard !moves.isEmpty else { return }
        try await client.transaction { transaction in
            for move in moves { try await Self.record(move, at: now, in: transaction) }
        }
    }

    /// What is so still has been seen; written once a minute at most.
    public func sawAlerts(at now: Date) async throws {
        _ = try await client.query(
            """
            update alerts set last_seen_at = \(now)
            where gone_at is null and last_seen_at < \(now.addingTimeInterval(-60))
            """
        )
    }

    /// Forgets what was told in scopes that have no destination any more: should they have one again, it is news.
    public func forgetAlerts(except scopes: [String]) async throws {
        _ = try await client.query("delete from alerts where scope <> all(\(scopes)::text[])")
    }

    private static func record(_ move: AlertMove, at now: Date, in transaction: PostgresTransaction)
        async throws
    {
        switch move {
        case .begin(let alert, let notice):
            guard try await insert(alert, at: now, in: transaction) else { return }
            try await write(notice, scope: alert.scope, at: now, in: transaction)
        case .worsen(let alert, let former, let notice):
            guard try await update(alert, from: former, at: now, in: transaction) else { return }
            try await write(notice, scope: alert.scope, at: now, in: transaction)
        case .end(let alert, let notice):
            let removed = try await transaction.query(
                "delete from alerts where scope = \(alert.scope) and subject = \(alert.subject)"
            )
            guard removed.affectedRows == 1, let notice else { return }
            try await write(notice, scope: alert.scope, at: now, in: transaction)
        case .vanish(let alert):
            _ = try await transaction.query(
                """
                update alerts set gone_at = \(now)
                where scope = \(alert.scope) and subject = \(alert.subject) and gone_at is null
                """
            )
        case .reappear(let alert):
            _ = try await transaction.query(
                """
                update alerts set gone_at = null, last_seen_at = \(now)
                where scope = \(alert.scope) and subject = \(alert.subject)
                """
            )
        }
    }

    private static func insert(_ alert: ToldAlert, at now: Date, in transaction: PostgresTransaction)
        async throws
        -> Bool
    {
        try await transaction.query(
            """
            insert into alerts (scope, subject, kind, tenant, company, item, title, measure, first_seen_at,
                last_seen_at, told_at)
            values (\(alert.scope), \(alert.subject), \(alert.kind), \(alert.tenant), \(alert.company), \(alert.item),
                \(alert.title), \(alert.measure), \(alert.firstSeenAt), \(now), \(now))
            on conflict do nothing
            """
        ).affectedRows == 1
    }

    private static func update(
        _ alert: ToldAlert,
        from former: Int,
        at now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        try await transaction.query(
            """
            update alerts set measure = \(alert.measure), title = \(alert.title), told_at = \(now),
                last_seen_at = \(now), gone_at = null
            where scope = \(alert.scope) and subject = \(alert.subject) and measure = \(former)
                and told_at < \(now)
            """
        ).affectedRows == 1
    }

    static func write(
        _ notice: AlertNotice,
        scope: String,
        at now: Date,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            """
            insert into alert_notices (scope, destination, kind, content, created_at)
            select \(scope), destination, \(notice.kind), \(notice.content), \(now)
            from unnest(\(notice.destinations)::text[]) as d (destination)
            """
        )
    }
}
