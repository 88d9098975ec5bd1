public import Accounting
import AdobeCommerce
import Foundation
import Logging
import Messaging
import PostgresClient
import Publishing
import ServiceLifecycle
import Storage
import Tenancy

/// Reads every tenant's store on its schedule and publishes what changed. Any number of pollers may run: a
/// tenant is polled by one at a time.
public struct Poller: Sendable {
    /// Stores read at the same time by one poller.
    private static let concurrentTenants = 8

    private let context: PollingContext

    /// A poller.
    public init(_ context: PollingContext) { self.context = context }

    /// Polls until drained.
    public func run() async throws {
        try await context.broker.prepare()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await repeatedly(every: .seconds(1)) { _ = try await pollDue() } }
            group.addTask { await repeatedly(every: .seconds(5)) { try await context.publisher.sweep() } }
            group.addTask { await repeatedly(every: .seconds(20)) { try await sweepStranded() } }
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
    /// - Returns: false when a run failed.
    public func runOnce(tenant: TenantID?, isNow: Bool) async throws -> Bool {
        try await context.broker.prepare()
        if let tenant, isNow { _ = try await context.database.requestRun(tenant, cause: .now) }
        let isGood = try await pollDue(only: tenant)
        try await context.publisher.sweep()
        return isGood
    }

    private func repeatedly(every interval: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await body() } catch is CancellationError { return } catch {
                context.logger.warning("\(error); tried again")
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func pollDue(only wanted: TenantID? = nil) async throws -> Bool {
        let tenants = try await context.database.tenants().filter { wanted == nil || $0.tenant == wanted }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            var isGood = true
            for (position, record) in tenants.enumerated() {
                if position >= Self.concurrentTenants, let done = try await group.next() {
                    isGood = isGood && done
                }
                group.addTask { try await poll(record) }
            }
            for try await done in group { isGood = isGood && done }
            return isGood
        }
    }

    /// Carries out the runs of a tenant that are asked for or due.
    private func poll(_ record: TenantRecord) async throws -> Bool {
        guard !record.isPaused else { return true }
        let configuration: TenantConfiguration
        do { configuration = try TenantFile.parseStored(record.configuration) } catch {
            context.logger.error("tenant \(record.tenant) cannot be polled: \(error)")
            return false
        }
        guard try await hasWork(configuration) else { return true }
        guard let lock = try await context.database.client.tryAdvisoryLock(Self.lockKey(record.tenant)) else {
            return true
        }
        defer { Task { await lock.release() } }
        // Looked at again under the lock: another poller may just have done it.
        guard try await hasWork(configuration) else { return true }
        if try await context.database.openRuns(of: record.tenant).isEmpty {
            _ = try await context.database.requestRun(record.tenant, cause: .schedule)
        }
        var isGood = true
        for run in try await context.database.openRuns(of: record.tenant) {
            guard !Task.isCancelled else { break }
            isGood = try await carryOut(run, configuration) && isGood
        }
        return isGood
    }

    private func hasWork(_ configuration: TenantConfiguration) async throws -> Bool {
        if try await !context.database.openRuns(of: configuration.tenant).isEmpty { return true }
        let lastRun = try await context.database.lastRunStart(of: configuration.tenant)
        return configuration.schedule.isDue(lastRun: lastRun, now: Date())
    }

    private func carryOut(_ run: RunRecord, _ configuration: TenantConfiguration) async throws -> Bool {
        let database = context.database
        try await database.startRun(run.id)
        do {
            try await StoreRun(context: context, tenant: configuration, run: run).carryOut()
            try await database.finishRun(run.id, error: nil)
            let documents = try await database.run(run.id)?.documents ?? 0
            context.logger.info("tenant \(run.tenant): run \(run.id) published \(documents) documents")
            return true
        } catch let error as AdobeError where !Task.isCancelled {
            let text = "\(error.sentence) \(error.nextStep)"
            context.logger.error("tenant \(run.tenant): run \(run.id) failed: \(text)")
            try await database.finishRun(run.id, error: text)
            return false
        } catch let error as VaultError {
            context.logger.error("tenant \(run.tenant): run \(run.id) failed: \(error)")
            try await database.finishRun(run.id, error: error.description)
            return false
        }
        // Any other error is the broker's or the database's, or a drain: the run stays open and goes on from its cursor.
    }

    private func sweepStranded() async throws {
        for record in try await context.database.tenants() where !record.isPaused {
            guard let configuration = try? TenantFile.parseStored(record.configuration) else { continue }
            for rules in configuration.companies {
                try await context.publisher.sweepStranded(tenant: record.tenant, company: rules.company)
            }
        }
    }

    /// The same key for a tenant in every process: FNV-1a of its name.
    private static func lockKey(_ tenant: TenantID) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "poll/\(tenant.name)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
