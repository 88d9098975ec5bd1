import EventLoop

extension AMQPConnection {
    func supervise() async {
        var failures = 0
        while phase == .running {
            let error: AMQPError
            switch await dialRound() {
            case .success(let wire):
                lastFailures[wire.endpoint] = nil
                guard phase == .running else { return }
                let start = ContinuousClock.now
                error = await run(wire)
                // A connection that breaks at once is as good as none.
                if .now - start > min(configuration.retry.longest, .seconds(5)) { failures = 0 }
                lastFailures[wire.endpoint] = .now
                emit(.disconnected(error))
            case .failure(let failure): error = failure
            }
            guard phase == .running else { return }
            if sessionCount == 0, error.isFinal {
                phase = .idle
                failConnectWaiters(error)
                return changed()
            }
            failures += 1
            let wait = error.isFinal ? configuration.retry.longest : configuration.retry.wait(after: failures)
            emit(.retrying(after: wait, reason: error))
            // Ends early only when close() cancels it, which the loop sees by the phase.
            try? await Task.sleep(for: wait)
        }
    }

    /// Tries each endpoint once, in random order, those that failed last at the end: a node that is dead or hangs takes
    /// as long as `connectTimeout` to say nothing. A refused sign-in ends the round: repeating it elsewhere may lock
    /// the account.
    private func dialRound() async -> Result<WireConnection, AMQPError> {
        var worst = AMQPError.unreachable("there is no endpoint")
        let fresh = configuration.endpoints.shuffled().filter { !hasFailedLately($0) }
        let rest = configuration.endpoints.shuffled().filter(hasFailedLately)
        for endpoint in fresh + rest where phase == .running {
            do {
                return .success(try await Dialer().dial(endpoint, configuration))
            } catch {
                if case .accessRefused = error { return .failure(error) }
                lastFailures[endpoint] = .now
                if !worst.isFinal { worst = error }
            }
        }
        return .failure(worst)
    }

    private func hasFailedLately(_ endpoint: AMQPEndpoint) -> Bool {
        lastFailures[endpoint].map { .now - $0 < .seconds(60) } ?? false
    }

    /// Runs one session to its end.
    /// - Returns: why it ended.
    private func run(_ wire: WireConnection) async -> AMQPError {
        sessionCount += 1
        let session = Session(number: sessionCount, wire: wire, configuration: configuration)
        self.session = session
        emit(.connected(wire.endpoint))
        for waiter in connectWaiters.takeAll() { waiter.succeed() }
        changed()
        for subscription in subscriptions.values { setUp(subscription) }
        let reason = await pump(session)
        self.session = nil
        session.end(reason)
        // Also of those that rest, which no channel knows.
        for subscription in subscriptions.values { subscription.stream.discardBuffered() }
        apply(session)
        changed()
        return reason
    }

    private func pump(_ session: Session) async -> AMQPError {
        while true {
            let hasMore = session.receive(limit: 256)
            session.flush()
            session.expireRequests()
            session.expireConfirms()
            apply(session)
            if let failure = session.failure { return failure }
            if hasMore || !session.isUsable {
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
        if !session.isUsable || session.hasOutbound { parking.abandon(session.wire.descriptor) }
    }

    func failConnectWaiters(_ error: AMQPError) {
        for waiter in connectWaiters.takeAll() { waiter.resolve(.failure(error)) }
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
            if let session, session.isUsable, !(forPublishing && session.isBlocked) { return session }
            let id = nextID()
            let waiter = Reply<Void>()
            changeWaiters[id] = waiter
            defer { changeWaiters[id] = nil }
            try await waiter.value()
        }
    }

    func changed() {
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
