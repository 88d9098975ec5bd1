public import Accounting
public import Foundation
import PostgresClient

/// A tenant file that was put in force once.
public struct TenantVersionRecord: Sendable {
    /// Counts the applied files, from 1.
    public let version: Int
    /// The file as JSON, secrets left out.
    public let configuration: String
    /// When it was applied first.
    public let appliedAt: Date
    /// Who applied it; empty for what an earlier release applied.
    public let appliedBy: String
    /// Why, where somebody said so.
    public let reason: String
    /// The version it brought back.
    public let restores: Int?

    init(row: PostgresRow) throws {
        version = try row.get("version")
        configuration = try row.get("configuration")
        appliedAt = try row.get("applied_at")
        appliedBy = try row.get("applied_by")
        reason = try row.get("reason")
        restores = try row.get("restores")
    }
}

/// A tenant as a list shows it.
public struct TenantSummary: Sendable {
    /// The tenant.
    public let tenant: TenantID
    /// Its name for people.
    public let name: String
    /// Counts the applied files, from 1.
    public let version: Int
    /// Paused by an operator.
    public let isPaused: Bool
    /// When the version was applied.
    public let appliedAt: Date
    /// Its companies in the file's order.
    public let companies: [String]
    /// When its store is read, for people; nil for a file that an earlier release applied.
    public let schedule: String?
    /// Since when it is being removed.
    public let removingSince: Date?
}

extension Database {
    /// Every version of a tenant's file, oldest first.
    public func versions(of tenant: TenantID) async throws -> [TenantVersionRecord] {
        try await client.query(
            "select * from tenant_versions where tenant = \(tenant.name) order by version"
        ).map(TenantVersionRecord.init(row:))
    }

    /// One version of a tenant's file, if there was such a one.
    public func version(_ version: Int, of tenant: TenantID) async throws -> TenantVersionRecord? {
        try await client.query(
            "select * from tenant_versions where tenant = \(tenant.name) and version = \(version)"
        ).first.map(TenantVersionRecord.init(row:))
    }

    /// Every tenant as a list shows it, by name: no file is read for it, so that a thousand cost little.
    public func tenantSummaries() async throws -> [TenantSummary] {
        try await client.query(
            """
            select t.tenant, t.name, t.version, t.paused, t.applied_at, t.schedule, t.removing_since, c.companies
            from tenants t
            left join (select tenant, array_agg(company order by position) as companies from companies group by tenant) c
                using (tenant)
            order by t.tenant
            """
        ).map { row in
            guard let tenant = TenantID(try row.get("tenant")) else {
                throw StorageError("tenants: bad tenant name")
            }
            let schedule: String = try row.get("schedule")
            return TenantSummary(
                tenant: tenant,
                name: try row.get("name"),
                version: try row.get("version"),
                isPaused: try row.get("paused"),
                appliedAt: try row.get("applied_at"),
                companies: try row.get("companies", as: [String]?.self) ?? [],
                schedule: schedule.isEmpty ? nil : schedule,
                removingSince: try row.get("removing_since")
            )
        }
    }

    /// The files in force of other tenants that write into companies of one Sage 300 server.
    public func tenants(
        besides tenant: TenantID,
        writingTo companies: [CompanyID],
        at sageAddress: String
    ) async throws -> [TenantRecord] {
        try await client.query(
            """
            select * from tenants t where t.sage_address = \(sageAddress) and t.tenant <> \(tenant.name)
                and exists (select 1 from companies c where c.tenant = t.tenant
                    and c.company = any(\(companies.map(\.name))::text[]))
            order by t.tenant limit 50
            """
        ).map(TenantRecord.init(row:))
    }
}

extension Database {
    /// The keyed hashes of a tenant's secrets by their fields: equal ones are of the same secret.
    public func secretFingerprints(of tenant: TenantID) async throws -> [String: String?] {
        let rows = try await client.query(
            "select field, fingerprint from credentials where tenant = \(tenant.name)"
        )
        var fingerprints: [String: String?] = [:]
        for row in rows {
            fingerprints.updateValue(try row.get("fingerprint"), forKey: try row.get("field"))
        }
        return fingerprints
    }
}
