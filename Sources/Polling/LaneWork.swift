import Accounting
import Foundation
import Logging
import Storage
import Tenancy

/// Works in one lane for all tenants: each that has something to do gets a task of its own, so that one slow store
/// delays no other.
struct LaneWork {
    /// Stores read at the same time by one poller; the rest wait for one to be done.
    private static let concurrentTenants = 64

    let context: PollingContext
    let lane: Lane
    let configurations: TenantConfigurations
    var isOnce = false

    /// Looks every second, until cancelled.
    func run() async {
        var rests = TenantRests()
        var outlook = LaneOutlook()
        // What ended after the look under way began is looked at once more.
        var hasEnded = false
        await withTaskGroup(of: Event.self) { group in
            var underWay: Set<TenantID> = []
            group.addTask { [outlook] in await look(after: .zero, outlook) }
            while let event = await group.next() {
                switch event {
                case .ended(let tenant, let end):
                    underWay.remove(tenant)
                    rests.note(tenant, end, now: .now)
                    hasEnded = true
                case .seen(let work, let seen):
                    guard !Task.isCancelled else { continue }
                    outlook = seen
                    if hasEnded { outlook.reset() }
                    hasEnded = false
                    for polling in work where !underWay.contains(polling.configuration.tenant) {
                        let tenant = polling.configuration.tenant
                        guard underWay.count < Self.concurrentTenants, rests.isOver(for: tenant, now: .now)
                        else {
                            // It waits for its turn, which no stamp tells of.
                            outlook.reset()
                            continue
                        }
                        underWay.insert(tenant)
                        group.addTask { await carryOut(polling) }
                    }
                    group.addTask { [outlook] in await look(after: .seconds(1), outlook) }
                }
            }
        }
    }

    /// Carries out what there is to do now, and waits for what another poller carries out.
    /// - Returns: false when something of it failed.
    /// - Throws: in the end, what kept a tenant's runs from their end.
    func runOnce(only wanted: TenantID?) async throws -> Bool {
        let tenants = try await work().work.map(\.configuration.tenant).filter {
            wanted == nil || $0 == wanted
        }
        let results = await withTaskGroup(of: Result<Bool, any Error>.self) { group in
            var results: [Result<Bool, any Error>] = []
            for (position, tenant) in tenants.enumerated() {
                if position >= Self.concurrentTenants, let result = await group.next() {
                    results.append(result)
                }
                group.addTask {
                    do { return .success(try await finish(tenant)) } catch { return .failure(error) }
                }
            }
            for await result in group { results.append(result) }
            return results
        }
        return try results.map { try $0.get() }.allSatisfy { $0 }
    }

    /// Carries out what a tenant has to do in this lane, or sees it carried out by another poller.
    private func finish(_ tenant: TenantID) async throws -> Bool {
        var wasBusy = false
        while let polling = try await work(of: tenant) {
            switch try await polling.carryOut() {
            case .done: return true
            case .failed: return false
            case .busy:
                wasBusy = true
                try await Task.sleep(for: .milliseconds(500))
            case .interrupted(let interruption):
                context.logger.notice("tenant \(tenant): \(interruption)")
                // Nobody raises the limit meanwhile.
                if case .storageFull = interruption { return false }
                if interruption == .lockLost { try await Task.sleep(for: .milliseconds(500)) }
            }
        }
        guard wasBusy, let state = try await context.database.pollState(of: tenant) else { return true }
        return (lane == .live ? state.lastRun : state.lastSweep)?.hasFailed != true
    }

    private enum Event: Sendable {
        case seen([TenantPolling], LaneOutlook)
        case ended(TenantID, TenantRests.End)
    }

    private func look(after pause: Duration, _ outlook: LaneOutlook) async -> Event {
        var outlook = outlook
        try? await Task.sleep(for: pause)
        guard !Task.isCancelled else { return .seen([], outlook) }
        context.beat("lane-\(lane)")
        do {
            let stamp = try await context.database.pollStamp()
            guard !outlook.isQuiet(stamp, now: Date()) else { return .seen([], outlook) }
            let (work, untilDue) = try await work()
            outlook.note(stamp, untilDue: untilDue, now: Date())
            return .seen(work, outlook)
        } catch {
            if !(error is CancellationError) { context.logger.warning("\(error); tried again") }
            outlook.reset()
            return .seen([], outlook)
        }
    }

    private func carryOut(_ polling: TenantPolling) async -> Event {
        let tenant = polling.configuration.tenant
        do {
            let outcome = try await polling.carryOut()
            if case .interrupted(let interruption) = outcome {
                context.logger.notice("tenant \(tenant): \(interruption)")
            }
            return .ended(tenant, .outcome(outcome))
        } catch {
            // Its run is still open and goes on after a rest.
            if !(error is CancellationError) {
                context.logger.warning("tenant \(tenant): \(error); tried again")
            }
            return .ended(tenant, .error)
        }
    }

    /// What there is to do, the longest waiting first, and in how many seconds the first of the others is due.
    private func work() async throws -> (work: [TenantPolling], untilDue: TimeInterval?) {
        var work: [(polling: TenantPolling, overdue: TimeInterval)] = []
        var untilDue: TimeInterval?
        for state in try await context.database.pollStates() where !state.isPaused {
            guard let configuration = try await configurations.configuration(of: state) else { continue }
            let schedule = schedule(state, configuration)
            if schedule.hasWork(in: lane) {
                work.append((polling(state, configuration), schedule.overdue(in: lane)))
            } else if let due = schedule.nextDue(in: lane) {
                untilDue = min(untilDue ?? .infinity, due.timeIntervalSince(state.asOf))
            }
        }
        return (work.sorted { $0.overdue > $1.overdue }.map(\.polling), untilDue)
    }

    private func work(of tenant: TenantID) async throws -> TenantPolling? {
        guard let state = try await context.database.pollState(of: tenant), !state.isPaused,
            let configuration = try await configurations.configuration(of: state),
            schedule(state, configuration).hasWork(in: lane)
        else { return nil }
        return polling(state, configuration)
    }

    private func schedule(_ state: PollState, _ configuration: TenantConfiguration) -> RunSchedule {
        RunSchedule(state: state, schedule: configuration.schedule, sweep: configuration.adobe.sweep)
    }

    private func polling(_ state: PollState, _ configuration: TenantConfiguration) -> TenantPolling {
        TenantPolling(
            context: context,
            configuration: configuration,
            version: state.version,
            lane: lane,
            isOnce: isOnce
        )
    }
}
