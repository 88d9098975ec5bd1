public import Accounting
public import Foundation
import PostgresClient

/// Re-reading a resource of a store by id, from the lowest up; it resumes where it was.
public struct SweepRecord: Sendable, Hashable {
    /// The highest id that has been re-read; 0 at the start.
    public let position: Int64
    /// When the latest one began; nil before the first.
    public let startedAt: Date?
    /// When the latest that came to its end did so, which may be one before.
    public let finishedAt: Date?

    /// True between a start and its end, however often a poller died in between.
    public var isUnderWay: Bool {
        guard let startedAt else { return false }
        return finishedAt.map { $0 < startedAt } ?? true
    }
}

extension Database {
    /// The latest sweep of a resource; nil before the first.
    public func sweep(of tenant: TenantID, resource: String) async throws -> SweepRecord? {
        try await client.query(
            """
            select position, started_at, finished_at from sweeps
            where tenant = \(tenant.name) and resource = \(resource)
            """
        ).first.map { row in
            SweepRecord(
                position: try row.get("position"),
                startedAt: try row.get("started_at"),
                finishedAt: try row.get("finished_at")
            )
        }
    }

    /// Begins a sweep at the first id.
    public func startSweep(of tenant: TenantID, resource: String) async throws {
        // Later than the end of the one before, should the clock have been put back.
        _ = try await client.query(
            """
            insert into sweeps (tenant, resource, started_at) values (\(tenant.name), \(resource), now())
            on conflict (tenant, resource) do update set position = 0,
                started_at = greatest(now(), sweeps.finished_at + interval '1 microsecond')
            """
        )
    }

    /// Notes how far the sweep under way is; never backwards, and nothing once it has ended.
    public func moveSweep(of tenant: TenantID, resource: String, to position: Int64) async throws {
        _ = try await client.query(
            """
            update sweeps set position = \(position)
            where tenant = \(tenant.name) and resource = \(resource) and position < \(position)
                and (finished_at is null or finished_at < started_at)
            """
        )
    }

    /// Ends the sweep under way: its last id has been re-read.
    public func finishSweep(of tenant: TenantID, resource: String) async throws {
        _ = try await client.query(
            """
            update sweeps set finished_at = greatest(now(), started_at)
            where tenant = \(tenant.name) and resource = \(resource)
                and (finished_at is null or finished_at < started_at)
            """
        )
    }
}
