import Synchronization

/// Deliveries on their way from the connection's thread to the tasks that iterate.
///
/// The broker bounds it: it sends no more than the prefetch unsettled.
final class DeliveryStream: Sendable {
    private struct State {
        var buffer = FIFO<AMQPDelivery>()
        var waiters = ReplyQueue<AMQPDelivery?>()
        var end: Result<AMQPDelivery?, AMQPError>?
    }

    private let state = Mutex(State())

    /// The next delivery; `nil` at the end and when the task is cancelled.
    func next(isolation: isolated (any Actor)?) async throws(AMQPError) -> AMQPDelivery? {
        if Task.isCancelled { return nil }
        let waiter = Reply<AMQPDelivery?>()
        let known = state.withLock { state -> Result<AMQPDelivery?, AMQPError>? in
            if let delivery = state.buffer.popFirst() { return .success(delivery) }
            if state.end == nil { state.waiters.append(waiter) }
            return state.end
        }
        if let known { return try known.get() }
        do {
            return try await waiter.value()
        } catch .cancelled {
            return nil
        }
    }

    /// Hands a delivery to the longest waiting task or keeps it; false once ended.
    func push(_ delivery: AMQPDelivery) -> Bool {
        state.withLock { state in
            guard state.end == nil else { return false }
            if !state.waiters.resolveFirst(.success(delivery)) { state.buffer.append(delivery) }
            return true
        }
    }

    /// Ends the sequence, with an error or without.
    /// - Returns: what nobody has taken.
    func finish(_ error: AMQPError?) -> [AMQPDelivery] {
        let end: Result<AMQPDelivery?, AMQPError> = error.map { .failure($0) } ?? .success(nil)
        let (left, waiters) = state.withLock { state -> ([AMQPDelivery], [Reply<AMQPDelivery?>]) in
            guard state.end == nil else { return ([], []) }
            state.end = end
            return (state.buffer.takeAll(), state.waiters.takeAll())
        }
        for waiter in waiters { waiter.resolve(end) }
        return left
    }

    /// Drops what nobody has taken: its channel is gone and the broker delivers it again.
    func discardBuffered() {
        state.withLock { _ = $0.buffer.takeAll() }
    }
}
