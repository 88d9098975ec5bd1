import Accounting
import AdobeCommerce
import Foundation
import Logging
import Messaging
import Publishing
import Tenancy

/// Says that a row of a store cannot be read: in the log, and as a dead letter of its own.
struct UnreadableRowReport {
    let context: PollingContext
    let tenant: TenantID
    let resource: DocumentResource

    /// Buries it. The same row with the same content is the same death, however often it is read.
    func bury(_ row: UnreadableRow) async throws {
        context.logger.error("tenant \(tenant): \(name(of: row)) cannot be read: \(row.failure.reason)")
        try await Burial(database: context.database, broker: context.broker).bury(
            stray: Array(name(of: row).utf8),
            queue: "mlc.\(tenant).-.\(resource.workKind.rawValue)",
            row.failure,
            id: death(of: row)
        )
    }

    private func name(of row: UnreadableRow) -> String {
        row.entityID.map { "\(resource.rawValue) with entity_id \($0)" } ?? "one of the \(resource.rawValue)"
    }

    /// The overlap reads a row again in every run; one that has not changed is the same death.
    private func death(of row: UnreadableRow) -> UUID {
        UUID(deathOf: [
            tenant.name, resource.rawValue, row.entityID.map { String($0) } ?? "", row.failure.code,
            row.content,
        ])
    }
}
