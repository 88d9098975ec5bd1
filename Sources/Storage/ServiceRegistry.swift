public import Foundation
import PostgresClient

extension Database {
    /// Says that a service instance is alive; called every few seconds.
    public func announce(instance: UUID, name: String, host: String, process: Int32) async throws {
        _ = try await client.query(
            """
            insert into services (instance, name, host, process)
            values (\(instance), \(name), \(host), \(Int(process)))
            on conflict (instance) do update set seen_at = now()
            """
        )
    }

    /// Takes a service instance off the list when it stops by itself, and forgets those dead for a day.
    public func retire(instance: UUID) async throws {
        _ = try await client.query(
            "delete from services where instance = \(instance) or seen_at < now() - interval '1 day'"
        )
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
}
