import AMQPClient
import Accounting
import AdobeCommerce
import Messaging
import PostgresClient
import Storage
import Synchronization
import Tenancy

/// Looks, before each page is asked for, whether a run may go on.
final class RunWatch: Sendable {
    /// So many messages of one kind and company are far more than a night's work, and little for a broker's disk.
    private static let deep = 250_000
    /// The broker is not asked about every page.
    private static let pagesBetweenLooks = 20

    private let context: PollingContext
    private let tenant: TenantConfiguration
    private let version: Int
    private let lock: PostgresAdvisoryLock
    private let yieldsToBackfills: Bool
    private let mindsDepth: Bool
    private let pages = Mutex(0)

    /// - Parameters:
    ///   - version: of the tenant's file.
    ///   - yieldsToBackfills: for a sweep.
    ///   - mindsDepth: false where nobody works the queues off meanwhile.
    init(
        context: PollingContext,
        tenant: TenantConfiguration,
        version: Int,
        lock: PostgresAdvisoryLock,
        yieldsToBackfills: Bool,
        mindsDepth: Bool
    ) {
        self.context = context
        self.tenant = tenant
        self.version = version
        self.lock = lock
        self.yieldsToBackfills = yieldsToBackfills
        self.mindsDepth = mindsDepth
    }

    /// - Throws: `RunInterruption`; an error of the database or the broker; `CancellationError`.
    func check(before resource: DocumentResource) async throws {
        try Task.checkCancellation()
        guard lock.isHeld else { throw RunInterruption.lockLost }
        guard let interests = try await context.database.pollInterests(of: tenant.tenant), !interests.isPaused
        else {
            throw RunInterruption.paused
        }
        guard interests.version == version else { throw RunInterruption.newConfiguration }
        if yieldsToBackfills, interests.isBackfillOpen { throw RunInterruption.backfillAsked }
        if mindsDepth, isTimeToLook(), let queue = try await deepQueue(resource.workKind) {
            throw RunInterruption.queueDeep(queue)
        }
    }

    private func isTimeToLook() -> Bool {
        pages.withLock { pages in
            defer { pages += 1 }
            return pages % Self.pagesBetweenLooks == 0
        }
    }

    private func deepQueue(_ kind: WorkKind) async throws -> String? {
        for rules in tenant.companies {
            let queue = WorkQueue(tenant: tenant.tenant, company: rules.company, kind: kind).name
            if try await context.broker.readyCount(queue)?.readyCount ?? 0 > Self.deep { return queue }
        }
        return nil
    }
}
