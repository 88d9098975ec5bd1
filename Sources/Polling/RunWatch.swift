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
        if interests.usage.documents >= context.limits.documents {
            throw try await held(
                .storageFull(interests.usage.documents, limit: context.limits.documents),
                isFull: true
            )
        }
        guard isTimeToLook() else { return }
        let ready = mindsDepth ? try await readyCount() : 0
        guard ready <= context.limits.queued else {
            throw try await held(.queuesDeep(ready, limit: context.limits.queued))
        }
        if interests.usage.heldReason != nil {
            try await context.database.holdReading(of: tenant.tenant, for: nil)
        }
    }

    /// Left where a person finds it (`tenant show`, `queues`), for the run itself only waits.
    private func held(_ interruption: RunInterruption, isFull: Bool = false) async throws -> RunInterruption {
        try await context.database.holdReading(of: tenant.tenant, for: "\(interruption)", isFull: isFull)
        return interruption
    }

    private func isTimeToLook() -> Bool {
        pages.withLock { pages in
            defer { pages += 1 }
            return pages % Self.pagesBetweenLooks == 0
        }
    }

    /// Of all the tenant's queues: what one company lets lie is the broker's to keep, whatever kind is read now.
    private func readyCount() async throws -> Int {
        var count = 0
        for rules in tenant.companies {
            for kind in WorkKind.allCases where kind != .ledger || rules.defersRevenue {
                let queue = WorkQueue(tenant: tenant.tenant, company: rules.company, kind: kind).name
                count += try await context.broker.readyCount(queue)?.readyCount ?? 0
            }
        }
        return count
    }
}
