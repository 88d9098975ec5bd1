/// A message on its way to the broker; stays on the connection's thread.
final class Publishing {
    private(set) var message: AMQPMessage
    let exchange: String
    let routingKey: String
    let isMandatory: Bool
    let reply = Reply<PublishOutcome>()
    /// Set when the broker returned it; the confirm still follows.
    var returnText: String?
    /// When all of it was sent.
    var sentAt: ContinuousClock.Instant?
    /// Nobody waits any more, but the broker's answer still counts it.
    private(set) var isGivenUp = false

    init(_ message: AMQPMessage, exchange: String, routingKey: String, isMandatory: Bool) {
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.isMandatory = isMandatory
    }

    func hasWaited(_ limit: Duration, until now: ContinuousClock.Instant) -> Bool {
        sentAt.map { $0 + limit <= now } ?? false
    }

    /// Keeps no more of it than its place in the numbering.
    func giveUp() {
        isGivenUp = true
        message.body = []
    }
}

/// How a publishing ended.
enum PublishOutcome: Sendable, Hashable {
    case confirmed
    case returned(String)
    case nacked
    /// Sent, and the connection ended before the confirm.
    case lost
    /// The broker closed the channel it was sent on.
    case channelClosed(code: Int, text: String)
    /// Certainly not with the broker: send it again.
    case notSent
}
