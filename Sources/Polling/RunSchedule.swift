import Accounting
import Foundation
import Storage
import Tenancy

/// What a tenant's store is read for, and by whom: what changed is never held up by what is read again.
enum Lane: String, Sendable, CaseIterable {
    /// What changed: on schedule, or now.
    case live
    /// What is read again: backfills and sweeps.
    case background

    /// The causes of its runs.
    var causes: [RunRecord.Cause] {
        switch self {
        case .live: [.schedule, .now]
        case .background: [.backfill, .sweep]
        }
    }
}

/// Tells when a lane has something to do. Pure, and by the database's clock alone: a slot that pollers saw by their
/// own clocks would come as often as they differ.
struct RunSchedule {
    let state: PollState
    let schedule: Schedule
    let sweep: TenantConfiguration.Sweep

    /// A run was asked for, was left running, or is due.
    func hasWork(in lane: Lane) -> Bool {
        !state.open.isDisjoint(with: lane.causes) || dueCause(in: lane) != nil
    }

    /// The run that is due by itself.
    func dueCause(in lane: Lane) -> RunRecord.Cause? {
        switch lane {
        case .live: isDue ? .schedule : nil
        case .background: isSweepDue ? .sweep : nil
        }
    }

    /// When something is due by itself that is not yet, by the database's clock; nil while nothing ever is.
    func nextDue(in lane: Lane) -> Date? {
        switch lane {
        case .live:
            let slot = schedule.nextDue(lastRun: state.lastRun?.startedAt, now: state.asOf)
            return [slot, retryAt(of: state.lastRun)].compactMap(\.self).min()
        case .background:
            guard let period = sweep.period, let readSince = state.readSince else { return nil }
            let slot = (state.lastSweep?.startedAt ?? readSince) + period
            return [slot, retryAt(of: state.lastSweep)].compactMap(\.self).min()
        }
    }

    private func retryAt(of run: PollState.Run?) -> Date? {
        guard let run, run.hasFailed else { return nil }
        return run.retryAt
    }

    /// How long work has waited; the longest is served first.
    func overdue(in lane: Lane) -> TimeInterval {
        let last = lane == .live ? state.lastRun : state.lastSweep
        return state.asOf.timeIntervalSince(last?.finishedAt ?? last?.startedAt ?? .distantPast)
    }

    private var isDue: Bool {
        if schedule.isDue(lastRun: state.lastRun?.startedAt, now: state.asOf) { return true }
        return state.lastRun.map(isWorthRetrying) ?? false
    }

    /// A sweep is for what changed since the first reading; it begins a period after that.
    private var isSweepDue: Bool {
        guard let period = sweep.period, let readSince = state.readSince else { return false }
        if let last = state.lastSweep, isWorthRetrying(last) { return true }
        return state.asOf.timeIntervalSince(state.lastSweep?.startedAt ?? readSince) >= period
    }

    /// A failed run comes again when that may help: after a while, or once somebody applied the tenant's file, be
    /// it while the run was still on its way to failing.
    private func isWorthRetrying(_ run: PollState.Run) -> Bool {
        guard run.hasFailed else { return false }
        return run.retryAt.map { $0 <= state.asOf } ?? false || state.appliedAt > run.startedAt
    }

    /// In how many seconds a failed run is worth trying again by itself; nil: once somebody mended its cause.
    /// - Parameters:
    ///   - failures: how many in a row, this one included.
    ///   - asked: how long the store wants to be left alone.
    static func retry(after failureClass: FailureClass, failures: Int, asked: Duration?) -> TimeInterval? {
        switch failureClass {
        case .transient, .unreachable: max(pause(afterFailures: failures), asked?.seconds ?? 0)
        case .credentials, .rights, .mapping, .document, .ledger, .inDoubt, .crash: nil
        }
    }

    /// The pause before a run that failed of a passing cause is tried again: 1, 2, 4, … 30 minutes.
    static func pause(afterFailures count: Int) -> TimeInterval {
        min(60 * pow(2, TimeInterval(min(max(count, 1), 10) - 1)), 1800)
    }
}
