/// A NOTIFY that arrived, or the mark that some may have been missed.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What NOTIFY carried; empty for a gap.
    public let payload: String
    /// True when notifications may have been missed before this point: look at the tables themselves.
    public let isGap: Bool
}

/// The notifications of one channel, in order. For one reader.
///
/// It begins with a gap as soon as LISTEN is in force, so that a reader who looks at the tables at every gap misses
/// nothing, and has another after each reconnection and wherever a slow reader made the buffer (1,024) overflow.
/// It ends when the client closes or the reading task is cancelled.
public struct PostgresNotifications: AsyncSequence, Sendable {
    /// Nothing is thrown: failures lead to a reconnection.
    public typealias Failure = Never

    private let stream: AsyncStream<PostgresNotification>

    init(_ channel: String, _ pool: ConnectionPool) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self,
            bufferingPolicy: .bufferingNewest(1024)
        )
        self.stream = stream
        let task = Task { await Listener(pool: pool, channel: channel, continuation: continuation).run() }
        continuation.onTermination = { _ in task.cancel() }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(base: stream.makeAsyncIterator()) }

    /// Reads one notification after the other.
    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncStream<PostgresNotification>.Iterator

        /// The next notification, `nil` at the end.
        public mutating func next() async -> PostgresNotification? { await base.next() }

        /// The next notification, `nil` at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async -> PostgresNotification? {
            await base.next(isolation: actor)
        }
    }
}
