import Synchronization

/// First come, first served: tasks that wait for a value someone will hand them.
///
/// A place is taken with `join()`, synchronously, so that between deciding to wait and waiting no value can be
/// missed. Every place ends exactly once: served, ended, timed out or cancelled.
final class WaitingLine<Value: Sendable>: Sendable {
    enum Outcome: Sendable {
        case served(Value)
        case ended(PostgresError)
        case timedOut
        case cancelled
    }

    /// A place in the line.
    struct Ticket: Sendable { fileprivate let number: UInt64 }

    private struct Place {
        let number: UInt64
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private struct State {
        var nextNumber: UInt64 = 0
        var places: [Place] = []
        /// Outcomes of places whose task has not suspended yet.
        var early: [UInt64: Outcome] = [:]
    }

    private let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) { self.maximum = maximum }

    var count: Int { state.withLock { $0.places.count } }

    /// Takes the last place; `nil` when the line is full. The ticket must be used with `wait`.
    func join() -> Ticket? {
        state.withLock { state in
            guard state.places.count < maximum else { return nil }
            state.nextNumber += 1
            state.places.append(Place(number: state.nextNumber))
            return Ticket(number: state.nextNumber)
        }
    }

    /// Suspends until the place ends.
    func wait(
        _ ticket: Ticket,
        until deadline: ContinuousClock.Instant? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async -> Outcome {
        let timer = deadline.map { deadline in
            Task {
                // A cancelled sleep means that the place has ended.
                guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
                self.finish(ticket, .timedOut)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { attach($0, to: ticket) }
        } onCancel: {
            finish(ticket, .cancelled)
        }
    }

    /// Hands `value` to the first in line; false when nobody waits.
    func serve(_ value: Value) -> Bool {
        guard let ticket = state.withLock({ $0.places.first.map { Ticket(number: $0.number) } }) else {
            return false
        }
        // Somebody may have left between the two locks: then it is the next one's turn.
        return finish(ticket, .served(value)) || serve(value)
    }

    /// Ends every place.
    func endAll(_ error: PostgresError) {
        let numbers = state.withLock { $0.places.map(\.number) }
        for number in numbers { finish(Ticket(number: number), .ended(error)) }
    }

    private func attach(_ continuation: CheckedContinuation<Outcome, Never>, to ticket: Ticket) {
        let early = state.withLock { state in
            if let outcome = state.early.removeValue(forKey: ticket.number) { return outcome as Outcome? }
            if let index = state.places.firstIndex(where: { $0.number == ticket.number }) {
                state.places[index].continuation = continuation
            }
            return nil
        }
        if let early { continuation.resume(returning: early) }
    }

    @discardableResult
    private func finish(_ ticket: Ticket, _ outcome: Outcome) -> Bool {
        let place = state.withLock { state -> Place? in
            guard let index = state.places.firstIndex(where: { $0.number == ticket.number }) else {
                return nil
            }
            let place = state.places.remove(at: index)
            if place.continuation == nil { state.early[ticket.number] = outcome }
            return place
        }
        place?.continuation?.resume(returning: outcome)
        return place != nil
    }
}
