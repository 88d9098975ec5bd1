/// The one connection on which a client holds all its advisory locks, opened when the first is asked for.
///
/// The server gives them all away when it ends. PostgreSQL lets a session take a lock it holds again, so what is held
/// is kept here as well.
actor LockConnection {
    private let pool: ConnectionPool
    private var session: Session?
    /// Sees the connection end while no statement runs on it.
    private var watch: Task<Void, Never>?
    private var held: [Int64: LockHolding] = [:]
    private var isTurnTaken = false
    private let turns = WaitingLine<Void>(maximum: 10_000)

    init(_ pool: ConnectionPool) { self.pool = pool }

    /// Takes a lock; nil while somebody else, or another task of this client, holds it.
    func tryLock(_ key: Int64) async throws(PostgresError) -> LockHolding? {
        try await takeTurn()
        defer { passTurn() }
        guard held[key] == nil else { return nil }
        guard try await ask("select pg_try_advisory_lock(\(key))") else { return nil }
        guard !Task.isCancelled else {
            // A failure means that the connection, and with it the lock, is gone.
            _ = try? await ask("select pg_advisory_unlock(\(key))")
            throw Session.cancelled
        }
        let holding = LockHolding()
        held[key] = holding
        return holding
    }

    /// Gives a lock back; it counts as lost for its holder at once.
    func unlock(_ key: Int64, _ holding: LockHolding) async {
        guard holding.end() else { return }
        // A task of its own: a cancelled holder still gives it back.
        await Task { await unlock(key, ended: holding) }.value
    }

    private func unlock(_ key: Int64, ended holding: LockHolding) async {
        guard (try? await takeTurn()) != nil else { return }
        defer { passTurn() }
        guard held[key] === holding else { return }
        held[key] = nil
        // By a statement, for the connection stays. A failure means that it is gone, and the lock with it.
        _ = try? await ask("select pg_advisory_unlock(\(key))")
    }

    /// Asks a question whose answer is yes or no.
    private func ask(_ sql: String) async throws(PostgresError) -> Bool {
        let session = try await openSession()
        await stopWatching()
        let result = await session.run(.pipeline([Statement(command: sql)]))
        do throws(PostgresError) {
            let answer = try result.get().first?.first?.get(0, as: Bool.self) ?? false
            startWatching(session)
            return answer
        } catch {
            await lose(session)
            throw error
        }
    }

    private func openSession() async throws(PostgresError) -> Session {
        if let session {
            if await session.ending == nil { return session }
            await lose(session)
        }
        let opened = try await pool.openSide()
        session = opened
        return opened
    }

    /// The connection has ended, or is of no further use: so have all its locks.
    private func lose(_ lost: Session) async {
        guard session === lost else { return }
        session = nil
        let holdings = held.values
        held = [:]
        for holding in holdings { holding.end() }
        await pool.closeSide(lost)
    }

    private func startWatching(_ session: Session) {
        watch = Task { [weak self] in
            await session.watch { _ in }
            guard !Task.isCancelled else { return }
            await self?.lose(session)
        }
    }

    private func stopWatching() async {
        watch?.cancel()
        await watch?.value
        watch = nil
    }

    private func takeTurn() async throws(PostgresError) {
        guard isTurnTaken else {
            isTurnTaken = true
            return
        }
        guard let ticket = turns.join() else {
            throw PostgresError(.exhausted, "too many tasks wait for an advisory lock")
        }
        guard case .served = await turns.wait(ticket) else { throw Session.cancelled }
    }

    private func passTurn() {
        if !turns.serve(()) { isTurnTaken = false }
    }
}
