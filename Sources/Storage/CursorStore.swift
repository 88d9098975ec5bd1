public import Accounting
public import Foundation
import PostgresClient

/// How far a resource of a store has been read: the last row's `updated_at` and id (reference Adobe 2.6).
public struct PollCursor: Sendable, Hashable {
    /// `updated_at` of the last row.
    public var updatedAt: Date
    /// `entity_id` of the last row.
    public var entityID: Int64

    /// A position.
    public init(updatedAt: Date, entityID: Int64) {
        self.updatedAt = updatedAt
        self.entityID = entityID
    }
}

extension Database {
    /// The cursor of a resource; nil before the first page.
    public func cursor(of tenant: TenantID, resource: String) async throws -> PollCursor? {
        try await client.query(
            "select updated_at, entity_id from cursors where tenant = \(tenant.name) and resource = \(resource)"
        ).first.map { PollCursor(updatedAt: try $0.get("updated_at"), entityID: try $0.get("entity_id")) }
    }

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
