import Accounting
import AdobeCommerce
import Foundation
import Logging
import PostgresClient
import Storage
import Tenancy

/// Carries out the runs of one tenant in one lane, under a lock that keeps every other poller out of it.
struct TenantPolling {
    /// What became of an attempt.
    enum Outcome: Sendable, Hashable {
        /// Everything that was asked for or due is done.
        case done
        /// A run failed; it says why.
        case failed
        /// Another poller is at it.
        case busy
        /// A run is left open, to be gone on with.
        case interrupted(RunInterruption)
    }

    let context: PollingContext
    let configuration: TenantConfiguration
    /// Version of the tenant's file.
    let version: Int
    let lane: Lane
    /// Nobody works the queues off meanwhile.
    let isOnce: Bool

    private var tenant: TenantID { configuration.tenant }

    /// Carries out what is asked for and due.
    /// - Throws: an error of the broker or the database, and `CancellationError`; runs are left open then.
    func carryOut() async throws -> Outcome {
        guard let lock = try await context.database.client.tryAdvisoryLock(lockKey) else { return .busy }
        let outcome: Result<Outcome, any Error>
        do { outcome = .success(try await carryOut(under: lock)) } catch { outcome = .failure(error) }
        await lock.release()
        return try outcome.get()
    }

    /// A store that bears one request at a time is read in one lane at a time.
    private var lockKey: Int64 {
        let isShared = lane == .live || configuration.adobe.requestsAtATime == 1
        return isShared ? LockKey.live(tenant) : LockKey.background(tenant)
    }

    /// Ends at once where the lock is lost: another poller may have begun.
    private func carryOut(under lock: PostgresAdvisoryLock) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                do { return try await carryOutLocked(lock) } catch let interruption as RunInterruption {
                    return .interrupted(interruption)
                }
            }
            group.addTask {
                await lock.untilLost()
                return nil
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let outcome = first { return outcome }
            // A drain ends the waiting for a loss, too.
            try Task.checkCancellation()
            return .interrupted(.lockLost)
        }
    }

    private func carryOutLocked(_ lock: PostgresAdvisoryLock) async throws -> Outcome {
        let database = context.database
        // Looked at again under the lock: another poller may just have done it.
        guard let state = try await database.pollState(of: tenant), !state.isPaused else { return .done }
        let schedule = RunSchedule(
            state: state,
            schedule: configuration.schedule,
            sweep: configuration.adobe.sweep
        )
        if lane == .background { try await database.retryBackfills(of: tenant) }
        if state.open.isDisjoint(with: lane.causes) {
            guard let cause = schedule.dueCause(in: lane) else { return .done }
            _ = try await database.requestRun(tenant, cause: cause)
        }
        var outcome = Outcome.done
        for run in try await database.openRuns(of: tenant).inOrder(of: lane.causes) {
            try Task.checkCancellation()
            if try await !carryOut(run, lock) { outcome = .failed }
        }
        return outcome
    }

    /// - Returns: false when it failed.
    private func carryOut(_ run: RunRecord, _ lock: PostgresAdvisoryLock) async throws -> Bool {
        let database = context.database
        try await database.startRun(run.id)
        do {
            try await read(run, lock)
        } catch let error as AdobeError where !Task.isCancelled {
            try await fail(run, error.failure, retryAfter: error.retryAfter)
            return false
        } catch let error as VaultError {
            try await fail(run, error.failure, retryAfter: nil)
            return false
        }
        // Any other error is the broker's or the database's, or a drain: the run stays open and goes on where it was.
        try await database.finishRun(run.id)
        PollingMetrics.ended(run.cause, nil)
        let documents = try await database.run(run.id)?.documents ?? 0
        context.logger.info(
            "tenant \(tenant): run \(run.id) (\(run.cause.rawValue)) published \(documents) documents"
        )
        return true
    }

    private func read(_ run: RunRecord, _ lock: PostgresAdvisoryLock) async throws {
        let store = try await context.stores.client(of: configuration, for: lane)
        let watch = RunWatch(
            context: context,
            tenant: configuration,
            version: version,
            lock: lock,
            yieldsToBackfills: run.cause == .sweep,
            mindsDepth: !isOnce
        )
        let views = try await store.storeViews()
        if let problem = store.clockProblem { context.logger.warning("tenant \(tenant): \(problem)") }
        let publisher = PagePublisher(
            context: context,
            tenant: configuration,
            store: store,
            observation: Observation(tenant: configuration, storeViews: views),
            run: run
        )
        switch run.cause {
        case .schedule, .now:
            tellUnknownViews(views)
            let pass = StoreRun(
                context: context,
                tenant: configuration,
                store: store,
                publisher: publisher,
                watch: watch
            )
            try await pass.carryOut()
        case .backfill:
            guard let from = run.from, let to = run.to else { return }
            let backfill = BackfillRun(
                context: context,
                tenant: configuration,
                store: store,
                publisher: publisher,
                watch: watch,
                run: run,
                from: from,
                to: to
            )
            try await backfill.carryOut()
        case .sweep:
            let sweep = SweepRun(
                context: context,
                tenant: configuration,
                store: store,
                publisher: publisher,
                watch: watch,
                run: run
            )
            try await sweep.carryOut()
        }
    }

    private func fail(_ run: RunRecord, _ failure: Failure, retryAfter: Duration?) async throws {
        context.logger.error("tenant \(tenant): run \(run.id) failed: \(failure)")
        let failures = try await context.database.failedRunsInARow(of: tenant, causes: lane.causes) + 1
        let retryAt = RunSchedule.retry(
            after: failure.failureClass,
            failures: run.cause == .backfill ? run.tries + 1 : failures,
            asked: retryAfter
        ).map { Date().addingTimeInterval($0) }
        try await context.database.finishRun(run.id, failure: failure, retryAt: retryAt)
        PollingMetrics.ended(run.cause, failure.failureClass)
    }

    private func tellUnknownViews(_ views: [StoreView]) {
        let known = Set(views.map(\.code))
        for rules in configuration.companies {
            for view in rules.storeViews where !known.contains(view.code) {
                context.logger.warning(
                    "tenant \(tenant): the store has no view \"\(view.code)\", which \(rules.company) names"
                )
            }
        }
    }
}

extension [RunRecord] {
    /// Those of these causes, the first cause's first.
    fileprivate func inOrder(of causes: [RunRecord.Cause]) -> [RunRecord] {
        causes.flatMap { cause in filter { $0.cause == cause } }
    }
}

extension VaultError {
    fileprivate var failure: Failure {
        Failure(
            .credentials,
            code: "credentials-unreadable",
            reason: "\(self)",
            nextStep: "Check CREDENTIAL_KEY_FILE, and apply the tenant file again."
        )
    }
}
