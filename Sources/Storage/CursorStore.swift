public import Accounting
public import Foundation
import PostgresClient

/// How far a resource of a store has been read (reference Adobe 2.6).
public struct PollCursor: Sendable, Hashable {
    /// `updated_at` of the last row.
    public var updatedAt: Date
    /// `entity_id` of the last row.
    public var entityID: Int64
    /// Up to where the pass under way reads; nil when the last one came to its end.
    public var passBound: Date?
    /// Up to where the last complete pass read, by the store's clock; nil before the first came to its end.
    public var readUntil: Date?
    /// The highest id read while a resource is read for the first time, by id; nil once that has come to its end.
    public var loadPosition: Int64?

    /// A position.
    public init(
        updatedAt: Date,
        entityID: Int64,
        passBound: Date? = nil,
        readUntil: Date? = nil,
        loadPosition: Int64? = nil
    ) {
        self.updatedAt = updatedAt
        self.entityID = entityID
        self.passBound = passBound
        self.readUntil = readUntil
        self.loadPosition = loadPosition
    }
}

extension Database {
    /// The cursor of a resource; nil before its first pass.
    public func cursor(of tenant: TenantID, resource: String) async throws -> PollCursor? {
        try await client.query(
            """
            select updated_at, entity_id, pass_bound, read_until, load_position from cursors
            where tenant = \(tenant.name) and resource = \(resource)
            """
        ).first.map { row in
            PollCursor(
                updatedAt: try row.get("updated_at"),
                entityID: try row.get("entity_id"),
                passBound: try row.get("pass_bound"),
                readUntil: try row.get("read_until"),
                loadPosition: try row.get("load_position")
            )
        }
    }

    /// The first reading of a resource begins, by id: changes are followed from `start` on once it has come to its end.
    public func beginLoad(of tenant: TenantID, resource: String, changesFrom start: Date) async throws {
        _ = try await client.query(
            """
            insert into cursors (tenant, resource, updated_at, entity_id, load_position)
            values (\(tenant.name), \(resource), \(start), 0, 0) on conflict (tenant, resource) do nothing
            """
        )
    }

    /// The first reading has come to an id; nil: to its end.
    public func moveLoad(of tenant: TenantID, resource: String, to position: Int64?) async throws {
        _ = try await client.query(
            """
            update cursors set load_position = \(position)
            where tenant = \(tenant.name) and resource = \(resource) and load_position is not null
            """
        )
    }

    /// A pass begins: the cursor goes back to where it begins, so that whoever resumes the pass misses nothing of
    /// its overlap.
    /// - Parameter bound: how far the pass reads.
    public func beginPass(
        of tenant: TenantID,
        resource: String,
        at cursor: PollCursor,
        bound: Date
    ) async throws {
        _ = try await client.query(
            """
            insert into cursors (tenant, resource, updated_at, entity_id, pass_bound)
            values (\(tenant.name), \(resource), \(cursor.updatedAt), \(cursor.entityID), \(bound))
            on conflict (tenant, resource) do update set updated_at = excluded.updated_at,
                entity_id = excluded.entity_id, pass_bound = excluded.pass_bound
            """
        )
    }

    /// A pass has read everything up to its bound.
    /// - Parameter cursor: behind which the next one begins, less its overlap.
    public func completePass(
        of tenant: TenantID,
        resource: String,
        at cursor: PollCursor,
        readUntil bound: Date
    ) async throws {
        _ = try await client.query(
            """
            update cursors set pass_bound = null, read_until = \(bound), updated_at = \(cursor.updatedAt),
                entity_id = \(cursor.entityID)
            where tenant = \(tenant.name) and resource = \(resource)
            """
        )
    }

    /// Moves a cursor forwards, never back, in the transaction that marks a page published.
    func moveCursor(
        of tenant: TenantID,
        resource: String,
        to cursor: PollCursor,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            """
            insert into cursors (tenant, resource, updated_at, entity_id)
            values (\(tenant.name), \(resource), \(cursor.updatedAt), \(cursor.entityID))
            on conflict (tenant, resource) do update
                set updated_at = excluded.updated_at, entity_id = excluded.entity_id
                where (cursors.updated_at, cursors.entity_id) < (excluded.updated_at, excluded.entity_id)
            """
        )
    }
}
