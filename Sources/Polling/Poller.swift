public import Accounting
import Foundation
import Logging
import Messaging
import Publishing
import ServiceLifecycle
import Storage
import Tenancy

/// Reads every tenant's store on its schedule and publishes what changed. Any number of pollers may run: a
/// tenant's lane is worked in by one at a time.
public struct Poller: Sendable {
    private let context: PollingContext
    private let configurations: TenantConfigurations

    /// A poller.
    public init(_ context: PollingContext) {
        self.context = context
        configurations = TenantConfigurations(context: context)
    }

    /// Polls until drained.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await context.broker.prepare() }
        await withTaskGroup(of: Void.self) { group in
            for lane in Lane.allCases {
                group.addTask {
                    await LaneWork(context: context, lane: lane, configurations: configurations).run()
                }
            }
            group.addTask { await repeatedly(every: .seconds(5)) { try await sweepUnpublished() } }
            group.addTask {
                await repeatedly(every: .seconds(20)) { try await context.publisher.sweepStranded() }
            }
            group.addTask { await repeatedly(every: .seconds(86_400)) { try await warnOfExpiry() } }
            group.addTask { try? await gracefulShutdown() }
            var ended = 0
            // The shutdown is the only one that ends before it is cancelled.
            for await _ in group {
                ended += 1
                if ended == 1 { group.cancelAll() }
            }
        }
    }

    /// Runs whatever is due now and returns.
    /// - Parameter tenant: only that tenant; with `isNow` whatever its schedule says.
    /// - Returns: false when a run failed, or was asked for and could not be carried out.
    public func runOnce(tenant: TenantID?, isNow: Bool) async throws -> Bool {
        try await context.broker.prepare()
        var asked: Int64?
        if let tenant, isNow { asked = try await context.database.requestRun(tenant, cause: .now) }
        var isGood = true
        for lane in Lane.allCases {
            let work = LaneWork(context: context, lane: lane, configurations: configurations, isOnce: true)
            isGood = try await work.runOnce(only: tenant) && isGood
        }
        try await sweepUnpublished()
        guard let asked, let tenant else { return isGood }
        // Whoever carried it out.
        let run = try await context.database.run(asked)
        if run?.finishedAt == nil {
            context.logger.error(
                "tenant \(tenant): run \(asked) waits: the tenant is paused or its file cannot be read"
            )
        }
        return isGood && run?.state == .done
    }

    /// Documents and deaths that were recorded by somebody who did not live to publish them.
    private func sweepUnpublished() async throws {
        try await context.publisher.sweep()
        let burial = Burial(database: context.database, broker: context.broker)
        for kind in WorkKind.allCases { try await burial.sweep(kind) }
    }

    private func repeatedly(every interval: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await body() } catch is CancellationError { return } catch {
                context.logger.warning("\(error); tried again")
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func warnOfExpiry() async throws {
        for credential in try await context.database.expiringCredentials(within: .seconds(14 * 86_400)) {
            context.logger.warning("\(credential.warning)")
        }
    }
}
