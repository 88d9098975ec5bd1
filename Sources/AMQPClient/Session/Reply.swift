import Synchronization

/// One answer for one waiting task; resolved from any thread, at most once.
final class Reply<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, AMQPError>

    private enum State {
        case open
        case waiting(CheckedContinuation<Outcome, Never>)
        case resolved(Outcome)
        /// The waiter was cancelled: nobody will look at an answer.
        case abandoned
    }

    private let state = Mutex(State.open)

    /// Waits for the answer.
    /// - Throws: what it was resolved with, or `.cancelled` as soon as the task is.
    func value(isolation: isolated (any Actor)? = #isolation) async throws(AMQPError) -> Value {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { continuation in
                let known = state.withLock { state -> Outcome? in
                    switch state {
                    case .open:
                        state = .waiting(continuation)
                        return nil
                    case .resolved(let outcome): return outcome
                    case .abandoned: return .failure(.cancelled)
                    case .waiting: preconditionFailure("two tasks wait for one reply")
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            abandon()
        }
        return try outcome.get()
    }

    /// Gives the answer; false if there was one already or nobody waits any more.
    @discardableResult
    func resolve(_ outcome: Outcome) -> Bool {
        let (waiter, isFirst) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Bool) in
            switch state {
            case .open:
                state = .resolved(outcome)
                return (nil, true)
            case .waiting(let continuation):
                state = .resolved(outcome)
                return (continuation, true)
            case .resolved, .abandoned: return (nil, false)
            }
        }
        waiter?.resume(returning: outcome)
        return isFirst
    }

    /// Whether the waiter was cancelled before an answer came.
    var isAbandoned: Bool {
        state.withLock { if case .abandoned = $0 { true } else { false } }
    }

    private func abandon() {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            switch state {
            case .open:
                state = .abandoned
                return nil
            case .waiting(let continuation):
                state = .abandoned
                return continuation
            case .resolved, .abandoned: return nil
            }
        }
        waiter?.resume(returning: .failure(.cancelled))
    }
}

extension Reply where Value == Void {
    /// Gives the answer that needs no words.
    @discardableResult
    func succeed() -> Bool { resolve(.success(())) }
}
