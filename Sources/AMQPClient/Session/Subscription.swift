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

    init(id: UInt64, queue: String, prefetch: UInt16, consumerTag: String) {
        self.id = id
        self.queue = queue
        self.prefetch = prefetch
        self.consumerTag = consumerTag
    }
}
