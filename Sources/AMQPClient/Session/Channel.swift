/// One AMQP channel; stays on the connection's thread.
///
/// It has one request in flight at a time: when the broker closes the channel, it is clear which one failed.
final class Channel {
    enum Role {
        /// Declarations, bindings, inspections.
        case control
        case publisher(Publisher)
        case consumer(ConsumerGroup)
    }

    /// Publishes to one exchange, so that its 404 or 403 hits nobody else.
    final class Publisher {
        var confirms = ConfirmLedger<Publishing>()
        /// True once confirm mode is on.
        var isReady = false
        /// Waits for confirm mode.
        var backlog: [Publishing] = []
        let openedAt = ContinuousClock.now
    }

    /// Consumers that share a channel.
    final class ConsumerGroup {
        /// By consumer tag.
        var subscriptions: [String: Subscription] = [:]
        /// By delivery tag, what the broker waits to see settled. Settling another one would close the channel.
        var unsettled: [UInt64: Held] = [:]
        /// As last sent; holds for consumers that start afterwards.
        var prefetch: UInt16?
    }

    /// A delivery that is not settled.
    struct Held {
        /// Of its body, in memory.
        let bytes: Int
        weak var subscription: Subscription?
    }

    struct Request {
        let method: ClientMethod
        /// Whether its caller has gone; it is then not sent.
        let isAbandoned: () -> Bool
        let complete: (Result<ServerMethod, AMQPError>) -> Void
    }

    let id: UInt64
    let number: UInt16
    let role: Role
    var waiting = FIFO<Request>()
    var inFlight: Request?
    var deadline: ContinuousClock.Instant?
    var content = IncomingContent()

    init(id: UInt64, number: UInt16, role: Role) {
        self.id = id
        self.number = number
        self.role = role
    }

    var publisher: Publisher? {
        if case .publisher(let publisher) = role { publisher } else { nil }
    }

    var group: ConsumerGroup? {
        if case .consumer(let group) = role { group } else { nil }
    }
}
