import CLinux
import Glibc
import Synchronization

/// Parks a loop thread in `poll(2)` until one of the awaited descriptors is ready, a deadline has passed or
/// somebody unparks it.
public final class SocketParking: Parking {
    /// What to wait for on a descriptor.
    public enum Interest: Sendable { case readable, writable, readableOrWritable }

    /// Why a wait ended. An error or hang-up on the descriptor counts as `ready`: the next call on it says why.
    public enum Outcome: Sendable { case ready, timedOut, cancelled }

    private struct Wait {
        let descriptor: Int32
        let interest: Interest
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var nextID: UInt64 = 0
        var waits: [UInt64: Wait] = [:]
        /// Cancelled before the wait was registered.
        var cancelled: Set<UInt64> = []
    }

    private let wakeUp: Int32
    private let state = Mutex(State())

    /// Opens the eventfd that `unpark()` writes to.
    public init() {
        wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        precondition(wakeUp >= 0, "no eventfd: errno \(errno)")
    }

    deinit { close(wakeUp) }

    /// Suspends the calling task, not the thread, until `descriptor` is ready.
    ///
    /// Cancelling the task ends the wait with `.cancelled`. A descriptor that is closed meanwhile must be
    /// given up with `abandon(_:)` first.
    public func wait(
        for interest: Interest,
        on descriptor: Int32,
        until deadline: ContinuousClock.Instant? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async -> Outcome {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        // The handler may have run after the wait had ended by itself.
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { continuation in
                let wait = Wait(
                    descriptor: descriptor,
                    interest: interest,
                    deadline: deadline,
                    continuation: continuation
                )
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.waits[id] = wait
                    return false
                }
                if isCancelled { continuation.resume(returning: .cancelled) } else { unpark() }
            }
        } onCancel: {
            let wait = state.withLock { state in
                let wait = state.waits.removeValue(forKey: id)
                if wait == nil { state.cancelled.insert(id) }
                return wait
            }
            wait?.continuation.resume(returning: .cancelled)
            unpark()
        }
    }

    /// Ends every wait on `descriptor` as `.ready`, so that it can be closed.
    public func abandon(_ descriptor: Int32) {
        let ended = take { $0.descriptor == descriptor }
        for wait in ended { wait.continuation.resume(returning: .ready) }
    }

    /// Blocks in `poll(2)`; called by the loop on its own thread.
    public func park() {
        let waits = state.withLock { $0.waits }
        let ids = Array(waits.keys)
        var descriptors = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
        for id in ids {
            guard let wait = waits[id] else { continue }
            descriptors.append(pollfd(fd: wait.descriptor, events: wait.interest.events, revents: 0))
        }
        let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: earliest(waits)))
        if descriptors[0].revents != 0 { drainWakeUp() }
        finish(ids: ids, descriptors: ready > 0 ? descriptors : [])
    }

    /// Writes to the eventfd; callable from any thread.
    public func unpark() {
        eventfd_write(wakeUp, 1)
    }

    private func finish(ids: [UInt64], descriptors: [pollfd]) {
        for (id, descriptor) in zip(ids, descriptors.dropFirst()) where descriptor.revents != 0 {
            let wait = state.withLock { $0.waits.removeValue(forKey: id) }
            wait?.continuation.resume(returning: .ready)
        }
        let now = ContinuousClock.now
        for wait in take({ $0.deadline.map { $0 <= now } ?? false }) {
            wait.continuation.resume(returning: .timedOut)
        }
    }

    private func take(_ matches: (Wait) -> Bool) -> [Wait] {
        state.withLock { state in
            let found = state.waits.filter { matches($0.value) }
            for id in found.keys { state.waits[id] = nil }
            return Array(found.values)
        }
    }

    private func earliest(_ waits: [UInt64: Wait]) -> ContinuousClock.Instant? {
        waits.values.compactMap(\.deadline).min()
    }

    /// Rounded up, so that a deadline has passed when `poll` returns for it.
    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = deadline - ContinuousClock.now
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func drainWakeUp() {
        var count: eventfd_t = 0
        eventfd_read(wakeUp, &count)
    }
}

extension SocketParking.Interest {
    fileprivate var events: Int16 {
        switch self {
        case .readable: Int16(POLLIN)
        case .writable: Int16(POLLOUT)
        case .readableOrWritable: Int16(POLLIN | POLLOUT)
        }
    }
}
