public import Foundation
import PostgresClient

extension Database {
    /// Says that a service instance is alive; called every few seconds.
    /// - Parameter keys: ids of the keys it can open credentials with.
    public func announce(
        instance: UUID,
        name: String,
        host: String,
        process: Int32,
        keys: [String] = []
    ) async throws {
        _ = try await client.query(
            """
            insert into services (instance, name, host, process, key_ids)
            values (\(instance), \(name), \(host), \(Int(process)), \(keys)::text[])
            on conflict (instance) do update set seen_at = now(), key_ids = excluded.key_ids
            """
        )
    }

    /// Takes a service instance off the list when it stops by itself, and forgets those dead for a day.
    public func retire(instance: UUID) async throws {
        _ = try await client.query(
            "delete from services where instance = \(instance) or seen_at < now() - interval '1 day'"
        )
    }

    /// The copies of a service that announced themselves from one host, with their processes.
    public func copies(of name: String, on host: String) async throws -> [(instance: UUID, process: Int)] {
        try await client.query(
            "select instance, process from services where name = \(name) and host = \(host)"
        )
        .map { (try $0.get("instance"), try $0.get("process")) }
    }

    /// How many instances of a service announced themselves within the last ten seconds.
    public func liveInstances(of name: String) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as live from services
            where name = \(name) and seen_at > now() - interval '10 seconds'
            """
        )
        return try rows.first?.get("live", as: Int.self) ?? 0
    }

    /// The live copies of the service that `instance` is a copy of, itself included while its heartbeat is heard.
    ///
    /// One that stopped is missed after seven seconds: less than a writer's lease lasts, so that whoever takes its
    /// companies over waits for nothing else.
    /// - Returns: nothing where the instance never announced itself.
    public func liveCopies(of instance: UUID) async throws -> [UUID] {
        try await client.query(
            """
            select s.instance from services own join services s on s.name = own.name
            where own.instance = \(instance) and s.seen_at > now() - interval '7 seconds'
            """
        ).map { try $0.get("instance") }
    }
}
