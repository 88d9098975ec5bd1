public import Accounting
public import Foundation
import PostgresClient

/// Something in Sage 300 that only a person can put right.
public struct LedgerFinding: Sendable {
    /// What it is.
    public enum Kind: String, Sendable {
        /// An Open batch with a token of ours that nobody knows.
        case orphan
        /// A late copy of a batch, which could not be emptied.
        case twin
        /// A batch whose posting has died.
        case stuckPosting
    }

    /// Of which company.
    public let target: SageCompany
    /// The batch.
    public let batch: Int64
    /// What it is.
    public let kind: Kind
    /// What was found and what a person does about it.
    public let detail: String
    /// When it was found first.
    public let foundAt: Date
}

extension Database {
    /// Remembers something that a person has to put right.
    /// - Returns: true the first time it is told.
    public func find(_ kind: LedgerFinding.Kind, _ batch: Int64, of target: SageCompany, detail: String)
        async throws -> Bool
    {
        try await client.query(
            """
            insert into ledger_findings (sage_address, company, batch, kind, detail)
            values (\(target.address), \(target.company.name), \(batch), \(kind.rawValue), \(detail))
            on conflict do nothing returning 1 as told
            """
        ).isEmpty == false
    }

    /// What was found of a kind has gone, but for these batches.
    public func forgetFindings(
        _ kind: LedgerFinding.Kind,
        of target: SageCompany,
        except batches: [Int64]
    ) async throws {
        _ = try await client.query(
            """
            delete from ledger_findings where sage_address = \(target.address)
                and company = \(target.company.name) and kind = \(kind.rawValue)
                and not batch = any(\(batches)::bigint[])
            """
        )
    }

    /// A finding about one batch has been settled.
    public func forgetFinding(_ kind: LedgerFinding.Kind, _ batch: Int64, of target: SageCompany)
        async throws
    {
        _ = try await client.query(
            """
            delete from ledger_findings where sage_address = \(target.address)
                and company = \(target.company.name) and kind = \(kind.rawValue) and batch = \(batch)
            """
        )
    }

    /// What a person has to put right in the companies of a tenant, or of all; the oldest first.
    public func findings(of tenant: TenantID? = nil) async throws -> [LedgerFinding] {
        try await client.query(
            """
            select distinct f.* from ledger_findings f
            join tenants t on t.sage_address = f.sage_address join companies c using (tenant, company)
            where \(tenant?.name)::text is null or t.tenant = \(tenant?.name)
            order by f.found_at, f.batch
            """
        ).compactMap { row in
            guard let company = CompanyID(try row.get("company")),
                let kind = LedgerFinding.Kind(rawValue: try row.get("kind"))
            else { return nil }
            return LedgerFinding(
                target: SageCompany(address: try row.get("sage_address"), company: company),
                batch: try row.get("batch"),
                kind: kind,
                detail: try row.get("detail"),
                foundAt: try row.get("found_at")
            )
        }
    }

    /// Takes the turn to look through a company's Open batches; false when it is not due.
    public func takeBatchSweep(_ target: SageCompany, every interval: Duration) async throws -> Bool {
        try await client.query(
            """
            insert into batch_sweeps as s (sage_address, company, next_at)
            values (\(target.address), \(target.company.name), now() + \(interval.secondsText)::interval)
            on conflict (sage_address, company) do update set next_at = excluded.next_at where s.next_at <= now()
            """
        ).affectedRows == 1
    }

    /// The companies whose Open batches are due to be looked through once more.
    public func companiesToSweep() async throws -> [SageCompany] {
        try await client.query("select sage_address, company from batch_sweeps where next_at <= now()")
            .compactMap { row in
                guard let company = CompanyID(try row.get("company")) else { return nil }
                return SageCompany(address: try row.get("sage_address"), company: company)
            }
    }

    /// Which of these claims are known here, each with the batch it counts by; nil: it has none, or not yet.
    public func claimBatches(_ claims: [Int64], of target: SageCompany) async throws -> [Int64: Int64?] {
        let rows = try await client.query(
            """
            select id, batch from claims where id = any(\(claims)::bigint[])
                and sage_address = \(target.address) and company = \(target.company.name)
            """
        )
        var known: [Int64: Int64?] = [:]
        for row in rows { known[try row.get("id")] = .some(try row.get("batch", as: Int64?.self)) }
        return known
    }
}
