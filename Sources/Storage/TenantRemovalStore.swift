public import Accounting
import ExactJSON
public import Foundation
import PostgresClient

/// What stands in the way of a tenant's removal, or is left in Sage 300 by it.
public struct TenantStanding: Sendable {
    /// Documents by state.
    public let states: [DocumentState: Int]
    /// Companies with the numbers of Open batches that hold documents of the tenant.
    public let openBatches: [(company: String, batch: Int64, documents: Int)]
    /// Tokens that begin the descriptions of batches whose fate is not known.
    public let doubtfulTokens: [String]
    /// When the last of them is due to be looked up.
    public let doubtUntil: Date?
    /// Tokens that begin the descriptions of batches of which a late twin may still turn up in Sage 300.
    public let twinTokens: [String]
    /// When the last of them is safe from that; nil without any.
    public let twinsUntil: Date?
    /// Companies with the numbers of error batches in which entries of the tenant are stuck.
    public let stuckBatches: [(company: String, batch: Int64, documents: Int)]

    /// Documents that are being written, or were and nobody knows.
    public var underWay: Int { (states[.posting] ?? 0) + (states[.inDoubt] ?? 0) }
}

/// What a removal has erased so far, by the name of the thing.
public struct RemovalCounts: Sendable, Hashable {
    /// In the order in which it was done.
    public private(set) var counts: [(name: String, count: Int)] = []

    /// Nothing yet.
    public init() {}

    /// Adds to a count.
    public mutating func add(_ name: String, _ count: Int) {
        if let place = counts.firstIndex(where: { $0.name == name }) {
            counts[place].count += count
        } else {
            counts.append((name, count))
        }
    }

    /// A count; 0 where nothing of the name was done.
    public subscript(name: String) -> Int { counts.first { $0.name == name }?.count ?? 0 }

    /// Equal in names, counts and order.
    public static func == (left: RemovalCounts, right: RemovalCounts) -> Bool {
        left.counts.elementsEqual(right.counts) { $0 == $1 }
    }

    /// As `==`.
    public func hash(into hasher: inout Hasher) {
        for (name, count) in counts {
            hasher.combine(name)
            hasher.combine(count)
        }
    }
}

/// A tenant that was removed.
public struct RemovedTenant: Sendable {
    /// When.
    public let removedAt: Date
    /// By whom.
    public let removedBy: String
    /// Whether its audit was kept.
    public let isAuditKept: Bool
}

extension Database {
    /// Stops all work for a tenant, for its removal: from now on it is paused, and cannot be resumed or applied.
    /// - Returns: whether it was paused before, to be put back should the removal not go on; nil where the removal had begun.
    public func beginRemoval(of tenant: TenantID) async throws -> Bool? {
        try await client.transaction { transaction in
            let row = try await transaction.query(
                "select paused, removing_since from tenants where tenant = \(tenant.name) for update"
            ).first
            guard let row, try row.get("removing_since", as: Date?.self) == nil else { return nil }
            _ = try await transaction.query(
                "update tenants set paused = true, removing_since = now() where tenant = \(tenant.name)"
            )
            _ = try await transaction.query("select pg_notify('tenants', \(tenant.name))")
            return try row.get("paused")
        }
    }

    /// Takes a removal back that has erased nothing.
    public func abandonRemoval(of tenant: TenantID, isPaused: Bool) async throws {
        try await client.transaction { transaction in
            _ = try await transaction.query(
                """
                update tenants set paused = \(isPaused), removing_since = null
                where tenant = \(tenant.name) and erasing_since is null
                """
            )
            _ = try await transaction.query("select pg_notify('tenants', \(tenant.name))")
        }
    }

    /// From now on a removal is carried to its end: nothing is whole any more.
    /// - Returns: false where somebody has taken the removal back.
    public func beginErasing(_ tenant: TenantID) async throws -> Bool {
        try await client.query(
            """
            update tenants set erasing_since = coalesce(erasing_since, now())
            where tenant = \(tenant.name) and removing_since is not null
            """
        ).affectedRows == 1
    }

    /// Takes the beginning of the erasing back, before anything was erased.
    public func takeBackErasing(_ tenant: TenantID) async throws {
        _ = try await client.query("update tenants set erasing_since = null where tenant = \(tenant.name)")
    }

