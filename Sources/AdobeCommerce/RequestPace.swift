import HTTPClient
import Synchronization

/// Keeps the requests of a client within what a store is to bear: so many at a time, so many a minute.
final class RequestPace: Sendable {
    private struct State {
        var underWay = 0
        var nextWaiter: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var rate: RequestRate?
    }

    private let atATime: Int
    private let state: Mutex<State>
    private let origin = ContinuousClock.now

    init(perMinute: Int?, atATime: Int) {
        self.atATime = max(atATime, 1)
        state = Mutex(State(rate: perMinute.map { RequestRate(perMinute: $0) }))
    }

    /// Runs a request when it is its turn.
    /// - Throws: `.transport(.cancelled)` when the task is cancelled while it waits.
    func run<Answer>(
        _ request: () async throws(AdobeError) -> Answer
    ) async throws(AdobeError) -> Answer {
        guard await enter() else { throw AdobeError(.transport(.cancelled)) }
        defer { leave() }
        try await waitForTurn()
        return try await request()
    }

    /// Sleeps until the minute has room. The place of a task that is cancelled meanwhile stays empty.
    private func waitForTurn() async throws(AdobeError) {
        let now = ContinuousClock.now
        guard let start = state.withLock({ $0.rate?.reserve(at: now - origin) }) else { return }
        let pause = origin + start - now
        guard pause > .zero else { return }
        do { try await Task.sleep(for: pause) } catch { throw AdobeError(.transport(.cancelled)) }
    }

    /// Waits for one of the places, first come, first served.
    /// - Returns: false when the task was cancelled, and has no place.
    private func enter() async -> Bool {
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
                    state.waiting.append((id, continuation))
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
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.underWay -= 1
                return Optional<CheckedContinuation<Bool, Never>>.none
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}

/// When requests may start so that no stretch of a minute sees more than so many: an eighth of them at once, the
/// rest evenly.
struct RequestRate: Sendable {
    private let spacing: Duration
    private let tolerance: Duration
    /// When the request after the last would start if all were spaced evenly.
    private var evenStart = Duration.zero

    /// - Parameter perMinute: at least 1.
    init(perMinute: Int) {
        let all = max(perMinute, 1)
        let atOnce = max(all / 8, 1)
        spacing = Duration.seconds(60) / (all - atOnce + 1)
        tolerance = spacing * (atOnce - 1)
    }

    /// Takes the next place; times count from any fixed moment.
    mutating func reserve(at now: Duration) -> Duration {
        let start = max(now, evenStart - tolerance)
        evenStart = max(start, evenStart) + spacing
        return start
    }
}
