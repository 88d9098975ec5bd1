import Accounting
import Foundation
import Logging
import Storage
import Synchronization
import Tenancy

/// Tenant files in force, each read once a version.
final class TenantConfigurations: Sendable {
    private let context: PollingContext
    private let known = Mutex<[TenantID: Known]>([:])

    private struct Known {
        let version: Int
        /// Tells a tenant that was removed and applied anew from the one before.
        let appliedAt: Date
        let configuration: TenantConfiguration?
    }

    init(context: PollingContext) { self.context = context }

    /// The configuration of a tenant; nil where it is gone or cannot be read, which is said once.
    func configuration(of state: PollState) async throws -> TenantConfiguration? {
        if let entry = known.withLock({ $0[state.tenant] }), entry.version == state.version,
            entry.appliedAt == state.appliedAt
        {
            return entry.configuration
        }
        guard let record = try await context.database.tenant(state.tenant) else { return nil }
        var configuration: TenantConfiguration?
        do {
            configuration = try TenantFile.parseStored(
                record.configuration,
                version: record.version
            ).within(context.limits)
        } catch {
            context.logger.error("tenant \(record.tenant) cannot be polled: \(error)")
        }
        known.withLock { [configuration] in
            $0[state.tenant] = Known(
                version: record.version,
                appliedAt: record.appliedAt,
                configuration: configuration
            )
        }
        return configuration
    }
}
