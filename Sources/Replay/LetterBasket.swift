import AMQPClient
import Storage
import Synchronization

/// Letters that were taken from a queue and wait to be stored together. The consumer's prefetch bounds it.
final class LetterBasket: Sendable {
    /// A letter, read, with the delivery to acknowledge once it is stored.
    struct Letter: Sendable {
        let delivery: AMQPDelivery
        let report: FailureReport
    }

    private struct State {
        var letters: [Letter] = []
        var isFinished = false
        /// Taken out by `next` and not put away yet.
        var inHand = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Something is neither in the queue any more nor in the store yet.
    var isHolding: Bool { state.withLock { !$0.letters.isEmpty || $0.inHand > 0 } }

    func append(_ letter: Letter) { wake { $0.letters.append(letter) } }

    /// No more will come; what is there is still handed out.
    func finish() { wake { $0.isFinished = true } }

    /// What has gathered, oldest first: at most `maximum` letters and about `bytes` of them; waits for the first.
    /// - Returns: nil when no more will come.
    func next(_ maximum: Int, bytes: Int) async -> [Letter]? {
        while true {
            let taken = state.withLock { Self.take(&$0, maximum, bytes) }
            if let taken { return taken.isEmpty ? nil : taken }
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    guard state.letters.isEmpty, !state.isFinished else { return true }
                    state.waiter = continuation
                    return false
                }
                if isLate { continuation.resume() }
            }
        }
    }

    /// What `next` gave out is stored, or given up.
    func putAway() { state.withLock { $0.inHand = 0 } }

    /// - Returns: nil while there is nothing yet; empty at the end.
    private static func take(_ state: inout State, _ maximum: Int, _ bytes: Int) -> [Letter]? {
        guard !state.letters.isEmpty else { return state.isFinished ? [] : nil }
        var count = 0
        var size = 0
        while count < min(maximum, state.letters.count), size < bytes {
            size += state.letters[count].report.message.utf8.count
            count += 1
        }
        defer { state.letters.removeFirst(count) }
        state.inHand = count
        return Array(state.letters.prefix(count))
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
