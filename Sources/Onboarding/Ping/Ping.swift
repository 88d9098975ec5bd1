public import Foundation
public import HTTPClient
public import Polling
public import Posting
public import Storage
public import Tenancy

/// Looks whether a tenant's two systems are as its file says: reads only, and one refused sign-in at most.
///
/// A store is asked as the tenant's limits allow; of Sage 300 one company after the other, with a few reads at once.
/// A refused sign-in to Sage 300 is recorded and not tried again; one that works is recorded, too, so that workers may
/// use it.
public struct Ping: Sendable {
    private let database: Database
    private let stores: StoreAccess
    private let ledgers: SageAccess
    private let http: HTTPClient

    /// A ping of systems that can be accessed.
    public init(database: Database, stores: StoreAccess, ledgers: SageAccess, http: HTTPClient) {
        self.database = database
        self.stores = stores
        self.ledgers = ledgers
        self.http = http
    }

    /// Every check of both systems: the store's, then Sage 300's, each in the sequence of the tenant file.
    /// - Parameters:
    ///   - now: the moment that open periods are asked for.
    ///   - progress: told of each check as soon as it is made.
    /// - Throws: `VaultError` for a credential that cannot be opened, or an error of the database.
    public func checks(
        of tenant: TenantConfiguration,
        now: Date = Date(),
        progress: @escaping PingProgress = { _ in }
    ) async throws -> [PingCheck] {
        let gate = try await ledgers.gate(of: tenant)
        let store = StorePing(tenant: tenant, stores: stores, progress: progress)
        let ledger = LedgerPing(
            tenant: tenant,
            gate: gate,
            database: database,
            http: http,
            now: now,
            progress: progress
        )
        async let ofStore = store.checks()
        async let ofLedger = ledger.checks()
        return try await ofStore + ofLedger
    }
}
