import Accounting
import AdobeCommerce
import Foundation
import Logging
import Storage
import Tenancy

/// Reads the documents of certain days again: what was made on them, by each company's calendar.
struct BackfillRun {
    let context: PollingContext
    let tenant: TenantConfiguration
    let store: AdobeClient
    let publisher: PagePublisher
    let watch: RunWatch
    let run: RunRecord
    /// First day, inclusive.
    let from: CalendarDate
    /// Last day, inclusive.
    let to: CalendarDate

    /// Reads and publishes, from where the run was left.
    func carryOut() async throws {
        let positions = try await context.database.positions(ofRun: run.id)
        try await DocumentResource.forEach(neededBy: tenant.companies, logger: context.logger) { resource in
            let position = positions[resource.rawValue]
            if position?.isDone != true { try await read(resource, after: position?.entityID ?? 0) }
        }
    }

    private func read(_ resource: DocumentResource, after start: Int64) async throws {
        let zones = tenant.companies.map(\.timeZone)
        let begin = zones.map { from.start(in: $0) }.min() ?? from.start(in: .gmt)
        let end = zones.map { to.end(in: $0) }.max() ?? to.end(in: .gmt)
        var last = start
        while true {
            try await watch.check(before: resource)
            let page = try await store.listed(
                resource,
                createdFrom: begin,
                createdBefore: end,
                after: last,
                pageSize: tenant.adobe.pageSize
            )
            try await publisher.publish(page, of: resource, where: isInRange)
            last = max(last, page.nextCursor.entityID)
            try await context.database.moveRun(
                run.id,
                resource: resource.rawValue,
                to: RunPosition(entityID: last, isDone: page.isLast)
            )
            if page.isLast { return }
        }
    }

    /// The days are each company's own.
    private func isInRange(_ document: ObservedDocument) -> Bool {
        let rules = document.key.company.flatMap { tenant.rules(of: $0) }
        let day = CalendarDate(document.createdAt, in: rules?.timeZone ?? .gmt)
        return from <= day && day <= to
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
