import EventLoop

/// Opens one connection on a thread of its own: resolving, connecting and signing in block, and the
/// connection's own thread has callers to serve meanwhile.
actor Dialer {
    private let executor = LoopExecutor(name: "amqp-dial", parking: SocketParking())
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    deinit { executor.stop() }

    func dial(
        _ endpoint: AMQPEndpoint,
        _ configuration: AMQPConfiguration
    ) throws(AMQPError) -> sending WireConnection {
        try WireConnection(to: endpoint, configuration: configuration)
    }
}
