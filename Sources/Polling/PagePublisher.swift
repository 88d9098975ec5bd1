import Accounting
import AdobeCommerce
import Foundation
import Logging
import Publishing
import Storage
import Tenancy

/// What happens to each page of a store: recorded, published, marked with the cursor; what cannot be read is
/// reported.
struct PagePublisher {
    let context: PollingContext
    let tenant: TenantConfiguration
    let store: AdobeClient
    let observation: Observation
    let run: RunRecord

    /// Publishes what is news of a page.
    /// - Parameters:
    ///   - cursor: where the cursor moves to once the page is published.
    ///   - isWanted: what else is left out.
    func publish(
        _ page: Page,
        of resource: DocumentResource,
        mark cursor: PollCursor? = nil,
        where isWanted: (ObservedDocument) -> Bool = { _ in true }
    ) async throws {
        let observedAt = page.serverTime ?? store.serverTime
        try await report(page.unreadable, resource)
        let documents: [ObservedDocument]
        switch resource {
        case .customers: documents = page.rows.map { observation.customer($0, at: observedAt) }
        case .orders: documents = page.rows.map { observation.order($0, at: observedAt) }
        case .invoices, .creditMemos, .shipments: documents = try await parts(page.rows, resource, observedAt)
        }
        let wanted = documents.filter(isWanted)
        let recorded = try await context.database.record(wanted, run: run.id)
        let cancelled = try await cancellations(page.rows, of: resource, among: wanted, observedAt)
        let alsoRecorded = try await context.database.record(cancelled, run: run.id)
        try await context.publisher.publish(
            recorded + alsoRecorded,
            run: run.id,
            cursor: cursor.map { (tenant.tenant, resource.rawValue, $0) }
        )
        PollingMetrics.published(page, of: resource, documents: recorded.count + alsoRecorded.count)
    }

    /// Documents that belong to orders, each with its order as it stands now. Orders are asked for only where
    /// something is news and a worker gets it.
    private func parts(
        _ rows: [ChangedRow],
        _ resource: DocumentResource,
        _ observedAt: Date
    ) async throws -> [ObservedDocument] {
        let expected = rows.map { observation.part($0, of: resource, order: .expected, at: observedAt) }
        let known = try await context.database.unchanged(expected)
        let news = zip(rows, expected).filter { !known.contains($0.1.key) }
        let orders = try await orders(of: news.map(\.0).filter { observation.needsOrder($0, of: resource) })
        let documents = news.map { row, expected in
            guard let order = orders.order(of: row) else { return expected }
            return observation.part(row, of: resource, order: order, at: observedAt)
        }
        // A new document of an order tells of changes that do not move the order itself (reference Adobe 2.7).
        return orders.found.values.map { observation.order($0, at: orders.askedAt) } + documents
    }

    /// What a page cancels of documents that are in the ledger, or on their way there.
    private func cancellations(
        _ rows: [ChangedRow],
        of resource: DocumentResource,
        among documents: [ObservedDocument],
        _ observedAt: Date
    ) async throws -> [ObservedDocument] {
        let found: [ObservedCancellation]
        switch resource {
        case .orders: found = rows.compactMap { observation.cancellation(of: $0, at: observedAt) }
        case .invoices:
            let byID = Dictionary(rows.map { ($0.entityID, $0) }, uniquingKeysWith: { first, _ in first })
            found = documents.filter { $0.key.kind == .invoice }.compactMap { document in
                byID[document.key.sourceID].flatMap { observation.cancellation(of: $0, observed: document) }
            }
        case .customers, .creditMemos, .shipments: return []
        }
        guard !found.isEmpty else { return [] }
        let records = try await context.database.documents(found.map(\.original))
        return found.filter { cancellation in
            guard let original = records[cancellation.original] else { return false }
            return original.isToBeCredited(whole: cancellation.isWhole)
        }.map(\.document)
    }

    private func orders(of rows: [ChangedRow]) async throws -> ParentOrders {
        let ids = Set(rows.compactMap(\.orderID)).sorted()
        let askedAt = store.serverTime
        guard !ids.isEmpty else { return ParentOrders(found: [:], wanted: [], askedAt: askedAt) }
        let found = try await store.lookUp(.orders, ids: ids)
        try await report(found.unreadable, .orders)
        return ParentOrders(
            found: Dictionary(found.rows.map { ($0.entityID, $0) }, uniquingKeysWith: { first, _ in first }),
            wanted: Set(ids),
            askedAt: askedAt
        )
    }

    /// The cursor goes past rows that cannot be read: they are reported now.
    private func report(_ rows: [UnreadableRow], _ resource: DocumentResource) async throws {
        guard !rows.isEmpty else { return }
        for row in rows {
            try await UnreadableRowReport(context: context, tenant: tenant.tenant, resource: resource).bury(
                row
            )
        }
        try await context.database.countUnreadable(rows.count, ofRun: run.id)
    }
}

/// The orders that documents of a page belong to.
private struct ParentOrders {
    let found: [Int64: ChangedRow]
    let wanted: Set<Int64>
    let askedAt: Date

    /// Nil where it was not asked for.
    func order(of row: ChangedRow) -> Observation.ParentOrder? {
        guard let id = row.orderID, wanted.contains(id) else { return nil }
        return found[id].map { .found($0) } ?? .missing
    }
}

extension DocumentRecord {
    /// Whether what is cancelled of it has to be credited, now or once it is entered.
    fileprivate func isToBeCredited(whole: Bool) -> Bool {
        switch state {
        case .posting, .inDoubt, .entered, .posted: true
        case .waiting, .held, .dead: !whole
        case .skipped, .superseded: false
        }
    }
}
