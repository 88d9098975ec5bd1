import Synchronization

/// A session-level advisory lock. All of a client's are held on one connection of their own.
///
/// The server gives the lock away when that connection ends. This client notices at once when the server hangs up
/// and within `probeInterval` plus `answerGrace` when the network goes silent; until then `isHeld` says true
/// although another may hold the lock. Guard writes that matter with a fence number in the table as well.
public final class PostgresAdvisoryLock: Sendable {
    /// The key it was taken with.
    public let key: Int64
    private let connection: LockConnection
    private let holding: LockHolding

    init(key: Int64, holding: LockHolding, on connection: LockConnection) {
        (self.key, self.holding, self.connection) = (key, holding, connection)
    }

    deinit {
        guard holding.isHeld else { return }
        Task { [key, holding, connection] in await connection.unlock(key, holding) }
    }

    /// False once the lock was released or its connection was lost.
    public var isHeld: Bool { holding.isHeld }

    /// Suspends until the lock is lost or released, or the task is cancelled.
    public func untilLost() async { await holding.untilEnded() }

    /// Gives the lock back. Does nothing the second time.
    public func release() async { await connection.unlock(key, holding) }
}

/// Whether a lock is held, and who waits for its end. Apart from the lock, so that the connection does not keep
/// the lock alive.
final class LockHolding: Sendable {
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
