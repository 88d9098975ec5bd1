import EventLoop

extension Session {
    /// Makes one attempt to connect, within the configured time.
    /// - Throws: `.unreachable`, `.refused` or `.cancelled`.
    static func open(
        _ configuration: PostgresConfiguration,
        on loop: PostgresLoop
    ) async throws(PostgresError) -> Session {
        let parameters = try ConnectionParameters(configuration)
        let session = await LoopGate(loop).start(parameters, configuration)
        try await session.establish(parameters)
        return session
    }

    private func establish(_ parameters: ConnectionParameters) async throws(PostgresError) {
        let deadline = ContinuousClock.now + configuration.connectTimeout
        // libpq wants the first poll to come after the socket is writable.
        var polling = handle.hasStarted ? ConnectionHandle.Polling.writing : .failed
        while true {
            switch polling {
            case .reading: try await wait(for: .readable, until: deadline)
            case .writing: try await wait(for: .writable, until: deadline)
            case .established: return try becomeReady()
            case .failed: throw failure(parameters)
            }
            polling = handle.pollConnecting()
        }
    }

    private func wait(
        for interest: SocketParking.Interest,
        until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        let outcome = await loop.parking.wait(for: interest, on: handle.descriptor, until: deadline)
        if let ending { throw ending }
        switch outcome {
        case .ready: return
        case .timedOut:
            throw fail(PostgresError(.unreachable, "no connection within \(configuration.connectTimeout)"))
        case .cancelled: throw fail(Self.cancelled)
        }
    }

    private func becomeReady() throws(PostgresError) {
        guard handle.setNonBlocking(), handle.enterPipeline() else {
            throw fail(PostgresError(.unreachable, "the new connection failed"))
        }
        phase = .ready
    }

    private func failure(_ parameters: ConnectionParameters) -> PostgresError {
        let text = parameters.redacted(handle.message)
        return fail(ConnectFailure(text, needsPassword: handle.needsPassword).error)
    }

    private func fail(_ error: PostgresError) -> PostgresError {
        end(error)
        return error
    }
}

/// Makes the first libpq call of a connection on the loop thread: resolving a name may block.
private actor LoopGate {
    private let loop: PostgresLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    init(_ loop: PostgresLoop) { self.loop = loop }

    func start(_ parameters: ConnectionParameters, _ configuration: PostgresConfiguration) -> Session {
        Session(configuration, handle: ConnectionHandle(parameters.all), on: loop)
    }
}
