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

    let parking = SocketParking()
    private let executor: LoopExecutor
    let configuration: AMQPConfiguration
    let onEvent: (@Sendable (AMQPEvent) -> Void)?

    var phase = Phase.idle
    /// Present while signed in.
    var session: Session?
    private var supervisor: Task<Void, Never>?
    var sessionCount: UInt32 = 0
    var connectWaiters = ReplyQueue<Void>()
    /// When an endpoint could not be reached or was lost.
    var lastFailures: [AMQPEndpoint: ContinuousClock.Instant] = [:]
    private var closer: Task<Void, Never>?
    /// Resolved at each change of session, blocking or phase.
    var changeWaiters: [UInt64: Reply<Void>] = [:]
    var lastID: UInt64 = 0

    var subscriptions: [UInt64: Subscription] = [:]
    var slotsInUse = 0
    var slotWaiters = ReplyQueue<Void>()
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

    /// What the broker says its release is, such as `3.10.8`; `nil` while it is away.
    public var brokerVersion: String? { session?.wire.brokerVersion }

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
