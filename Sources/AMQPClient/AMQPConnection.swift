internal import EventLoop

/// A connection to a RabbitMQ broker that comes back by itself until `close()`.
///
/// It has one thread, which runs the actor and talks to the broker. Operations issued while the broker is
/// away wait for it, up to their own cancellation. Publishing, declaring and consuming use channels of their
/// own, so a refusal of one does not hit the others. `onEvent` is called on the connection's thread and must
/// not block. After `connect()` the connection lives until `close()`.
public actor AMQPConnection {
    enum Phase {
        case idle, running, closing, closed
    }

    private let parking = SocketParking()
    private let executor: LoopExecutor
    let configuration: AMQPConfiguration
    private let onEvent: (@Sendable (AMQPEvent) -> Void)?

    var phase = Phase.idle
    /// Present while signed in.
    var session: Session?
    private var supervisor: Task<Void, Never>?
    private var sessionCount: UInt32 = 0
    private var connectWaiters: [Reply<Void>] = []
    private var closer: Task<Void, Never>?
    /// Resolved at each change of session, blocking or phase.
    private var changeWaiters: [UInt64: Reply<Void>] = [:]
    private var lastID: UInt64 = 0

    var subscriptions: [UInt64: Subscription] = [:]
    var slotsInUse = 0
    var slotWaiters = FIFO<Reply<Void>>()
    var drained: Reply<Void>?

    /// The executor that is the connection's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a connection that does nothing yet.
    public init(configuration: AMQPConfiguration, onEvent: (@Sendable (AMQPEvent) -> Void)? = nil) {
        self.configuration = configuration
        self.onEvent = onEvent
        executor = LoopExecutor(name: "amqp", parking: parking)
    }

    deinit { executor.stop() }

    /// Whether the broker takes no publishings for now.
    public var isBlocked: Bool { session?.isBlocked ?? false }

    /// Whether the connection is up at this moment.
    public var isConnected: Bool { session != nil }

    /// Connects, trying again with backoff until it works.
    ///
    /// A cancelled caller stops waiting; the connection goes on trying until `close()`.
    /// - Throws: `.accessRefused` and `.tls` at once while it has never been connected, afterwards they are
    ///   retried with the longest backoff; `.closed`; `.cancelled`.
    public func connect() async throws(AMQPError) {
        guard phase != .closing, phase != .closed else { throw .closed }
        if session != nil { return }
        guard !configuration.endpoints.isEmpty else { throw .badURL("there is no endpoint") }
        let waiter = Reply<Void>()
        connectWaiters.append(waiter)
        if phase == .idle {
            phase = .running
            supervisor = Task { await supervise() }
        }
        try await waiter.value()
    }

    /// Waits up to 5 s for the confirms of what was sent, then closes. New operations fail with `.closed`
    /// at once, consumers end. Not cut short by the caller's cancellation.
    public func close() async {
        let closer = closer ?? Task { await shutDown() }
        self.closer = closer
        await closer.value
    }

    private func shutDown() async {
        phase = .closing
        changed()
        failConnectWaiters(.closed)
        for waiter in slotWaiters.takeAll() { waiter.resolve(.failure(.closed)) }
        for subscription in Array(subscriptions.values) { end(subscription, nil) }
        if session != nil, slotsInUse > 0 {
            let reply = Reply<Void>()
            drained = reply
            let timer = resolve(reply, after: .seconds(5))
            try? await reply.value()  // Resolved either way; nobody cancels this task.
            timer.cancel()
        }
        if let session {
            session.send(.connectionClose, on: 0)
            apply(session)
            let limit = Reply<Void>()
            let timer = resolve(limit, after: .seconds(2))
            let watcher = Task {
                try? await limit.value()
                if session.failure == nil { session.failure = .closed }
                apply(session)
            }
            await supervisor?.value
            timer.cancel()
            watcher.cancel()
        } else {
            // It may be dialling: that ends by its own limit and finds the phase.
            supervisor?.cancel()
        }
        phase = .closed
        changed()
    }

    private func resolve(_ reply: Reply<Void>, after limit: Duration) -> Task<Void, Never> {
        Task {
            // Cancelled when no longer needed: then there is nobody to tell.
            if (try? await Task.sleep(for: limit)) != nil { reply.succeed() }
        }
    }
}

// MARK: - Staying connected

