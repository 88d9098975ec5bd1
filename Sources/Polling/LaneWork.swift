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
        await withTaskGroup(of: Event.self) { group in
            var underWay: Set<TenantID> = []
            group.addTask { await look(after: .zero) }
            while let event = await group.next() {
                switch event {
                case .ended(let tenant, let end):
                    underWay.remove(tenant)
                    rests.note(tenant, end, now: .now)
                case .seen(let work):
                    guard !Task.isCancelled else { continue }
                    for polling in work where rests.isOver(for: polling.configuration.tenant, now: .now) {
                        guard underWay.count < Self.concurrentTenants else { break }
                        guard underWay.insert(polling.configuration.tenant).inserted else { continue }
                        group.addTask { await carryOut(polling) }
                    }
                    group.addTask { await look(after: .seconds(1)) }
                }
            }
        }
    }

    /// Carries out what there is to do now, and waits for what another poller carries out.
    /// - Returns: false when something of it failed.
    /// - Throws: in the end, what kept a tenant's runs from their end.
    func runOnce(only wanted: TenantID?) async throws -> Bool {
        let tenants = try await work().map(\.configuration.tenant).filter { wanted == nil || $0 == wanted }
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
                if interruption == .lockLost { try await Task.sleep(for: .milliseconds(500)) }
            }
        }
        guard wasBusy, let state = try await context.database.pollState(of: tenant) else { return true }
        return (lane == .live ? state.lastRun : state.lastSweep)?.hasFailed != true
    }

    private enum Event: Sendable {
        case seen([TenantPolling])
        case ended(TenantID, TenantRests.End)
    }

    private func look(after pause: Duration) async -> Event {
        try? await Task.sleep(for: pause)
        guard !Task.isCancelled else { return .seen([]) }
        do { return .seen(try await work()) } catch {
            if !(error is CancellationError) { context.logger.warning("\(error); tried again") }
            return .seen([])
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

    /// What there is to do, the longest waiting first.
    private func work() async throws -> [TenantPolling] {
        var work: [(polling: TenantPolling, overdue: TimeInterval)] = []
        for state in try await context.database.pollStates() {
            guard let (polling, schedule) = try await polling(state) else { continue }
            work.append((polling, schedule.overdue(in: lane)))
        }
        return work.sorted { $0.overdue > $1.overdue }.map(\.polling)
    }

    private func work(of tenant: TenantID) async throws -> TenantPolling? {
        guard let state = try await context.database.pollState(of: tenant) else { return nil }
        return try await polling(state)?.polling
    }

    private func polling(_ state: PollState) async throws -> (polling: TenantPolling, schedule: RunSchedule)?
    {
        guard !state.isPaused, let configuration = try await configurations.configuration(of: state) else {
            return nil
        }
        let schedule = RunSchedule(
            state: state,
            schedule: configuration.schedule,
            sweep: configuration.adobe.sweep
        )
        guard schedule.hasWork(in: lane) else { return nil }
        let polling = TenantPolling(
            context: context,
            configuration: configuration,
            version: state.version,
            lane: lane,
            isOnce: isOnce
        )
        return (polling, schedule)
    }
}
