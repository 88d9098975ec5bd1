public import Accounting
public import Foundation
import PostgresClient

/// What a tenant takes up, and why its store is not read on where it takes up too much.
public struct TenantUsage: Sendable, Hashable {
    /// Documents remembered, in every state.
    public let documents: Int
    /// Why its store is not read on; nil while it is.
    public let heldReason: String?
    /// Since when.
    public let heldSince: Date?
    /// Its reading is held because of what is stored: that does not end by itself.
    public let isFull: Bool

    /// Nothing is stored, nothing is held.
    static let none = TenantUsage(documents: 0, heldReason: nil, heldSince: nil, isFull: false)
}

extension Database {
    /// What one tenant takes up; a counter, so that asking does not cost the size of the store.
    public func usage(of tenant: TenantID) async throws -> TenantUsage {
        try await client.query(
            "select documents, held_reason, held_since, is_full from tenant_usage where tenant = \(tenant.name)"
        ).first.map(TenantUsage.init(row:)) ?? .none
    }

    /// Every tenant whose reading is held, by name.
    public func heldReadings() async throws -> [String: TenantUsage] {
        let rows = try await client.query(
            """
            select u.tenant, documents, held_reason, held_since, is_full from tenant_usage u join tenants using (tenant)
            where held_reason is not null
            """
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.get("tenant"), try TenantUsage(row: $0)) }
        )
    }

    /// Remembers why a tenant's store is not read on; nil once it is.
    public func holdReading(of tenant: TenantID, for reason: String?, isFull: Bool = false) async throws {
        _ = try await client.query(
            """
            insert into tenant_usage (tenant, held_reason, held_since, is_full)
            values (\(tenant.name), \(reason), case when \(reason)::text is not null then now() end, \(isFull))
            on conflict (tenant) do update set held_reason = excluded.held_reason, is_full = excluded.is_full,
                held_since = case when excluded.held_reason is not null
                    then coalesce(tenant_usage.held_since, excluded.held_since) end
            where tenant_usage.held_reason is distinct from excluded.held_reason
            """
        )
    }
}

extension TenantUsage {
    init(row: PostgresRow) throws {
        self.init(
            documents: try row.get("documents"),
            heldReason: try row.get("held_reason"),
            heldSince: try row.get("held_since"),
            isFull: try row.get("is_full")
        )
    }
}
