import Accounting
import AdobeCommerce
import Foundation
import HTTPClient
public import Storage
public import Tenancy

/// Looks a number up that no document has: asks the store, and compares with how far it has been read.
public struct UnseenDocuments: Sendable {
    /// Somebody is waiting for the answer.
    private static let patience = HTTPTimeouts(
        connect: .seconds(5),
        firstByte: .seconds(15),
        total: .seconds(20)
    )

    private let database: Database
    private let stores: StoreAccess?
    private let settle: Duration

    /// A look.
    /// - Parameters:
    ///   - stores: nil where there is nothing to open credentials with: the store is not asked then.
    ///   - settle: how far behind the store's clock the cursor stays.
    public init(database: Database, stores: StoreAccess?, settle: Duration) {
        self.database = database
        self.stores = stores
        self.settle = settle
    }

    /// The gate at which a number stands. Reads the store, with a handful of requests, writes nothing.
    /// - Parameter number: the store's, or Sage 300's with the tenant's prefix.
    /// - Throws: an error of the database.
    public func find(_ number: String, of tenant: TenantConfiguration) async throws -> UnseenDocument? {
        guard let state = try await database.pollStates().first(where: { $0.tenant == tenant.tenant }) else {
            return nil
        }
        let facts = UnseenFacts(number: number, tenant: tenant, state: state, settle: settle, now: Date())
        guard let stores else {
            return facts.silent("there is no CREDENTIAL_KEY_FILE here that can be read.")
        }
        let sight: Sight
        do { sight = try await look(for: number, of: tenant, in: stores) } catch let error as AdobeError {
            return facts.silent("\(error.sentence) \(error.nextStep)")
        } catch let error as VaultError {
            return facts.silent("\(error)")
        }
        switch sight {
        case .nothing: return facts.notInStore
        case .unreadable(let resource, let failure): return facts.unreadable(resource, failure)
        case .document(let sighting):
            let cursor = try await database.cursor(of: tenant.tenant, resource: sighting.resource.rawValue)
            return facts.place(sighting, cursor: cursor)
        }
    }

    private enum Sight {
        case nothing
        case unreadable(DocumentResource, Failure)
        case document(UnseenFacts.Sighting)
    }

    private func look(
        for number: String,
        of tenant: TenantConfiguration,
        in stores: StoreAccess
    ) async throws -> Sight {
        let store = try await stores.client(of: tenant) { configuration in
            configuration.timeouts = Self.patience
            configuration.retry = .init(maximumTries: 1)
        }
        let numbers =
            [number] + tenant.companies.flatMap { DocumentNumbering($0).storeNumbers(behind: number) }
        for resource in [DocumentResource.orders, .invoices, .creditMemos, .shipments, .customers] {
            let found = try await find(numbers, of: resource, in: store)
            if let row = found?.rows.first {
                return .document(
                    UnseenFacts.Sighting(
                        resource: resource,
                        createdAt: row.createdAt,
                        updatedAt: row.updatedAt,
                        storeTime: store.serverTime
                    )
                )
            }
            if let row = found?.unreadable.first { return .unreadable(resource, row.failure) }
        }
        return .nothing
    }

    /// Nothing of a kind that the integration may not read.
    private func find(
        _ numbers: [String],
        of resource: DocumentResource,
        in store: AdobeClient
    ) async throws(AdobeError) -> FoundDocuments? {
        do throws(AdobeError) {
            return try await store.find(resource, numbered: numbers)
        } catch {
            guard error.failureClass == .rights else { throw error }
            return nil
        }
    }
}
