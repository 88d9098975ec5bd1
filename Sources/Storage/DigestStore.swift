public import Accounting
public import Foundation
import PostgresClient

/// How many documents there are of a company, and what they come to.
public struct DocumentSum: Sendable, Hashable {
    /// Which company's; "" for documents of none.
    public let company: String
    /// Nil: of several kinds.
    public let kind: DocumentKind?
    /// Where they are.
    public let state: DocumentState
    /// How many.
    public let count: Int
    /// ISO code; nil where they have no amount.
    public let currency: String?
    /// The exact sum of their totals.
    public let amount: Decimal

    /// A sum from its parts.
    public init(
        company: String,
        kind: DocumentKind? = nil,
        state: DocumentState,
        count: Int,
        currency: String?,
        amount: Decimal
    ) {
        self.company = company
        self.kind = kind
        self.state = state
        self.count = count
        self.currency = currency
        self.amount = amount
    }
}

extension Database {
    /// What was posted after one time and up to another, by company, kind and currency. Customers are not counted.
    public func postedSums(of tenant: TenantID, after from: Date, to: Date) async throws -> [DocumentSum] {
        try await client.query(
            """
            select company, kind, state, currency, count(*) as count, coalesce(sum(amount), 0) as amount
            from documents where tenant = \(tenant.name) and posted_at > \(from) and posted_at <= \(to)
                and state = 'posted' and kind <> 'customer'
            group by company, kind, state, currency order by company, kind, currency
            """
        ).compactMap(DocumentSum.init(row:))
    }

    /// What is not posted yet, by company, state and currency. Customers are not counted.
    public func openSums(of tenant: TenantID) async throws -> [DocumentSum] {
        let documents: PostgresQuery =
            "select company, null as kind, state, currency, amount from documents where tenant = \(tenant.name)"
        return try await client.query(
            """
            select company, kind, state, currency, count(*) as count, coalesce(sum(amount), 0) as amount from (
                \(documents) and kind <> 'customer' and state in ('waiting', 'posting', 'inDoubt', 'held')
                union all \(documents) and kind <> 'customer' and state = 'entered'
                union all \(documents) and kind <> 'customer' and state = 'dead') d
            group by company, kind, state, currency order by company, state, currency
            """
        ).compactMap(DocumentSum.init(row:))
    }

    /// How many documents died after a time and are dead still.
    public func diedCount(of tenant: TenantID, after from: Date) async throws -> Int {
        try await client.query(
            """
            select count(*) as count from documents
            where tenant = \(tenant.name) and state = 'dead' and state_since > \(from) and kind <> 'customer'
            """
        ).first?.get("count") ?? 0
    }

    /// Since when the longest-waiting document of a tenant has waited.
    public func oldestWaiting(of tenant: TenantID) async throws -> Date? {
        try await client.query(
            "select min(state_since) as since from documents where tenant = \(tenant.name) and state = 'waiting'"
        ).first?.get("since")
    }

    /// For how many seconds each company of a tenant was paused between two times.
    public func pausedSeconds(of tenant: TenantID, from: Date, to: Date) async throws -> [String: Int] {
        var seconds: [String: Int] = [:]
        for row in try await client.query(
            """
            select p.company, sum(extract(epoch from least(coalesce(p.ended_at, \(to)), \(to))
                - greatest(p.paused_at, \(from))))::bigint as seconds
            from company_pauses p join tenants t on t.sage_address = p.sage_address
            join companies c on c.tenant = t.tenant and c.company = p.company
            where t.tenant = \(tenant.name) and p.paused_at < \(to) and coalesce(p.ended_at, \(to)) > \(from)
            group by p.company
            """
        ) { seconds[try row.get("company")] = try row.get("seconds", as: Int.self) }
        return seconds
    }

    /// Up to when each tenant's digest has told.
    public func digestsTold() async throws -> [String: Date] {
        var told: [String: Date] = [:]
        for row in try await client.query("select tenant, told_until from alert_digests") {
            told[try row.get("tenant")] = try row.get("told_until", as: Date.self)
        }
        return told
    }

    /// Remembers up to when a tenant's digest has told, with the digest to be sent; once, whoever else does it.
    /// - Parameter former: what `digestsTold` said.
    public func tellDigest(
        of tenant: TenantID,
        from former: Date?,
        until: Date,
        _ notice: (scope: String, notice: AlertNotice)?,
        at now: Date
    ) async throws {
        try await client.transaction { transaction in
            let written = try await transaction.query(
                """
                insert into alert_digests as d (tenant, told_until) values (\(tenant.name), \(until))
                on conflict (tenant) do update set told_until = excluded.told_until
                    where d.told_until = \(former)::timestamptz
                """
            )
            guard written.affectedRows == 1, let notice else { return }
            try await Self.write(notice.notice, scope: notice.scope, at: now, in: transaction)
        }
    }

    /// Forgets pauses that no digest tells of any more.
    public func forgetPauses(before: Date) async throws {
        _ = try await client.query("delete from company_pauses where ended_at < \(before)")
    }
}

extension DocumentSum {
    fileprivate init?(row: PostgresRow) throws {
        guard let state = DocumentState(rawValue: try row.get("state")) else { return nil }
        self.init(
            company: try row.get("company"),
            kind: try row.get("kind", as: String?.self).flatMap(DocumentKind.init(rawValue:)),
            state: state,
            count: try row.get("count"),
            currency: try row.get("currency"),
            amount: try row.get("amount")
        )
    }
}
