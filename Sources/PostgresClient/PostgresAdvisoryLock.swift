import Synchronization

/// A session-level advisory lock, held by a connection of its own.
///
/// The server gives the lock away when that connection ends. This client notices at once when the server hangs up
/// and within `probeInterval` plus `answerGrace` when the network goes silent; until then `isHeld` says true
/// although another may hold the lock. Guard writes that matter with a fence number in the table as well.
public final class PostgresAdvisoryLock: Sendable {
    /// The key it was taken with.
    public let key: Int64
    private let pool: ConnectionPool
    private let session: Session
    private let holding: LockHolding
    private let watch: Task<Void, Never>

    init(key: Int64, session: Session, pool: ConnectionPool) {
        let holding = LockHolding()
        (self.key, self.session, self.pool, self.holding) = (key, session, pool, holding)
        watch = Task {
            await session.watch { _ in }
            // Cancelled for a release, which ends the holding itself.
            if !Task.isCancelled { holding.end() }
        }
    }

    deinit {
        watch.cancel()
        guard holding.end() else { return }
        Task { [pool, session] in await pool.closeSide(session) }
    }

    /// False once the lock was released or its connection was lost.
    public var isHeld: Bool { holding.isHeld }

    /// Suspends until the lock is lost or released, or the task is cancelled.
    public func untilLost() async { await holding.untilEnded() }

    /// Gives the lock back and closes its connection. Does nothing the second time.
    public func release() async {
        watch.cancel()
        await watch.value
        if holding.end() {
            // Unlocked by a statement, for the server notices a closed connection a moment later only. A failure
            // means that the connection, and with it the lock, is gone.
            _ = await session.run(.pipeline([Statement(command: "select pg_advisory_unlock(\(key))")]))
        }
        await pool.closeSide(session)
    }
}

/// Whether a lock is held, and who waits for its end. Apart from the lock, so that the watching task does not keep
/// the lock alive.
private final class LockHolding: Sendable {
    private let held = Mutex(true)
    private let line = WaitingLine<Void>(maximum: 10_000)

    var isHeld: Bool { held.withLock { $0 } }

    /// True the first time.
    @discardableResult
    func end() -> Bool {
        let wasHeld = held.withLock { held in
            defer { held = false }
            return held
        }
        while line.serve(()) {}
        return wasHeld
    }

    func untilEnded() async {
        guard let ticket = line.join() else { return }
        // Joined first: an end after this look serves the ticket, one before it is seen here.
        if !isHeld { while line.serve(()) {} }
        _ = await line.wait(ticket)
    }
}
