public import Foundation
import PostgresClient

/// Failures of one cause, counted cheaply: those nobody has resolved, whether or not their documents are still dead.
public struct GroupCount: Sendable, Hashable {
    /// Whose; nil for messages that name nobody.
    public let tenant: String?
    /// The cause.
    public let group: String
    /// At least as many as are open.
    public let count: Int

    /// A count from its parts.
    public init(tenant: String?, group: String, count: Int) {
        self.tenant = tenant
        self.group = group
        self.count = count
    }
}

/// An amount in one currency.
public struct CurrencySum: Sendable, Hashable {
    /// ISO code.
    public let currency: String
    /// The exact sum.
    public let amount: Decimal

    /// A sum from its parts.
    public init(currency: String, amount: Decimal) {
        self.currency = currency
        self.amount = amount
    }
}

/// The open failures of one cause, counted exactly.
public struct OpenGroup: Sendable, Hashable {
    /// The cause.
    public var group: String
    /// Whose they are.
    public var tenants: Set<String> = []
    /// In which companies.
    public var companies: Set<String> = []
    /// How many.
    public var count = 0
    /// Their totals, by currency.
    public var amounts: [CurrencySum] = []
    /// Whether a ledger may be wrong because of one.
    public var moneyAtRisk = false
    /// When the oldest died.
    public var firstAt: Date
    /// What happened to the newest.
    public var reason = ""
    /// Who does what next.
    public var nextStep = ""
    fileprivate var newest: Int64 = 0

    /// None yet.
    public init(group: String, firstAt: Date) {
        self.group = group
        self.firstAt = firstAt
    }
}

/// Open failures that have lain for long.
public struct UnattendedFailures: Sendable, Hashable {
    /// How many.
    public var count = 0
    /// Their totals, by currency.
    public var amounts: [CurrencySum] = []
    /// When the oldest died.
    public var since: Date
}

extension Database {
    /// Grows with every failure that is taken in.
    public func newestFailure() async throws -> Int64 {
        try await client.query("select coalesce(max(id), 0) as newest from failures").first?.get("newest")
            ?? 0
    }

    /// Failures that nobody has resolved, by tenant and cause: from the index alone.
    public func unresolvedGroups() async throws -> [GroupCount] {
        try await client.query(
            """
            select tenant, group_id, count(*) as count from failures where resolution is null
            group by tenant, group_id
            """
        ).map { row in
            GroupCount(
                tenant: try row.get("tenant"),
                group: try row.get("group_id"),
                count: try row.get("count")
            )
        }
    }

    /// The open failures of some causes of a tenant, or of all tenants; causes without one are left out.
    public func openGroups(_ groups: [String], of tenant: String?) async throws -> [OpenGroup] {
        guard !groups.isEmpty else { return [] }
        let owner: PostgresQuery = tenant.map { "f.tenant = \($0) and" } ?? ""
        let rows = try await client.query(
            """
            select f.group_id, f.currency, count(*) as count, sum(f.amount) as amount, min(f.failed_at) as first_at,
                max(f.id) as newest, bool_or(f.at_risk) as at_risk,
                array_remove(array_agg(distinct f.tenant), null) as tenants,
                array_remove(array_agg(distinct f.company), null) as companies
            from failures f where \(owner) f.group_id = any(\(groups)::text[]) and f.resolution is null
            group by f.group_id, f.currency order by f.group_id, f.currency
            """
        )
        var found: [String: OpenGroup] = [:]
        for row in rows {
            let name: String = try row.get("group_id")
            let first: Date = try row.get("first_at")
            var group = found[name] ?? OpenGroup(group: name, firstAt: first)
            try group.add(row, firstAt: first)
            found[name] = group
        }
        try await tellReasons(&found)
        return found.values.sorted { ($1.count, $0.group) < ($0.count, $1.group) }
    }

    /// Which of these causes have an open failure; a nil tenant stands for all of them.
    public func stillOpen(_ groups: [GroupCount]) async throws -> Set<GroupCount> {
        var open: Set<GroupCount> = []
        for isOwned in [true, false] {
            let asked = groups.filter { ($0.tenant != nil) == isOwned }
            guard !asked.isEmpty else { continue }
            let owner: PostgresQuery = isOwned ? "f.tenant = k.tenant and" : ""
            let rows = try await client.query(
                """
                select k.position from unnest(\(asked.map { $0.tenant ?? "" })::text[], \(asked.map(\.group))::text[])
                    with ordinality as k (tenant, group_id, position)
                where exists (select 1 from failures f where \(owner) f.group_id = k.group_id and f.resolution is null)
                """
            )
            for row in rows { open.insert(asked[try row.get("position", as: Int.self) - 1]) }
        }
        return open
    }

    private func tellReasons(_ groups: inout [String: OpenGroup]) async throws {
        let newest = groups.values.map(\.newest)
        for row in try await client.query(
            "select group_id, reason, next_step from failures where id = any(\(newest)::bigint[])"
        ) {
            let name: String = try row.get("group_id")
            groups[name]?.reason = try row.get("reason")
            groups[name]?.nextStep = try row.get("next_step")
        }
    }

    /// Open failures that died before a time, each tenant's own.
    public func unattendedFailures(before times: [String: Date]) async throws -> [String: UnattendedFailures]
    {
        let tenants = times.keys.sorted()
        let limits = tenants.map { times[$0] ?? .distantPast }
        let rows = try await client.query(
            """
            select k.tenant, f.currency, count(*) as count, sum(f.amount) as amount, min(f.failed_at) as since
            from unnest(\(tenants)::text[], \(limits)::timestamptz[]) as k (tenant, before)
            join failures f on f.tenant = k.tenant and f.failed_at < k.before
            where f.resolution is null group by k.tenant, f.currency order by k.tenant, f.currency
            """
        )
        var found: [String: UnattendedFailures] = [:]
        for row in rows {
            let tenant: String = try row.get("tenant")
            let since: Date = try row.get("since")
            var failures = found[tenant] ?? UnattendedFailures(since: since)
            failures.count += try row.get("count", as: Int.self)
            failures.since = min(failures.since, since)
            if let sum = try CurrencySum(row: row) { failures.amounts.append(sum) }
            found[tenant] = failures
        }
        return found
    }
}

extension CurrencySum {
    /// Nil where there is no amount.
    init?(row: PostgresRow) throws {
        guard let currency = try row.get("currency", as: String?.self),
            let amount = try row.get("amount", as: Decimal?.self)
        else { return nil }
        self.init(currency: currency, amount: amount)
    }
}

extension OpenGroup {
    fileprivate mutating func add(_ row: PostgresRow, firstAt first: Date) throws {
        count += try row.get("count", as: Int.self)
        firstAt = min(firstAt, first)
        newest = max(newest, try row.get("newest"))
        moneyAtRisk = try row.get("at_risk", as: Bool.self) || moneyAtRisk
        tenants.formUnion(try row.get("tenants", as: [String].self))
        companies.formUnion(try row.get("companies", as: [String].self))
        if let sum = try CurrencySum(row: row) { amounts.append(sum) }
    }
}
