/// The client's connections: lent out first come, first served, opened on demand, replaced with backoff when they
/// die. Runs on the client's loop thread.
actor ConnectionPool {
    nonisolated let configuration: PostgresConfiguration
    nonisolated let loop = PostgresLoop()
    nonisolated let onEvent: @Sendable (PostgresEvent) -> Void
    private let line: WaitingLine<Session>
    private let drained = WaitingLine<Void>(maximum: 1_000)
    /// The most recently used last.
    private var idle: [Session] = []
    private var lent: [ObjectIdentifier: Session] = [:]
    /// Connections of locks and listeners.
    private var side: [ObjectIdentifier: Session] = [:]
    private var sideOpening = 0
    private var opening = 0
    private var failures = 0
    private var lastFailure: PostgresError?
    private var retry: Task<Void, Never>?
    private var janitor: Task<Void, Never>?
    /// Opens one more connection when it ends.
    private var growth: Task<Void, Never>?
    private(set) var isClosing = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    init(_ configuration: PostgresConfiguration, onEvent: (@Sendable (PostgresEvent) -> Void)?) {
        self.configuration = configuration
        self.onEvent = onEvent ?? { _ in }
        line = WaitingLine(maximum: configuration.maximumWaiters)
    }

    deinit {
        retry?.cancel()
        janitor?.cancel()
        growth?.cancel()
    }

    static let closed = PostgresError(.closed, "the client is closed")

    // MARK: Lending

    /// Lends a connection; `limit` bounds the wait for one.
    func lend(within limit: Duration?) async throws(PostgresError) -> Lease {
        let deadline = limit.map { ContinuousClock.now + $0 }
        while true {
            guard !isClosing else { throw Self.closed }
            guard !Task.isCancelled else { throw Session.cancelled }
            let session = try await nextSession(until: deadline)
            if let lease = await session.beginLease() { return lease }
            await drop(session)
        }
    }

    /// Takes a lease back; heeds no cancellation.
    func takeBack(_ lease: Lease, reset: Bool = false) async {
        let session = lease.session
        guard await session.endLease(reset: reset), !isClosing else { return await drop(session) }
        offer(session)
    }

    private func nextSession(until deadline: ContinuousClock.Instant?) async throws(PostgresError) -> Session
    {
        if let session = idle.popLast() {
            lent[ObjectIdentifier(session)] = session
            return session
        }
        guard let ticket = line.join() else {
            throw PostgresError(.exhausted, "\(configuration.maximumWaiters) tasks wait for a connection")
        }
        if lent.isEmpty, opening == 0 { openIfNeeded() } else { openSoon() }
        switch await line.wait(ticket, until: deadline) {
        case .served(let session): return session
        case .ended(let error): throw error
        case .cancelled: throw Session.cancelled
        case .timedOut: throw timedOut()
        }
    }

    private func timedOut() -> PostgresError {
        if failures > 0, let lastFailure { return lastFailure }
        if lent.isEmpty {
            return PostgresError(.unreachable, "no connection within \(configuration.acquireTimeout)")
        }
        return PostgresError(.exhausted, "no connection became free within \(configuration.acquireTimeout)")
    }

    /// Gives a lent or new session to the first in line, or keeps it.
    private func offer(_ session: Session) {
        let id = ObjectIdentifier(session)
        lent[id] = session
        guard !line.serve(session) else { return }
        lent[id] = nil
        idle.append(session)
        noticeDrained()
    }

    /// Closes a lent session and opens another if somebody waits for it.
    private func drop(_ session: Session) async {
        let reason = await session.ending
        await session.end(Self.closed)
        lent[ObjectIdentifier(session)] = nil
        if let reason, reason.kind == .connectionLost { onEvent(.disconnected(reason: reason.message)) }
        noticeDrained()
        openIfNeeded()
    }

    // MARK: Opening

    /// Most statements are over sooner than another connection is open: who finds all of them lent waits a moment first.
    /// Processes that do little keep to one or two, and a server has room for many of them.
    private static let patience = Duration.milliseconds(40)

    private func openSoon() {
        guard growth == nil, !isClosing else { return }
        growth = Task { [weak self] in
            // Cancelled when the client closes.
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
            await self?.grow()
        }
    }

    private func grow() {
        growth = nil
        // One at a time: the next one waits its moment, too.
        openIfNeeded(atMost: 1)
        if line.count > opening { openSoon() }
    }

    private func openIfNeeded(atMost limit: Int = .max) {
        guard !isClosing, retry == nil else { return }
        startJanitor()
        let allowed = limit == .max ? limit : opening + limit
        while opening < min(line.count, allowed),
            lent.count + idle.count + opening < configuration.maximumConnections
        {
            // One attempt at a time while the server is away.
            guard failures == 0 || opening == 0 else { return }
            opening += 1
            Task { await self.open() }
        }
    }

    private func open() async {
        let result: Result<Session, PostgresError>
        do throws(PostgresError) {
            result = .success(try await Session.open(configuration, on: loop))
        } catch {
            result = .failure(error)
        }
        opening -= 1
        switch result {
        case .success(let session): await admit(session)
        case .failure(let error): handleFailure(error)
        }
    }

    private func admit(_ session: Session) async {
        failures = 0
        lastFailure = nil
        guard !isClosing else { return await session.end(Self.closed) }
        onEvent(.connected)
        offer(session)
        if line.count > 0 { openSoon() }
    }

    private func handleFailure(_ error: PostgresError) {
        failures += 1
        lastFailure = error
        guard !isClosing else { return }
        // While other connections work, those who wait can still be served.
        if error.kind == .refused, lent.isEmpty, idle.isEmpty {
            line.endAll(error)
            return
        }
        guard retry == nil else { return }
        let delay = configuration.retryDelay(after: failures)
        onEvent(.retrying(after: delay, reason: error.message))
        retry = Task { [weak self] in
            // Cancelled when the client closes: then there is nothing to retry.
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            await self?.retryNow()
        }
    }

    private func retryNow() {
        retry = nil
        openIfNeeded()
    }

    // MARK: Idle connections

    private func startJanitor() {
        guard janitor == nil else { return }
        let interval = min(configuration.idleTimeout / 2, .seconds(30))
        janitor = Task { [weak self] in
            // Cancelled when the client closes.
            while (try? await Task.sleep(for: interval)) != nil {
                guard let self else { return }
                await self.checkIdle()
            }
        }
    }

    /// Closes what is dead or was not used for long. Sessions under examination are not lent out.
    private func checkIdle() async {
        let examined = idle
        idle = []
        for session in examined {
            lent[ObjectIdentifier(session)] = session
        }
        for session in examined {
            let isStale = await session.idleSince + configuration.idleTimeout < .now
            guard !isStale, !isClosing, await session.isAlive() else {
                await drop(session)
                continue
            }
            offer(session)
        }
    }

    // MARK: Locks and listeners

    /// Opens a connection outside the pool; one attempt.
    func openSide() async throws(PostgresError) -> Session {
        guard !isClosing else { throw Self.closed }
        guard side.count + sideOpening < configuration.maximumSideConnections else {
            throw PostgresError(
                .exhausted,
                "\(configuration.maximumSideConnections) connections for locks and listeners are open"
            )
        }
        sideOpening += 1
        defer { sideOpening -= 1 }
        let session = try await Session.open(configuration, on: loop)
        guard !isClosing else {
            await session.end(Self.closed)
            throw Self.closed
        }
        side[ObjectIdentifier(session)] = session
        onEvent(.connected)
        return session
    }

    /// Closes a connection of `openSide()`.
    func closeSide(_ session: Session) async {
        let reason = await session.ending
        await session.end(Self.closed)
        guard side.removeValue(forKey: ObjectIdentifier(session)) != nil else { return }
        if let reason, reason.kind == .connectionLost { onEvent(.disconnected(reason: reason.message)) }
    }

    // MARK: Closing

    /// Refuses new work, waits for lent connections at most `grace`, then closes everything.
    func close(grace: Duration) async {
        isClosing = true
        retry?.cancel()
        janitor?.cancel()
        line.endAll(Self.closed)
        for session in side.values { await session.end(Self.closed) }
        side = [:]
        if !lent.isEmpty, let ticket = drained.join() {
            _ = await drained.wait(ticket, until: .now + grace)
        }
        for session in idle + lent.values { await session.cutOff(Self.closed) }
        idle = []
    }

    private func noticeDrained() {
        guard lent.isEmpty else { return }
        while drained.serve(()) {}
    }
}
