import CCurl
import EventLoop
import Synchronization

/// Owns the libcurl multi handle, with its connections, and parks the loop thread in `curl_multi_poll`.
///
/// Everything but `unpark()` is called on the loop thread only.
final class MultiParking: Parking {
    private struct State {
        var multi: MultiHandle
        var waiter: CheckedContinuation<Void, Never>?
        var deadline: ContinuousClock.Instant?
    }

    private let maximumConnectionsPerHost: Int
    private let state: Mutex<State>

    init(maximumConnectionsPerHost: Int) {
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        state = Mutex(State(multi: MultiHandle(maximumConnectionsPerHost: maximumConnectionsPerHost)))
    }

    deinit { state.withLock { $0.multi }.destroy() }

    /// Suspends the calling task until libcurl has something to do, `deadline` has passed or a job has run.
    func activity(
        until deadline: ContinuousClock.Instant?,
        isolation: isolated (any Actor)? = #isolation
    ) async {
        await withCheckedContinuation(isolation: isolation) { continuation in
            state.withLock { state in
                state.waiter = continuation
                state.deadline = deadline
            }
        }
    }

    /// The handle to work with now; not to be kept.
    var multi: MultiHandle { state.withLock { $0.multi } }

    /// Closes all connections. There must be no transfer left.
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
        let (multi, deadline) = state.withLock { ($0.multi, $0.deadline) }
        multi.poll(milliseconds: milliseconds(until: deadline))
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
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
