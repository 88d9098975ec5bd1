/// One connection to the broker from sign-in to its end: channels, requests and what is on its way out.
///
/// Synchronous and confined to the connection's thread. What concerns the connection beyond this session is
/// left in `effects`, which the connection takes after each call.
final class Session {
    enum Effect {
        case settled(Publishing, PublishOutcome)
        case blocked(String)
        case unblocked
        case channelClosed(code: Int, text: String)
        /// Has to be set up again, its channel is gone.
        case displaced(Subscription)
        /// The broker cancelled it.
        case gone(Subscription)
    }

    struct Partial {
        let publishing: Publishing
        let channel: Channel
        var sent = 0
    }

    static let publisherChannelLimit = 64
    static let consumersPerChannel = 32

    let wire: WireConnection
    let configuration: AMQPConfiguration
    /// Why the session is over; the pump looks at it before it waits.
    var failure: AMQPError?
    /// Why nothing can be sent any more. What the broker said last may still be there to read: confirms, and
    /// why it hung up.
    var sendFailure: AMQPError?
    var isBlocked = false
    var effects: [Effect] = []

    var channels: [UInt16: Channel] = [:]
    /// Closed by us, not yet by the broker: their numbers are taken and their frames ignored.
    var closing: Set<UInt16> = []
    /// Bodies of deliveries that are not settled, or under way.
    var bytesInHand = 0
    /// Consumers that wait for room, in order.
    var resting = FIFO<Subscription>()
    /// When it is looked next for confirms that stay away.
    var nextConfirmCheck = ContinuousClock.now
    var publishers: [String: Channel] = [:]
    /// Publish no more, and are closed once they owe nothing.
    var replaced: [Channel] = []
    private var control: Channel?
    private let number: UInt32
    private var channelCount: UInt32 = 0

    var methods = FIFO<(channel: UInt16, method: ClientMethod)>()
    var publishings = FIFO<(channel: Channel, publishing: Publishing)>()
    var partial: Partial?

    /// - Parameter number: counts the sessions of a connection.
    init(number: UInt32, wire: WireConnection, configuration: AMQPConfiguration) {
        self.number = number
        self.wire = wire
        self.configuration = configuration
    }

    /// Whether it is worth giving it something to do.
    var isUsable: Bool { failure == nil && sendFailure == nil }

    /// The channel for declarations.
    func controlChannel() -> Channel? {
        if control == nil { control = open(.control) }
        return control
    }

    /// The channel for publishings to `exchange`.
    func publisherChannel(for exchange: String) -> Channel? {
        let key = publishers[exchange] != nil || publishers.count < Self.publisherChannelLimit ? exchange : ""
        if let channel = publishers[key] { return channel }
        let publisher = Channel.Publisher()
        guard let channel = open(.publisher(publisher)) else { return publishers.values.first }
        publishers[key] = channel
        request(.confirmSelect, on: channel) { [unowned self] result in
            guard case .success = result else { return }
            publisher.isReady = true
            for publishing in publisher.backlog { publishings.append((channel, publishing)) }
            publisher.backlog = []
        }
        return channel
    }

    /// A channel with room for one more consumer.
    /// - Parameter last: where it consumed before; what it has in hand is settled there.
    func consumerChannel(_ last: Channel?) -> Channel? {
        if let last, channels[last.number] === last { return last }
        let groups = channels.values.filter { $0.group != nil }
        func load(_ channel: Channel) -> Int { channel.group?.subscriptions.count ?? 0 }
        if let roomy = groups.first(where: { load($0) < Self.consumersPerChannel }) { return roomy }
        return open(.consumer(Channel.ConsumerGroup())) ?? groups.min { load($0) < load($1) }
    }

    /// Opens a channel; `nil` when the broker allows no more.
    private func open(_ role: Channel.Role) -> Channel? {
        let limit = UInt16(clamping: wire.channelLimit)
        guard let number = (1...max(limit, 1)).first(where: { channels[$0] == nil && !closing.contains($0) })
        else {
            return nil
        }
        channelCount += 1
        let id = UInt64(self.number) << 32 | UInt64(channelCount)
        let channel = Channel(id: id, number: number, role: role)
        channels[number] = channel
        request(.channelOpen, on: channel) { _ in }
        return channel
    }

