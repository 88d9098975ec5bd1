import EventLoop

/// One connection to the server. Statements take turns on it; each is answered in full before the next one.
///
/// Runs on the client's loop thread. A `Lease` says who may use it: ending the lease makes objects that outlived
/// their transaction harmless.
actor Session {
    enum Phase {
        case connecting
        case ready
        case ended(PostgresError)
    }

    /// The statement that is running, for its cancellation.
    struct Running {
        let number: UInt64
        /// When its connection is given up; set once it is to be cancelled.
        var cancelDeadline: ContinuousClock.Instant?
        /// All its results are in.
        var isAnswered = false
    }

    nonisolated let loop: PostgresLoop
    nonisolated let configuration: PostgresConfiguration
    var handle: ConnectionHandle
    var phase = Phase.connecting
    var cache: StatementCache
    var running: Running?
    /// A request to cancel is on its way to the server.
    var isCancelUnderWay = false
    /// Served when that request has been delivered.
    let cancelDelivered = WaitingLine<Void>(maximum: 1)
    private(set) var idleSince = ContinuousClock.now
    private var leaseNumber: UInt64 = 0
    private var nextStatement: UInt64 = 0
    private var isTurnTaken = false
    private let turns = WaitingLine<Void>(maximum: 10_000)

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    init(_ configuration: PostgresConfiguration, handle: consuming ConnectionHandle, on loop: PostgresLoop) {
        self.loop = loop
        self.configuration = configuration
        self.handle = handle
        cache = StatementCache(limit: configuration.maximumPreparedStatements)
    }

    // MARK: Leases

    /// Lends the connection out; `nil` when it has been found dead, before anything was sent.
    func beginLease() -> Lease? {
        guard isAlive() else { return nil }
        leaseNumber += 1
        return Lease(session: self, number: leaseNumber)
    }

    /// Ends the lease: waits for its statement, rolls back what is open and, after `reset`, leaves no session
    /// state behind. False when the connection is of no further use.
    func endLease(reset: Bool) async -> Bool {
        leaseNumber += 1
        // A task the body left behind may still be running a statement.
        if isTurnTaken, case .failure = await run(.nothing) { return false }
        if !handle.isIdle, case .failure = await run(.pipeline([.rollback])) { return false }
        if reset, case .failure = await run(.pipeline(Statement.reset)) { return false }
        guard handle.isIdle, isAlive() else { return false }
        idleSince = .now
        return true
    }

    // MARK: Statements

    /// Runs work of the lease in its turn. Cancelling the task cancels the statement at the server.
    func run(_ work: Work, lease: Lease) async throws(PostgresError) -> [PostgresResult] {
        try check(lease)
        try await takeTurn(cancellable: true)
        defer { passTurn() }
        try check(lease)
        guard !Task.isCancelled else { throw Self.cancelled }
        let number = startStatement()
        // The statement's own task is not cancelled with the caller's: it still has to read the server's answer.
        let answer = Task { await self.perform(work, number) }
        return try await withTaskCancellationHandler {
            await answer.value
        } onCancel: {
            Task { await self.cancel(number) }
        }.get()
    }

    /// Runs work in its turn whether or not the calling task is cancelled: COMMIT, ROLLBACK, resets, probes.
    func run(_ work: Work) async -> Result<[PostgresResult], PostgresError> {
        do throws(PostgresError) {
            try await takeTurn(cancellable: false)
        } catch {
            return .failure(error)
        }
        defer { passTurn() }
        if case .ended(let error) = phase { return .failure(error) }
        let number = startStatement()
        return await Task { await self.perform(work, number) }.value
    }

    /// As `run(_:)`, for a lease that must still be valid.
    func runUncancelled(_ work: Work, lease: Lease) async throws(PostgresError) -> [PostgresResult] {
        try check(lease)
        return try await run(work).get()
    }

    // MARK: Ending

    /// Closes the connection, if it is not, and remembers why.
    func end(_ error: PostgresError) {
        if case .ended = phase { return }
        phase = .ended(error)
        loop.parking.abandon(handle.descriptor)
        handle.finish()
    }

    /// Why the connection ended; `nil` while it lives.
    var ending: PostgresError? {
        if case .ended(let error) = phase { error } else { nil }
    }

    /// Looks, without blocking, whether the server has hung up.
    func isAlive() -> Bool {
        guard case .ready = phase else { return false }
        // Twice: the first reads a parting message, the second the end behind it.
        for _ in 0..<2 {
            guard handle.consumeInput() else {
                end(PostgresError(.connectionLost, "the server closed the idle connection"))
                return false
            }
            _ = handle.isBusy
        }
        return true
    }

    static let cancelled = PostgresError(.cancelled, "the task was cancelled")

    // MARK: Turns

    private func check(_ lease: Lease) throws(PostgresError) {
        guard lease.number == leaseNumber else {
            throw PostgresError(.closed, "the transaction or connection object was used after its end")
        }
        if case .ended(let error) = phase { throw error }
    }

    private func takeTurn(cancellable: Bool) async throws(PostgresError) {
        guard isTurnTaken else {
            isTurnTaken = true
            return
        }
        guard let ticket = turns.join() else {
            throw PostgresError(.exhausted, "too many statements wait for one connection")
        }
        // A task of its own does not see the caller's cancellation.
        let line = turns
        let outcome = cancellable ? await line.wait(ticket) : await Task { await line.wait(ticket) }.value
        guard case .served = outcome else { throw Self.cancelled }
    }

    private func passTurn() {
        running = nil
        if !turns.serve(()) { isTurnTaken = false }
    }

    private func startStatement() -> UInt64 {
        nextStatement += 1
        running = Running(number: nextStatement)
        return nextStatement
    }
}

/// The right to use a session until the lease is ended.
struct Lease: Sendable {
    let session: Session
    let number: UInt64

    /// Runs the queries one after the other in one round trip; the first failure skips the rest.
    func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresResult] {
        var statements: [Statement] = []
        statements.reserveCapacity(queries.count)
        for query in queries { statements.append(try Statement(query)) }
        guard !statements.isEmpty else { return [] }
        return try await session.run(.pipeline(statements), lease: self)
    }

    /// Runs one query.
    func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        guard let result = try await pipeline([query]).first else {
            throw PostgresError(.connectionLost, "the server sent no result")
        }
        return result
    }
}