    /// Whether a removal has begun to erase.
    public func isErasing(_ tenant: TenantID) async throws -> Bool {
        try await client.query(
            "select erasing_since is not null as erasing from tenants where tenant = \(tenant.name)"
        ).first?.get("erasing") ?? false
    }

    /// Where a tenant's documents stand.
    public func standing(of tenant: TenantID) async throws -> TenantStanding {
        let name = tenant.name
        let twins = try await possibleTwins(of: name)
        let states = try await client.query(
            "select state, count(*) as count from documents where tenant = \(name) group by state"
        )
        let batches = try await client.query(
            """
            select company, sage_batch, count(*) as count from documents
            where tenant = \(name) and state = 'entered' and sage_batch is not null
            group by company, sage_batch order by company, sage_batch
            """
        )
        let claims = try await client.query(
            """
            select id, due_at from claims c where tenant = \(name) and finished_at is null and exists (
                select 1 from documents d where d.claim_id = c.id and d.state in ('posting', 'inDoubt'))
            order by id
            """
        )
        var counts: [DocumentState: Int] = [:]
        for row in states {
            if let state = DocumentState(rawValue: try row.get("state")) {
                counts[state] = try row.get("count")
            }
        }
        return TenantStanding(
            states: counts,
            openBatches: try batches.map {
                (try $0.get("company"), try $0.get("sage_batch"), try $0.get("count"))
            },
            doubtfulTokens: try claims.map { "MLC \(try $0.get("id", as: Int64.self))/" },
            doubtUntil: try claims.map { try $0.get("due_at", as: Date.self) }.max(),
            twinTokens: try twins.map { "MLC \(try $0.get("id", as: Int64.self))/" },
            twinsUntil: try twins.map { try $0.get("until", as: Date.self) }.max(),
            stuckBatches: try await stuckBatches(of: name)
        )
    }

    /// Ended claims whose answer was lost and of which a POST may arrive late: they are watched for a day.
    private func possibleTwins(of tenant: String) async throws -> PostgresResult {
        try await client.query(
            """
            select id, finished_at + interval '24 hours' as until from claims
            where tenant = \(tenant) and was_in_doubt and finished_at > now() - interval '24 hours'
                and (try > 1 or batch is null)
            order by id
            """
        )
    }

    private func stuckBatches(of tenant: String) async throws -> [(
        company: String, batch: Int64, documents: Int
    )] {
        try await client.query(
            """
            select company, stuck_batch, count(*) as count from documents
            where tenant = \(tenant) and stuck_batch is not null
            group by company, stuck_batch order by company, stuck_batch
            """
        ).map { (try $0.get("company"), try $0.get("stuck_batch"), try $0.get("count")) }
    }

    /// Every company that any version of a tenant's file named, or a document of it has.
    public func companiesEver(of tenant: TenantID) async throws -> [CompanyID] {
        let versions = try await versions(of: tenant)
        var names = Set(
            try await client.query(
                """
                select company from companies where tenant = \(tenant.name)
                union select company from (
                    with recursive names as (
                        (select company from documents where tenant = \(tenant.name) order by company limit 1)
                        union all select (select d.company from documents d where d.tenant = \(tenant.name)
                            and d.company > names.company order by d.company limit 1) from names
                        where names.company is not null)
                    select company from names where company is not null) d
                """
            ).map { try $0.get("company", as: String.self) }
        )
        for version in versions {
            guard let companies = (try? JSON(parsing: version.configuration))?["companies"]?.array else {
                continue
            }
            names.formUnion(companies.compactMap { $0["company"]?.string })
        }
        return names.sorted().compactMap { CompanyID($0) }
    }

    /// The latest removal of a tenant of this name.
    public func removal(of tenant: TenantID) async throws -> RemovedTenant? {
        try await client.query(
            """
            select removed_at, removed_by, audit from removed_tenants
            where tenant = \(tenant.name) order by id desc limit 1
            """
        ).first.map { row in
            RemovedTenant(
                removedAt: try row.get("removed_at"),
                removedBy: try row.get("removed_by"),
                isAuditKept: try row.get("audit", as: String.self) == "kept"
            )
        }
    }
}
