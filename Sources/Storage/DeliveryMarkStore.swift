import ExactJSON
public import Foundation
import PostgresClient

/// Somebody reads and maps one redelivered message.
public struct Handling: Sendable, Hashable {
    /// Its own identity.
    public let id: UUID
    /// What the program is called.
    public let service: String
    /// Which process.
    public let instance: UUID
    /// Where it runs.
    public let host: String
    /// Its number there.
    public let process: Int
    /// Since when.
    public let at: Date
    /// What is being done.
    public let stage: String
    /// Whether it has taken far longer than it ever does.
    public let hasLasted: Bool

    /// A handling from its parts.
    public init(
        id: UUID = UUID(),
        service: String,
        instance: UUID,
        host: String,
        process: Int,
        at: Date = Date(),
        stage: String,
        hasLasted: Bool = false
    ) {
        self.id = id
        self.service = service
        self.instance = instance
        self.host = host
        self.process = process
        self.at = at
        self.stage = stage
        self.hasLasted = hasLasted
    }
}

extension Database {
    /// Handlings of a message that somebody did not live to end, the latest last.
    public func openHandlings(of messageID: String) async throws -> [Handling] {
        let row = try await client.query(
            "select handlings::text as handlings from delivery_marks where message_id = \(messageID)"
        ).first
        guard let text = try row?.get("handlings", as: String.self) else { return [] }
        return (try JSON(parsing: text).array ?? []).compactMap(Handling.init(json:))
    }

    /// Marks a message as being handled: the last of these handlings begins now.
    ///
    /// Not waited for until it is on the disk: if the database's machine dies, so does what it says of the workers.
    public func mark(_ messageID: String, _ handlings: [Handling]) async throws {
        guard let latest = handlings.last else { return }
        let text = JSON.array(handlings.suffix(Self.keptHandlings).map(\.json)).text
        _ = try await client.pipeline([
            "set local synchronous_commit = off",
            """
            insert into delivery_marks (message_id, count, mark, handlings)
            values (\(messageID), \(handlings.count), \(latest.id), \(text)::jsonb)
            on conflict (message_id) do update set count = excluded.count, mark = excluded.mark,
                handlings = excluded.handlings, marked_at = now()
            """,
        ])
    }

    private static let keptHandlings = 8

    /// A handling takes far longer than any does.
    public func markLasts(_ messageID: String, _ handling: Handling, stage: String) async throws {
        let longer = Handling(
            id: handling.id,
            service: handling.service,
            instance: handling.instance,
            host: handling.host,
            process: handling.process,
            at: handling.at,
            stage: stage,
            hasLasted: true
        )
        _ = try await client.query(
            """
            update delivery_marks set handlings = (handlings - -1) || \(JSON.array([longer.json]).text)::jsonb
            where message_id = \(messageID) and mark = \(handling.id)
            """
        )
    }

    /// A handling has come to an end, good or bad, and its process lives: whatever killed others before, it was not the
    /// message. What another process has begun since stays marked.
    public func clearMark(_ messageID: String, _ handling: Handling) async throws {
        _ = try await client.pipeline([
            "set local synchronous_commit = off",
            "delete from delivery_marks where message_id = \(messageID) and mark = \(handling.id)",
            """
            update delivery_marks m set handlings = (
                select coalesce(jsonb_agg(later.e order by later.n), '[]')
                from jsonb_array_elements(m.handlings) with ordinality as later(e, n)
                where later.n > (select max(own.n) from jsonb_array_elements(m.handlings) with ordinality as own(e, n)
                    where own.e ->> 'id' = \(handling.id.uuidString)))
            where message_id = \(messageID)
                and handlings @> \(JSON.array([["id": .string(handling.id.uuidString)]]).text)::jsonb
            """,
        ])
    }

    /// Nothing is held against a message any more.
    public func clearMarks(of messageID: String) async throws {
        _ = try await client.query("delete from delivery_marks where message_id = \(messageID)")
    }
}

extension Handling {
    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    fileprivate var json: JSON {
        [
            "id": .string(id.uuidString), "service": .string(service),
            "instance": .string(instance.uuidString),
            "host": .string(host), "process": .int(process), "at": .string(at.formatted(Self.time)),
            "stage": .string(stage), "lasted": .bool(hasLasted),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let id = json["id"]?.string.flatMap(UUID.init(uuidString:)),
            let instance = json["instance"]?.string.flatMap(UUID.init(uuidString:)),
            let service = json["service"]?.string, let host = json["host"]?.string,
            let process = json["process"]?.int, let stage = json["stage"]?.string,
            let at = json["at"]?.string.flatMap({ try? Date($0, strategy: Self.time) })
        else { return nil }
        self.init(
            id: id,
            service: service,
            instance: instance,
            host: host,
            process: process,
            at: at,
            stage: stage,
            hasLasted: json["lasted"]?.bool ?? false
        )
    }
}
