import EventLoop

/// The one thread on which a client makes its libpq calls. Every connection and the pool keep it alive; it ends
/// with the last of them.
final class PostgresLoop: Sendable {
    let parking = SocketParking()
    let executor: LoopExecutor

    init() { executor = LoopExecutor(name: "postgres", parking: parking) }

    deinit { executor.stop() }
}