extension AMQPConnection {
    private func supervise() async {
        var failures = 0
        while phase == .running {
            let error: AMQPError
            switch await dialRound() {
            case .success(let wire):
                guard phase == .running else { return }
                let start = ContinuousClock.now
                error = await run(wire)
                // A connection that breaks at once is as good as none.
                if .now - start > configuration.retry.longest { failures = 0 }
                emit(.disconnected(error))
            case .failure(let failure): error = failure
            }
            guard phase == .running else { return }
            if sessionCount == 0, error.isFinal {
                phase = .idle
                return failConnectWaiters(error)
            }
            failures += 1
            let wait = error.isFinal ? configuration.retry.longest : configuration.retry.wait(after: failures)
            emit(.retrying(after: wait, reason: error))
            // Ends early only when close() cancels it, which the loop sees by the phase.
            try? await Task.sleep(for: wait)
        }
    }

    /// Tries each endpoint once, in random order. A refused sign-in ends the round: repeating it elsewhere
    /// may lock the account.
    private func dialRound() async -> Result<WireConnection, AMQPError> {
        var worst = AMQPError.unreachable("there is no endpoint")
        for endpoint in configuration.endpoints.shuffled() where phase == .running {
            do {
                return .success(try await Dialer().dial(endpoint, configuration))
            } catch {
                if case .accessRefused = error { return .failure(error) }
                if !worst.isFinal { worst = error }
            }
        }
        return .failure(worst)
    }

    /// Runs one session to its end.
    /// - Returns: why it ended.
    private func run(_ wire: WireConnection) async -> AMQPError {
        sessionCount += 1
        let session = Session(number: sessionCount, wire: wire, configuration: configuration)
        self.session = session
        emit(.connected(wire.endpoint))
        for waiter in connectWaiters { waiter.succeed() }
        connectWaiters = []
        changed()
        for subscription in subscriptions.values { setUp(subscription) }
        let reason = await pump(session)
        self.session = nil
        session.end(reason)
        apply(session)
        changed()
        return reason
    }

    private func pump(_ session: Session) async -> AMQPError {
        while true {
            let hasMore = session.receive(limit: 256)
            session.flush()
            session.expireRequests()
            apply(session)
            if let failure = session.failure { return failure }
            if hasMore {
                await Task.yield()
            } else {
                _ = await parking.wait(
                    for: session.hasOutbound ? .readableOrWritable : .readable,
                    on: session.wire.descriptor,
                    until: session.wakeUp
                )
            }
        }
    }

    /// Carries out what the session left to do, and wakes the pump if it waits for the wrong thing.
    func apply(_ session: Session) {
        var displaced: [Subscription] = []
        while !session.effects.isEmpty {
            let effects = session.effects
            session.effects = []
            for effect in effects {
                switch effect {
                case .settled(let publishing, let outcome): settle(publishing, outcome)
                case .blocked(let reason):
                    emit(.blocked(reason))
                    changed()
                case .unblocked:
                    emit(.unblocked)
                    changed()
                case .channelClosed(let code, let text): emit(.channelClosed(code: code, text: text))
                case .displaced(let subscription): displaced.append(subscription)
                case .gone(let subscription): end(subscription, .queueGone(subscription.queue))
                }
            }
        }
        if session === self.session {
            for subscription in displaced where !subscription.isEnded { setUp(subscription) }
        }
        if session.failure != nil || session.hasOutbound { parking.abandon(session.wire.descriptor) }
    }

    private func failConnectWaiters(_ error: AMQPError) {
        for waiter in connectWaiters { waiter.resolve(.failure(error)) }
        connectWaiters = []
    }

    private func emit(_ event: AMQPEvent) { onEvent?(event) }
}

// MARK: - Waiting for the broker

extension AMQPConnection {
    /// A session that is up, and for publishing not blocked; waits for it.
    func readySession(forPublishing: Bool = false) async throws(AMQPError) -> Session {
        while true {
            switch phase {
            case .idle: throw .notConnected
            case .closing, .closed: throw .closed
            case .running: break
            }
            if let session, session.failure == nil, !(forPublishing && session.isBlocked) { return session }
            let id = nextID()
            let waiter = Reply<Void>()
            changeWaiters[id] = waiter
            defer { changeWaiters[id] = nil }
            try await waiter.value()
        }
    }

    private func changed() {
        let waiters = changeWaiters
        changeWaiters = [:]
        for waiter in waiters.values { waiter.succeed() }
    }

    /// A number not used before by this connection.
    func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }
}

extension AMQPError {
    /// Whether trying again with the same configuration is useless.
    fileprivate var isFinal: Bool {
        switch self {
        case .accessRefused, .tls: true
        default: false
        }
    }
}
