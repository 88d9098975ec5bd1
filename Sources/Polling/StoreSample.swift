public import Accounting
import AdobeCommerce
import Foundation
public import Storage
public import Tenancy

/// The newest documents of a store, as the poller would record them, without recording anything.
public struct StoreSample: Sendable {
    private let stores: StoreAccess

    /// A sample of the stores that can be accessed.
    public init(stores: StoreAccess) { self.stores = stores }

    /// The newest orders, or Adobe's invoices where those are entered, and credit memos, of each at most `limit`; the
    /// newest first. Reads the store with a handful of requests.
    /// - Parameter since: leaves out what was created before, by the calendar of the tenant's companies.
    /// - Returns: the documents, and those that cannot be read.
    /// - Throws: `AdobeError`, `VaultError`, or an error of the database.
    public func newest(
        of tenant: TenantConfiguration,
        since: CalendarDate?,
        limit: Int
    ) async throws -> (documents: [ObservedDocument], unreadable: [Failure]) {
        let store = try await stores.clientForPeople(of: tenant)
        let observation = Observation(tenant: tenant, storeViews: try await store.storeViews())
        let createdFrom = since.flatMap { day in tenant.companies.map { day.start(in: $0.timeZone) }.min() }
        var documents: [ObservedDocument] = []
        var unreadable: [Failure] = []
        func read(_ resource: DocumentResource) async throws -> [ChangedRow] {
            let page = try await store.newest(resource, createdFrom: createdFrom, count: limit)
            unreadable += page.unreadable.map(\.failure)
            return page.rows.reversed()
        }
        let triggers = Set(tenant.companies.map(\.invoiceOn))
        if triggers.contains(.order) {
            for row in try await read(.orders) {
                let order = observation.order(row, at: store.serverTime)
                let company = order.key.company.flatMap { tenant.rules(of: $0) }
                if company?.invoiceOn != .invoice { documents.append(order) }
            }
        }
        for resource in [DocumentResource.invoices, .creditMemos] {
            if resource == .invoices, !triggers.contains(.invoice) { continue }
            let rows = try await read(resource).filter { observation.needsOrder($0, of: resource) }
            let found = try await store.lookUp(.orders, ids: rows.compactMap(\.orderID))
            let orders = Dictionary(
                found.rows.map { ($0.entityID, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            documents += rows.map { row in
                let order = row.orderID.flatMap { orders[$0] }
                return observation.part(
                    row,
                    of: resource,
                    order: order.map { .found($0) } ?? .missing,
                    at: store.serverTime
                )
            }
        }
        return (documents, unreadable)
    }
}
