import Accounting
import AdobeCommerce
import Crypto
import Foundation
import Logging
import Publishing
import Storage
import Tenancy

/// One pass over a tenant's store: customers first, so that orders find them.
struct StoreRun {
    /// Rows may become visible this long after the moment they are stamped with, beyond the settling delay.
    private static let overlap: TimeInterval = 600

    let context: PollingContext
    let tenant: TenantConfiguration
    let run: RunRecord

    /// Reads and publishes what changed, or what a backfill asks for.
    func carryOut() async throws {
        let store = try await context.store(of: tenant)
        let views = try await store.storeViews()
        let observation = Observation(
            tenant: tenant,
            storeViews: Dictionary(views.map { ($0.id, $0.code) }, uniquingKeysWith: { first, _ in first })
        )
        tellUnknownViews(views)
        if run.cause == .backfill {
            try await backfill(store, observation)
        } else {
            let bound = store.serverTime.addingTimeInterval(-context.settle.seconds)
            try await follow(.customers, store, upTo: bound, observation.customer)
            try await follow(.orders, store, upTo: bound, observation.order)
        }
    }

    private enum Resource: String { case customers, orders }

    /// Reads changes behind the cursor, page by page: record, publish, mark with the cursor.
    private func follow(
        _ resource: Resource,
        _ store: AdobeClient,
        upTo bound: Date,
        _ observe: (ChangedRow) -> ObservedDocument
    ) async throws {
        let database = context.database
        let stored = try await database.cursor(of: tenant.tenant, resource: resource.rawValue)
        // The overlap reads a stretch again; unchanged rows are known by their hash and cost nothing more.
        var cursor =
            stored.map { Cursor(updatedAt: $0.updatedAt.addingTimeInterval(-Self.overlap)) } ?? .beginning
        while true {
            try Task.checkCancellation()
            let page: Page
            switch resource {
            case .orders:
                page = try await store.changedOrders(
                    after: cursor,
                    upTo: bound,
                    pageSize: tenant.adobe.pageSize
                )
            case .customers:
                page = try await store.changedCustomers(
                    after: cursor,
                    upTo: bound,
                    pageSize: tenant.adobe.pageSize
                )
            }
            let position = PollCursor(
                updatedAt: page.nextCursor.updatedAt,
                entityID: page.nextCursor.entityID
            )
            try await publish(page, observe, resource, cursor: page.rows.isEmpty ? nil : position)
            cursor = page.nextCursor
            if page.isLast { return }
        }
    }

    private func backfill(_ store: AdobeClient, _ observation: Observation) async throws {
        guard let from = run.from, let to = run.to else { return }
        let zones = tenant.companies.map(\.timeZone)
        let start = zones.map { from.start(in: $0) }.min() ?? from.start(in: .gmt)
        let end = zones.map { to.end(in: $0) }.max() ?? to.end(in: .gmt)
        for resource in [Resource.customers, .orders] {
            var last: Int64 = 0
            while true {
                try Task.checkCancellation()
                let size = tenant.adobe.pageSize
                let page =
                    resource == .orders
                    ? try await store.ordersCreated(from: start, to: end, after: last, pageSize: size)
                    : try await store.customersCreated(from: start, to: end, after: last, pageSize: size)
                let observe = resource == .orders ? observation.order : observation.customer
                try await publish(page, observe, resource, cursor: nil) { document in
                    isInRange(document, from: from, to: to)
                }
                last = page.nextCursor.entityID
                if page.isLast { break }
            }
        }
    }

    /// The days are each company's own.
    private func isInRange(_ document: ObservedDocument, from: CalendarDate, to: CalendarDate) -> Bool {
        let rules = document.key.company.flatMap { tenant.rules(of: $0) }
        let day = CalendarDate(document.createdAt, in: rules?.timeZone ?? .gmt)
        return from <= day && day <= to
    }

    private func publish(
        _ page: Page,
        _ observe: (ChangedRow) -> ObservedDocument,
        _ resource: Resource,
        cursor: PollCursor?,
        where isWanted: (ObservedDocument) -> Bool = { _ in true }
    ) async throws {
        for row in page.unreadable { try await bury(row, resource) }
        let observed = page.rows.map(observe).filter(isWanted)
        let documents = try await context.database.record(observed, run: run.id)
        try await context.publisher.publish(
            documents,
            run: run.id,
            cursor: cursor.map { (tenant.tenant, resource.rawValue, $0) }
        )
    }

    /// The cursor goes past a row that cannot be read: it is reported now.
    private func bury(_ row: UnreadableRow, _ resource: Resource) async throws {
        let name =
            row.entityID.map { "\(resource.rawValue) with entity_id \($0)" }
            ?? "one of the \(resource.rawValue)"
        context.logger.error("tenant \(tenant.tenant): \(name) cannot be read: \(row.failure.reason)")
        try await Burial(database: context.database, broker: context.broker).bury(
            stray: Array(name.utf8),
            queue: "mlc.\(tenant.tenant).-.\(resource == .orders ? "invoices" : "customers")",
            row.failure,
            id: death(of: row, resource)
        )
    }

    /// The overlap reads a row again in every run; one that has not changed is the same death.
    private func death(of row: UnreadableRow, _ resource: Resource) -> UUID {
        let parts = [
            tenant.tenant.name, resource.rawValue, row.entityID.map { String($0) } ?? "", row.failure.code,
            row.content,
        ]
        var bytes = Array(SHA256.hash(data: Data(parts.joined(separator: "\n").utf8)).prefix(16))
        // Version 8, made from what the program chose (RFC 9562, 5.8).
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return NSUUID(uuidBytes: bytes) as UUID
    }

    private func tellUnknownViews(_ views: [StoreView]) {
        let known = Set(views.map(\.code))
        for rules in tenant.companies {
            for view in rules.storeViews where !known.contains(view.code) {
                context.logger.warning(
                    "tenant \(tenant.tenant): the store has no view \"\(view.code)\", which \(rules.company) names"
                )
            }
        }
    }
}

extension CalendarDate {
    /// The instant the day is over.
    fileprivate func end(in zone: TimeZone) -> Date {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let begin = start(in: zone)
        return calendar.date(byAdding: .day, value: 1, to: begin) ?? begin.addingTimeInterval(86_400)
    }
}

extension Duration {
    /// Whole and fractional seconds; never used for money.
    var seconds: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
