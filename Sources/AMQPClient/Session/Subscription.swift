/// A consumer as the connection keeps it, across sessions; stays on the connection's thread.
final class Subscription {
    let id: UInt64
    let queue: String
    let prefetch: UInt16
    let consumerTag: String
    let stream = DeliveryStream()
    /// Resolved when it consumes for the first time or cannot.
    let established = Reply<Void>()
    /// Where it consumes, or is about to.
    weak var channel: Channel?
    /// The task that sets it up; replaced by the next one.
    var setUp: Task<Void, Never>?
    /// Cancelled, failed or closed: deliveries that still arrive are unwanted.
    var isEnded = false
    /// Tags to give back once the broker has confirmed the cancellation; earlier they would come straight back.
    var unwanted: [UInt64] = []
    /// Cancelled at the broker until there is room for its bodies.
    var isResting = false
    /// Instead of `prefetch`, since its bodies are too large for as many.
    var allowance: UInt16?
    /// Deliveries and the largest body since there is an allowance, or since they were last looked at.
    var measured: (count: Int, largest: Int) = (0, 0)

    init(id: UInt64, queue: String, prefetch: UInt16, consumerTag: String) {
        self.id = id
        self.queue = queue
        self.prefetch = prefetch
        self.consumerTag = consumerTag
    }
}
