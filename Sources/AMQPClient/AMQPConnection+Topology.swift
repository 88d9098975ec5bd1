extension AMQPConnection {
    /// Declares an exchange; harmless if it exists with the same properties.
    /// - Throws: `.channelClosed` with 406 if it exists with others.
    public func declareExchange(
        _ name: String,
        type: AMQPExchangeType,
        durable: Bool = true,
        arguments: [String: AMQPValue] = [:]
    ) async throws(AMQPError) {
        try shortText(name, "exchange")
        try table(arguments, "arguments")
        _ = try await call(
            .exchangeDeclare(name: name, type: type.rawValue, durable: durable, arguments: arguments)
        )
    }

    /// Deletes an exchange, if there is one, with its bindings.
    public func deleteExchange(_ name: String) async throws(AMQPError) {
        try shortText(name, "exchange")
        _ = try await call(.exchangeDelete(name: name))
    }

    /// Declares a queue; harmless if it exists with the same properties. The broker makes up an empty name.
    /// - Throws: `.channelClosed` with 406 if it exists with others, 405 if it is another connection's own.
    @discardableResult
    public func declareQueue(
        _ name: String,
        kind: AMQPQueueKind = .classic,
        durable: Bool = true,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        arguments: [String: AMQPValue] = [:]
    ) async throws(AMQPError) -> AMQPQueueState {
        try shortText(name, "queue")
        try table(arguments, "arguments")
        var declaration = ClientMethod.QueueDeclaration(name: name, arguments: arguments)
        declaration.isDurable = durable
        declaration.isExclusive = exclusive
        declaration.deletesItself = autoDelete
        // Classic is what the broker makes of no argument; naming it would differ from older declarations.
        if kind == .quorum { declaration.arguments["x-queue-type"] = .string(kind.rawValue) }
        return try await declare(declaration)
    }

    /// The queue as it is, without touching it; `nil` if there is none.
    public func inspectQueue(_ name: String) async throws(AMQPError) -> AMQPQueueState? {
        try shortText(name, "queue")
        do {
            return try await declare(ClientMethod.QueueDeclaration(name: name, isPassive: true))
        } catch .channelClosed(code: 404, let text) where !AMQPError.isPassing(text) {
            return nil
        }
    }

    /// Binds a queue to an exchange; harmless if it is bound already.
    public func bindQueue(
        _ queue: String,
        to exchange: String,
        routingKey: String,
        arguments: [String: AMQPValue] = [:]
    ) async throws(AMQPError) {
        try shortText(queue, "queue")
        try shortText(exchange, "exchange")
        try shortText(routingKey, "routing key")
        try table(arguments, "arguments")
        _ = try await call(
            .queueBind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)
        )
    }

    /// Deletes a queue, if there is one, with its messages.
    public func deleteQueue(_ name: String) async throws(AMQPError) {
        try shortText(name, "queue")
        _ = try await call(.queueDelete(name: name))
    }

    /// Drops the messages that are ready for delivery.
    /// - Returns: how many there were. If the connection broke meanwhile and the purge was repeated, those
    ///   of the last time.
    @discardableResult
    public func purgeQueue(_ name: String) async throws(AMQPError) -> Int {
        try shortText(name, "queue")
        guard case .messageCount(let count) = try await call(.queuePurge(name: name)) else {
            throw .protocolViolation("queue.purge was answered by another method")
        }
        return count
    }

    private func declare(_ declaration: ClientMethod.QueueDeclaration) async throws(AMQPError)
        -> AMQPQueueState
    {
        guard case .queueDeclared(let state) = try await call(.queueDeclare(declaration)) else {
            throw .protocolViolation("queue.declare was answered by another method")
        }
        return state
    }

    /// Sends a request on the control channel and waits for its answer. All of them can be repeated, so a
    /// broken connection is waited out; but not often, in case the request is what breaks it.
    private func call(_ method: ClientMethod) async throws(AMQPError) -> ServerMethod {
        var attempt = 1
        while true {
            let session = try await readySession()
            do {
                return try await call(method, in: session)
            } catch .connectionLost(let reason) {
                if attempt == 3 { throw .connectionLost(reason) }
                attempt += 1
            }
        }
    }

    /// Sends a request on the control channel of this session.
    func call(_ method: ClientMethod, in session: Session) async throws(AMQPError) -> ServerMethod {
        let reply = Reply<ServerMethod>()
        guard let channel = session.controlChannel() else {
            throw .protocolViolation("the broker allows too few channels")
        }
        session.request(
            method,
            on: channel,
            isAbandoned: { reply.isAbandoned },
            complete: { reply.resolve($0) }
        )
        apply(session)
        return try await reply.value()
    }
}

extension AMQPError {
    /// Whether a 404 is about a queue that exists on a node that is down ("home node … is down or
    /// inaccessible", RabbitMQ 3.10).
    static func isPassing(_ text: String) -> Bool { text.contains("inaccessible") }
}
