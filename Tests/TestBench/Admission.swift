import Synchronization

/// Keeps benches that stand side by side within what the servers and the machine can carry.
final class Admission: Sendable {
    static let shared = Admission()
    private let state = Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>((3, []))

    func enter() async {
        await withCheckedContinuation { continuation in
            let isAdmitted = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isAdmitted { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() as CheckedContinuation? }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