    /// Queues a request; `complete` is called on this thread, once, whatever happens.
    func request(
        _ method: ClientMethod,
        on channel: Channel,
        isAbandoned: @escaping () -> Bool = { false },
        complete: @escaping (Result<ServerMethod, AMQPError>) -> Void
    ) {
        guard channels[channel.number] === channel else {
            return complete(.failure(.connectionLost("its channel was closed")))
        }
        channel.waiting.append(Channel.Request(method: method, isAbandoned: isAbandoned, complete: complete))
        sendNextRequest(on: channel)
    }

    /// Sends the next request of a channel that has none in flight.
    func sendNextRequest(on channel: Channel) {
        while channel.inFlight == nil, let request = channel.waiting.popFirst() {
            if request.isAbandoned() {
                request.complete(.failure(.cancelled))
                continue
            }
            channel.inFlight = request
            channel.deadline = .now + configuration.replyTimeout
            send(request.method, on: channel.number)
        }
    }

    /// Takes a channel out of use: what waits on it fails, is settled or moves to another channel.
    /// - Parameter farewell: sent as the last on this channel, before a successor may use its number.
    func retire(
        _ channel: Channel,
        _ error: AMQPError,
        _ outcome: PublishOutcome,
        farewell: ClientMethod? = nil
    ) {
        channels[channel.number] = nil
        releaseAll(on: channel)
        if control === channel { control = nil }
        publishers = publishers.filter { $0.value !== channel }
        replaced.removeAll { $0 === channel }
        _ = methods.take { $0.channel == channel.number }
        if let farewell { send(farewell, on: channel.number) }
        let failed = channel.inFlight
        channel.inFlight = nil
        let waiting = channel.waiting.takeAll()
        failed?.complete(.failure(error))
        switch channel.role {
        case .control:
            // A channel that did not even open has failed whoever waited for it, or they would wait for ever.
            if case .channelOpen = failed?.method { return fail(waiting, error) }
            guard let control = isUsable ? controlChannel() : nil else { return fail(waiting, error) }
            for request in waiting { control.waiting.append(request) }
            sendNextRequest(on: control)
        case .publisher(let publisher):
            fail(waiting, error)
            settle(publisher, on: channel, outcome)
        case .consumer(let group):
            fail(waiting, .connectionLost("its channel was closed"))
            displace(group)
        }
    }

    private func fail(_ requests: [Channel.Request], _ error: AMQPError) {
        for request in requests {
            if case .timedOut = error {
                request.complete(.failure(.timedOut(request.method.description)))
            } else {
                request.complete(.failure(error))
            }
        }
    }

    private func settle(_ publisher: Channel.Publisher, on channel: Channel, _ outcome: PublishOutcome) {
        let unsent = publisher.backlog + publishings.take { $0.channel === channel }.map(\.publishing)
        publisher.backlog = []
        for publishing in publisher.confirms.takeAll() where !publishing.isGivenUp {
            // The broker ignores a message whose body it has not got in full.
            let isPartial = publishing === partial?.publishing
            effects.append(.settled(publishing, isPartial ? .notSent : outcome))
        }
        if partial?.channel === channel { partial = nil }
        for publishing in unsent { effects.append(.settled(publishing, .notSent)) }
    }

    private func displace(_ group: Channel.ConsumerGroup) {
        for subscription in group.subscriptions.values where !subscription.isEnded {
            subscription.channel = nil
            subscription.stream.discardBuffered()
            effects.append(.displaced(subscription))
        }
        group.subscriptions = [:]
    }

    /// Ends everything in it, because the connection is gone.
    func end(_ reason: AMQPError) {
        failure = failure ?? reason
        let error: AMQPError = reason == .closed ? .closed : .connectionLost(reason.description)
        for channel in channels.values { retire(channel, error, .lost) }
    }
}
