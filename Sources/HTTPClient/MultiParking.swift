import EventLoop
import Synchronization

/// Owns the libcurl multi handle, with its connections, and parks the loop thread in `curl_multi_poll`.
///
/// Before each wait it has the `TransferLoop` do what can be done, so that no task and no other thread is
/// needed to keep transfers going.
final class MultiParking: Parking {
    private struct State {
        var multi: MultiHandle
        weak var loop: TransferLoop?
        var cancelled: [UInt64] = []
    }

    private let maximumConnectionsPerHost: Int
    private let state: Mutex<State>

    init(maximumConnectionsPerHost: Int) {
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        state = Mutex(State(multi: MultiHandle(maximumConnectionsPerHost: maximumConnectionsPerHost)))
    }

    deinit { state.withLock { $0.multi }.destroy() }

    /// The loop to call from now on.
    func serve(_ loop: TransferLoop) {
        state.withLock { $0.loop = loop }
    }

    /// The handle to work with now, on the loop thread; not to be kept.
    var multi: MultiHandle { state.withLock { $0.multi } }

    /// Has the loop cancel a transfer; callable from any thread.
    func cancel(_ id: UInt64) {
        state.withLock { $0.cancelled.append(id) }
        unpark()
    }

    /// The transfers cancelled since the last call.
    func takeCancelled() -> [UInt64] {
        state.withLock { state in
            defer { state.cancelled.removeAll() }
            return state.cancelled
        }
    }

    /// Closes all connections. On the loop thread; there must be no transfer left.
    func closeConnections() {
        let fresh = MultiHandle(maximumConnectionsPerHost: maximumConnectionsPerHost)
        // `unpark()` uses the handle under the lock, so nobody has the old one now.
        let old = state.withLock { state in
            defer { state.multi = fresh }
            return state.multi
        }
        old.destroy()
    }

    func park() {
        let deadline = state.withLock { $0.loop }?.assumeIsolated { $0.drive() }
        multi.poll(milliseconds: milliseconds(until: deadline))
    }

    func unpark() {
        state.withLock { $0.multi.wakeUp() }
    }

    /// Rounded up, so that the deadline has passed when the poll returns for it; an hour at most.
    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return 3_600_000 }
        let (seconds, attoseconds) = max(deadline - .now, .zero).components
        return Int32(clamping: min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
