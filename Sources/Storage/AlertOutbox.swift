public import Foundation
import PostgresClient

/// A destination of a scope.
public struct AlertDestination: Sendable, Hashable {
    /// A tenant's name, or "" for the host's.
    public let scope: String
    /// Its name there.
    public let name: String

    /// A destination by its names.
    public init(scope: String, name: String) {
        self.scope = scope
        self.name = name
    }
}

/// Notices for one destination that are in no message yet.
public struct UnsaidNotices: Sendable {
    /// For whom.
    public let destination: AlertDestination
    /// Digests go by themselves.
    public let isDigest: Bool
    /// When the oldest was written.
    public let since: Date
    /// How many messages that destination got within the hour.
    public let messagesOfTheHour: Int
}

/// A message as it is sent, to the letter.
public struct AlertMessage: Sendable {
    /// The same at every try.
    public let id: UUID
    /// To whom.
    public let destination: AlertDestination
    /// A mail's subject.
    public let title: String
    /// What is sent.
    public let body: String
    /// When it was made.
    public let createdAt: Date
    /// How often it has been tried.
    public let tries: Int

    /// A message from its parts.
    public init(
        id: UUID,
        destination: AlertDestination,
        title: String,
        body: String,
        createdAt: Date,
        tries: Int = 0
    ) {
        self.id = id
        self.destination = destination
        self.title = title
        self.body = body
        self.createdAt = createdAt
        self.tries = tries
    }
}

/// How a try to send a message ended.
public enum AlertDelivery: Sendable, Hashable {
    /// Taken.
    case sent
    /// Not taken; to be tried again at that time.
    case failed(String, nextTry: Date)
    /// Not taken, and never will be.
    case givenUp(String)
}

extension Database {
    /// What is to be said and in no message yet, by destination.
    public func unsaidNotices(at now: Date) async throws -> [UnsaidNotices] {
        try await client.query(
            """
            select n.scope, n.destination, n.is_digest, n.since,
                (select count(*) from alert_messages m where m.scope = n.scope and m.destination = n.destination
                    and m.created_at > \(now.addingTimeInterval(-3600))) as recent
            from (select scope, destination, kind = 'digest' as is_digest, min(created_at) as since
                from alert_notices where message_id is null group by 1, 2, 3) n
            order by n.since
            """
        ).map { row in
            UnsaidNotices(
                destination: AlertDestination(scope: try row.get("scope"), name: try row.get("destination")),
                isDigest: try row.get("is_digest"),
                since: try row.get("since"),
                messagesOfTheHour: try row.get("recent")
            )
        }
    }

    /// The causes of dead letters that are to be said to a destination and are in no message yet.
    public func unsaidCauses(for destination: AlertDestination) async throws -> [String] {
        try await client.query(
            """
            select distinct content::jsonb ->> 'item' as item from alert_notices
            where scope = \(destination.scope) and destination = \(destination.name) and message_id is null
                and kind = 'failures' order by 1 limit 5000
            """
        ).compactMap { try $0.get("item", as: String?.self) }
    }

    /// As many dead letters of causes were told of as there are by now: what is much worse is measured by that.
    public func toldOfAsMany(_ counts: [(subject: String, count: Int)], scope: String) async throws {
        guard !counts.isEmpty else { return }
        _ = try await client.query(
            """
            update alerts a set measure = greatest(a.measure, k.count)
            from unnest(\(counts.map(\.subject))::text[], \(counts.map(\.count))::bigint[]) as k (subject, count)
            where a.scope = \(scope) and a.subject = k.subject
            """
        )
    }

    /// Makes one message of a destination's notices, all of them, in one transaction; of digests it takes one.
    /// - Parameter compose: the message of the notices' contents, given its id.
    /// - Returns: false when there was nothing to say any more.
    public func composeMessage(
        for destination: AlertDestination,
        isDigest: Bool,
        at now: Date,
        _ compose: @Sendable (UUID, [String]) -> (title: String, body: String)
    ) async throws -> Bool {
        try await client.transaction { transaction in
            let rows = try await transaction.query(
                """
                select id, content from alert_notices
                where scope = \(destination.scope) and destination = \(destination.name) and message_id is null
                    and (kind = 'digest') = \(isDigest)
                order by id limit \(isDigest ? 1 : 5000) for update skip locked
                """
            )
            let ids = try rows.map { try $0.get("id", as: Int64.self) }
            guard !ids.isEmpty else { return false }
            let id = UUID()
            let message = compose(id, try rows.map { try $0.get("content") })
            _ = try await transaction.query(
                """
                insert into alert_messages (id, scope, destination, title, body, created_at, next_try_at)
                values (\(id), \(destination.scope), \(destination.name), \(message.title), \(message.body), \(now),
                    \(now))
                """
            )
            _ = try await transaction.query(
                "update alert_notices set message_id = \(id) where id = any(\(ids)::bigint[])"
            )
            return true
        }
    }

    /// The next message of each destination whose time has come; the longest overdue first.
    public func dueMessages(at now: Date, limit: Int) async throws -> [AlertMessage] {
        try await client.query(
            """
            select * from (select distinct on (scope, destination) * from alert_messages
                where next_try_at <= \(now) order by scope, destination, created_at, id) m
            order by m.next_try_at limit \(limit)
            """
        ).map { row in
            AlertMessage(
                id: try row.get("id"),
                destination: AlertDestination(scope: try row.get("scope"), name: try row.get("destination")),
                title: try row.get("title"),
                body: try row.get("body"),
                createdAt: try row.get("created_at"),
                tries: try row.get("tries")
            )
        }
    }

    /// Takes a message in hand until a time; should this process die meanwhile, it is tried again then.
    /// - Returns: false when another has it, or it is settled.
    public func takeMessage(_ message: AlertMessage, until: Date) async throws -> Bool {
        try await client.query(
            """
            update alert_messages set tries = tries + 1, next_try_at = \(until)
            where id = \(message.id) and tries = \(message.tries) and next_try_at is not null
            """
        ).affectedRows == 1
    }

    /// Notes how a try ended.
    public func settleMessage(_ id: UUID, _ delivery: AlertDelivery, at now: Date) async throws {
        let (error, next): (String?, Date?) =
            switch delivery {
            case .sent: (nil, nil)
            case .failed(let error, let next): (error, next)
            case .givenUp(let error): (error, nil)
            }
        let sentAt = delivery == .sent ? now : nil
        let givenUpAt = delivery != .sent && next == nil ? now : nil
        _ = try await client.query(
            """
            update alert_messages set next_try_at = \(next), last_error = \(error), sent_at = \(sentAt),
                given_up_at = \(givenUpAt)
            where id = \(id) and sent_at is null
            """
        )
    }

    /// Forgets messages that were settled before a time, with their notices.
    public func forgetMessages(before: Date) async throws {
        _ = try await client.query(
            """
            with gone as (delete from alert_messages
                where created_at < \(before) and next_try_at is null returning id)
            delete from alert_notices n using gone where n.message_id = gone.id
            """
        )
    }
}
