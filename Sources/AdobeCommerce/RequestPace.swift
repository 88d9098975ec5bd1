import HTTPClient
import Synchronization

/// Keeps the requests to a store within what it is to bear: so many at a time, so many a minute. Those who ask bring
/// the limits along, so that a changed tenant file takes effect at once.
final class RequestPace: Sendable {
    /// What a store is to bear.
    struct Limits: Sendable {
        /// Nil for no limit.
        var perMinute: Int?
        var atATime: Int

        init(perMinute: Int?, atATime: Int) {
            self.perMinute = perMinute
            self.atATime = max(atATime, 1)
        }
    }

    private struct Waiter {
        let id: UInt64
        let atATime: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var underWay = 0
        var nextWaiter: UInt64 = 0
        var waiting: [Waiter] = []
        var schedule = RequestSchedule()

        /// Gives free places to those in line whose limit has room, first come, first served.
        mutating func admitted() -> [Waiter] {
            var admitted: [Waiter] = []
            while let next = waiting.firstIndex(where: { underWay < $0.atATime }) {
                underWay += 1
                admitted.append(waiting.remove(at: next))
            }
            return admitted
        }
    }

    private let state = Mutex(State())
    private let origin = ContinuousClock.now

    /// Runs a request when it is its turn.
    /// - Throws: `.transport(.cancelled)` when the task is cancelled while it waits.
    func run<Answer>(
        _ limits: Limits,
        _ request: () async throws(AdobeError) -> Answer
    ) async throws(AdobeError) -> Answer {
        guard await enter(limits.atATime) else { throw AdobeError(.transport(.cancelled)) }
        defer { leave() }
        if let perMinute = limits.perMinute { try await waitForTurn(RequestRate(perMinute: perMinute)) }
        return try await request()
    }

    /// Sleeps until the minute has room. The place of a task that is cancelled meanwhile stays empty.
    private func waitForTurn(_ rate: RequestRate) async throws(AdobeError) {
        let now = ContinuousClock.now
        let start = state.withLock { $0.schedule.reserve(at: now - origin, rate) }
        let pause = origin + start - now
        guard pause > .zero else { return }
        do { try await Task.sleep(for: pause) } catch { throw AdobeError(.transport(.cancelled)) }
    }

    /// Waits for one of the places, first come, first served.
    /// - Returns: false when the task was cancelled, and has no place.
    private func enter(_ atATime: Int) async -> Bool {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAdmitted = state.withLock { state -> Bool? in
                    // The handler may have run before there was anything to cancel.
                    if Task.isCancelled { return false }
                    if state.underWay < atATime {
                        state.underWay += 1
                        return true
                    }
                    state.waiting.append(Waiter(id: id, atATime: atATime, continuation: continuation))
                    return nil
                }
                if let isAdmitted { continuation.resume(returning: isAdmitted) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Hands the place to the next in line.
    private func leave() {
        let admitted = state.withLock { state in
            state.underWay -= 1
            return state.admitted()
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }
}
