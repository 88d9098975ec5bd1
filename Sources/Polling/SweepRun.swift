import Accounting
import AdobeCommerce
import Foundation
import Logging
import Storage
import Tenancy

/// Reads documents again by id, whether or not the store says that they changed: an order's address, a customer's,
/// a partial shipment move no `updated_at` (reference Adobe 2.7). Slow on purpose, and it goes on where it was.
struct SweepRun {
    /// Customers are few and old ones move: all of them, but not every day.
    private static let customersEvery: TimeInterval = 7 * 86_400 - 3600

    let context: PollingContext
    let tenant: TenantConfiguration
    let store: AdobeClient
    let publisher: PagePublisher
    let watch: RunWatch
    let run: RunRecord

    /// Reads and publishes what is news.
    func carryOut() async throws {
        try await DocumentResource.forEach(neededBy: tenant.companies, logger: context.logger, sweep)
    }

    private func sweep(_ resource: DocumentResource) async throws {
        let (database, name) = (context.database, resource.rawValue)
        var record = try await database.sweep(of: tenant.tenant, resource: name)
        if record?.isUnderWay != true {
            guard isWanted(resource, record) else { return }
            try await database.startSweep(of: tenant.tenant, resource: name)
            record = nil
        }
        var last = record?.position ?? 0
        while true {
            try await watch.check(before: resource)
            let page = try await store.listed(
                resource,
                createdFrom: resource == .customers ? nil : oldest,
                createdBefore: nil,
                after: last,
                pageSize: tenant.adobe.pageSize
            )
            try await publisher.publish(page, of: resource)
            last = max(last, page.nextCursor.entityID)
            try await database.moveSweep(of: tenant.tenant, resource: name, to: last)
            if page.isLast { break }
        }
        try await database.finishSweep(of: tenant.tenant, resource: name)
    }

    /// It is its turn: not again what a run that failed at something else has just read.
    private func isWanted(_ resource: DocumentResource, _ last: SweepRecord?) -> Bool {
        guard let finishedAt = last?.finishedAt else { return true }
        let pause = resource == .customers ? Self.customersEvery : (tenant.adobe.sweep.period ?? 0) / 2
        return run.requestedAt.timeIntervalSince(finishedAt) >= pause
    }

    private var oldest: Date {
        store.serverTime.addingTimeInterval(-TimeInterval(tenant.adobe.sweep.days) * 86_400)
    }
}
