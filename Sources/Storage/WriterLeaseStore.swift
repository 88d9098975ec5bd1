public import Accounting
public import Foundation
import PostgresClient

/// A company of one Sage 300 server: what a lease, a pause and a probe are about. Two tenants may share one.
public struct SageCompany: Sendable, Hashable, CustomStringConvertible {
    /// Normalised address of the Web API.
    public let address: String
    /// The company.
    public let company: CompanyID

    /// A company on a server.
    public init(address: String, company: CompanyID) {
        self.address = address
        self.company = company
    }

    /// The company's name.
    public var description: String { company.name }
}

/// The right to write to a company, until it expires. The fence grows at every change of hands: a holder that
/// froze and wakes late is found by its old fence.
public struct WriterLease: Sendable, Hashable {
    /// Of which company.
    public let target: SageCompany
    /// Who holds it.
    public let owner: UUID
    /// Number of this holding.
    public let fence: Int64
}

extension Database {
    /// Takes the lease if nobody holds it; nil otherwise.
    public func takeLease(_ target: SageCompany, owner: UUID, for duration: Duration) async throws
        -> WriterLease?
    {
        try await client.query(
            """
            insert into writer_leases as l (sage_address, company, owner, fence, expires_at)
            values (\(target.address), \(target.company.name), \(owner), 1, now() + \(duration.secondsText)::interval)
            on conflict (sage_address, company) do update
                set owner = excluded.owner, fence = l.fence + 1, expires_at = excluded.expires_at
                where l.expires_at <= now()
            returning fence
            """
        ).first.map { WriterLease(target: target, owner: owner, fence: try $0.get("fence")) }
    }

    /// Prolongs a lease; false when it has been taken over or given back.
    public func renew(_ lease: WriterLease, for duration: Duration) async throws -> Bool {
        try await client.query(
            """
            update writer_leases set expires_at = now() + \(duration.secondsText)::interval
            where sage_address = \(lease.target.address) and company = \(lease.target.company.name)
                and fence = \(lease.fence) and expires_at > '-infinity'
            """
        ).affectedRows == 1
    }

    /// Gives a lease back; without effect when it has been taken over.
    public func release(_ lease: WriterLease) async throws {
        _ = try await client.query(
            """
            update writer_leases set expires_at = '-infinity'
            where sage_address = \(lease.target.address) and company = \(lease.target.company.name)
                and fence = \(lease.fence)
            """
        )
    }

    /// Asks whether the lease is still the holder's, right before something that cannot be undone.
    /// - Throws: `LeaseLost` when it has been taken over.
    public func confirm(_ lease: WriterLease) async throws {
        try await client.transaction { try await check(lease, in: $0) }
    }

    /// Fails the transaction unless the lease is still the holder's, and keeps it so until the end of it.
    func check(_ lease: WriterLease, in transaction: PostgresTransaction) async throws {
        let rows = try await transaction.query(
            """
            select 1 as held from writer_leases
            where sage_address = \(lease.target.address) and company = \(lease.target.company.name)
                and fence = \(lease.fence) and expires_at > '-infinity' for update
            """
        )
        guard !rows.isEmpty else { throw LeaseLost(target: lease.target) }
    }
}

/// Another worker has taken over the company: whatever this one was doing is that one's now.
public struct LeaseLost: Error, Sendable, CustomStringConvertible {
    /// Of which company.
    public let target: SageCompany
    /// One sentence.
    public var description: String { "Another worker writes to \(target) now." }

    /// For a holder that sees by its own clock that the lease has run out.
    public init(target: SageCompany) { self.target = target }
}
