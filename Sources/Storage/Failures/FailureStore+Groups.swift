public import Accounting
public import Foundation
import PostgresClient

/// Failures of one cause.
public struct FailureGroup: Sendable {
    /// Its identity.
    public let group: String
    /// Class of failure.
    public let failureClass: FailureClass
    /// What happened to the newest of them.
    public let reason: String
    /// Who does what next.
    public let nextStep: String
    /// How many are open.
    public let count: Int
    /// Their total, where they share a currency.
    public let amount: Decimal?
    /// That currency.
    public let currency: String?
    /// The oldest.
    public let firstAt: Date
    /// The newest.
    public let lastAt: Date
    /// Whose.
    public let tenants: [String]
}

extension Database {
    /// Open failures by cause, the most frequent first. Counted in the index alone, by tenant and currency first, so that
    /// the many are read once and sorted never; then the words of the newest of each group.
    public func failureGroups(_ filter: FailureFilter = .all) async throws -> [FailureGroup] {
        try await client.query(
            """
            with parts as (
                select f.group_id, f.class, f.tenant, f.currency, count(*) as count, sum(f.amount) as amount,
                    min(f.failed_at) as first_at, max(f.failed_at) as last_at
                from failures f where f.resolution is null and \(filter.conditions)
                group by f.group_id, f.class, f.tenant, f.currency
            ), groups as (
                select group_id, min(class) as class, sum(count)::bigint as count, min(first_at) as first_at,
                    max(last_at) as last_at, case when min(currency) = max(currency) then sum(amount) end as amount,
                    case when min(currency) = max(currency) then min(currency) end as currency,
                    array_remove(array_agg(distinct tenant), null) as tenants
                from parts group by group_id
            )
            select g.*, n.reason, n.next_step from groups g
            cross join lateral (
                select f.reason, f.next_step from failures f where f.group_id = g.group_id and f.resolution is null
                    and \(filter.conditions)
                order by f.id desc limit 1) n
            order by g.count desc, g.group_id
            """
        ).map { row in
            FailureGroup(
                group: try row.get("group_id"),
                failureClass: FailureClass(rawValue: try row.get("class")) ?? .document,
                reason: try row.get("reason"),
                nextStep: try row.get("next_step"),
                count: try row.get("count"),
                amount: try row.get("amount"),
                currency: try row.get("currency"),
                firstAt: try row.get("first_at"),
                lastAt: try row.get("last_at"),
                tenants: try row.get("tenants")
            )
        }
    }
}
