public import Accounting
public import Foundation
public import Storage

/// Reads what a digest says from the database.
public struct DigestWriter: Sendable {
    private let database: Database

    /// A writer over a database.
    public init(database: Database) { self.database = database }

    /// A tenant's figures: what was posted in a time, and what is open now.
    public func digest(of tenant: TenantID, name: String, from: Date, to: Date) async throws -> Digest {
        Digest(
            tenant: tenant,
            name: name,
            from: from,
            to: to,
            posted: try await database.postedSums(of: tenant, after: from, to: to),
            open: try await database.openSums(of: tenant),
            newDead: try await database.diedCount(of: tenant, after: from),
            oldest: try await database.oldestWaiting(of: tenant),
            pausedSeconds: try await database.pausedSeconds(of: tenant, from: from, to: to)
        )
    }
}
