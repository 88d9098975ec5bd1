/// One consumer, as a sequence of its deliveries.
///
/// Several tasks may iterate; each delivery goes to one of them. A cancelled task's iteration ends without
/// ending the consumer. When the last reference goes, the consumer is cancelled as by `cancel()`.
public final class AMQPConsumer: AsyncSequence, Sendable {
    /// What iterating gives.
    public typealias Element = AMQPDelivery
    /// What iterating may throw.
    public typealias Failure = AMQPError

    private let id: UInt64
    private let stream: DeliveryStream
    private let connection: AMQPConnection
    /// The queue consumed from.
    public let queue: String

    init(_ id: UInt64, queue: String, stream: DeliveryStream, connection: AMQPConnection) {
        self.id = id
        self.queue = queue
        self.stream = stream
        self.connection = connection
    }

    deinit {
        let (id, connection) = (id, connection)
        Task { await connection.cancelConsumer(id) }
    }

    /// Tells the broker that the delivery is done with.
    ///
    /// Returns when the frame is on its way; AMQP has no answer to it. If the connection breaks just then,
    /// the broker delivers again.
    /// - Throws: `.staleDelivery` if it was settled before or its channel is gone.
    public func acknowledge(_ delivery: AMQPDelivery) async throws(AMQPError) {
        try await connection.settle(delivery.deliveryTag) { .basicAck(deliveryTag: $0) }
    }

    /// Gives the delivery back to its queue, or drops or dead-letters it (basic.nack).
    /// - Throws: as `acknowledge(_:)`.
    public func reject(_ delivery: AMQPDelivery, requeue: Bool) async throws(AMQPError) {
        try await connection.settle(delivery.deliveryTag) { .basicNack(deliveryTag: $0, requeue: requeue) }
    }

    /// Ends the sequence and the consumer at the broker; deliveries nobody has taken go back to the queue.
    /// Those taken can still be settled.
    public func cancel() async {
        await connection.cancelConsumer(id)
    }

    /// Starts iterating.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(consumer: self) }

    /// Takes deliveries; keeps the consumer alive.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let consumer: AMQPConsumer

        /// The next delivery; `nil` after `cancel()`, after `close()` and when the task is cancelled.
        /// - Throws: `.queueGone` when the queue was deleted, or why the broker refuses to deliver again
        ///   after a reconnection.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(AMQPError) -> AMQPDelivery? {
            try await consumer.stream.next(isolation: actor)
        }
    }
}
