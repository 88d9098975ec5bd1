extension AMQPConnection {
    /// Consumes from a queue, with at most `prefetch` deliveries unsettled (1 to 65,535).
    ///
    /// The sequence outlives the connection: after a reconnection it consumes again. Deliveries of the old
    /// connection are then void, and the broker delivers them again.
    /// - Parameter consumerTag: unique within this connection; made up if left out.
    /// - Throws: `.queueGone` if there is no such queue; `.channelClosed` with 403 or 405 if it may not be
    ///   consumed from. While the broker is away, it waits.
    public func consume(
        _ queue: String,
        prefetch: Int,
        consumerTag: String? = nil
    ) async throws(AMQPError) -> AMQPConsumer {
        try shortText(queue, "queue")
        try shortText(consumerTag, "consumer tag")
        guard let prefetch = UInt16(exactly: prefetch), prefetch > 0 else {
            throw .invalidArgument("the prefetch is \(prefetch), 1 to 65535 are allowed")
        }
        guard phase == .running else { throw phase == .idle ? .notConnected : .closed }
        let id = nextID()
        let tag = consumerTag ?? "consumer-\(id)"
        guard !subscriptions.values.contains(where: { $0.consumerTag == tag }) else {
            throw .invalidArgument("the consumer tag \(tag) is in use")
        }
        let subscription = Subscription(id: id, queue: queue, prefetch: prefetch, consumerTag: tag)
        subscriptions[id] = subscription
        setUp(subscription)
        do {
            try await subscription.established.value()
        } catch {
            await cancelConsumer(id)
            throw error
        }
        return AMQPConsumer(id, queue: queue, stream: subscription.stream, connection: self)
    }

    /// Sends the settlement of a delivery, if it is still open.
    func settle(_ tag: DeliveryTag, _ method: @Sendable (UInt64) -> ClientMethod) throws(AMQPError) {
        guard let session, session.isUsable,
            let channel = session.channels[tag.channelNumber], channel.id == tag.channelID,
            let group = channel.group, session.release(tag.rawValue, in: group)
        else { throw .staleDelivery }
        session.send(method(tag.rawValue), on: channel.number)
        apply(session)
    }

    /// Ends a consumer at the broker too; returns when the broker has confirmed or the channel is gone.
    func cancelConsumer(_ id: UInt64) async {
        guard let subscription = subscriptions[id] else { return }
        let channel = subscription.channel
        end(subscription, nil)
        guard let session, let channel, session.channels[channel.number] === channel else { return }
        let reply = Reply<Void>()
        session.cancel(subscription, on: channel) { reply.succeed() }
        apply(session)
        // Cancelled: the broker's answer is handled all the same.
        try? await reply.value()
    }

    /// Ends the sequence; what nobody took goes back to the queue.
    func end(_ subscription: Subscription, _ error: AMQPError?) {
        guard !subscription.isEnded else { return }
        subscription.isEnded = true
        subscriptions[subscription.id] = nil
        subscription.setUp?.cancel()
        subscription.established.resolve(.failure(error ?? .closed))
        let left = subscription.stream.finish(error).map(\.deliveryTag.rawValue)
        guard let session, let channel = subscription.channel, session.channels[channel.number] === channel
        else { return }
        if error == nil {
            subscription.unwanted += left
        } else {
            session.giveBack(left, on: channel)
        }
    }

    /// Starts the task that brings a subscription to the current session.
    func setUp(_ subscription: Subscription) {
        subscription.setUp?.cancel()
        let id = subscription.id
        subscription.setUp = Task { await setUp(id) }
    }

    private func setUp(_ id: UInt64) async {
        var failures = 0
        // Without a session there is nothing to do: the next one starts this again.
        while !Task.isCancelled, let subscription = subscriptions[id], let session, session.isUsable {
            do {
                try await subscribe(subscription, in: session)
                subscription.established.succeed()
                return
            } catch {
                guard !Task.isCancelled, session === self.session, session.isUsable else { return }
                if let final = error.endOfConsumer(subscription.queue) { return end(subscription, final) }
            }
            failures += 1
            // Ends early only when cancelled, which the loop sees.
            try? await Task.sleep(for: configuration.retry.wait(after: failures))
        }
    }

    private func subscribe(_ subscription: Subscription, in session: Session) async throws(AMQPError) {
        // A missing queue is found here, where the 404 closes a channel nobody shares.
        _ = try await call(
            .queueDeclare(ClientMethod.QueueDeclaration(name: subscription.queue, isPassive: true)),
            in: session
        )
        guard session === self.session, !subscription.isEnded else {
            throw .connectionLost("it ended meanwhile")
        }
        guard let channel = session.consumerChannel(subscription.channel) else {
            throw .protocolViolation("the broker allows too few channels")
        }
        let reply = Reply<Void>()
        session.consume(subscription, on: channel) { reply.resolve($0) }
        apply(session)
        try await reply.value()
    }
}

extension Session {
    /// Registers a subscription with a channel and asks the broker to deliver.
    func consume(
        _ subscription: Subscription,
        on channel: Channel,
        complete: @escaping (Result<Void, AMQPError>) -> Void
    ) {
        guard let group = channel.group else { return }
        group.subscriptions[subscription.consumerTag] = subscription
        // Elsewhere: what nobody took from the channel before is void.
        if subscription.channel !== channel { subscription.stream.discardBuffered() }
        subscription.channel = channel
        subscription.isResting = false
        let prefetch = subscription.allowance ?? subscription.prefetch
        if group.prefetch != prefetch {
            group.prefetch = prefetch
            // A failure closes the channel, which the next request reports.
            request(.basicQos(prefetch: prefetch), on: channel) { _ in }
        }
        let method = ClientMethod.basicConsume(
            queue: subscription.queue,
            consumerTag: subscription.consumerTag
        )
        request(method, on: channel) { result in
            if case .failure = result { group.subscriptions[subscription.consumerTag] = nil }
            complete(result.map { _ in })
        }
    }

    /// Asks the broker to stop delivering, then gives back what came meanwhile. A consume that is still
    /// under way is answered first: requests of a channel keep their order.
    func cancel(_ subscription: Subscription, on channel: Channel, complete: @escaping () -> Void) {
        request(.basicCancel(consumerTag: subscription.consumerTag), on: channel) { [unowned self] _ in
            channel.group?.subscriptions[subscription.consumerTag] = nil
            giveBack(subscription.unwanted, on: channel)
            subscription.unwanted = []
            complete()
        }
    }
}

extension AMQPError {
    /// What ends the consumer of `queue` with this error; `nil` if trying again can help.
    fileprivate func endOfConsumer(_ queue: String) -> AMQPError? {
        switch self {
        case .channelClosed(code: 404, let text): Self.isPassing(text) ? nil : .queueGone(queue)
        case .channelClosed, .protocolViolation: self
        default: nil
        }
    }
}
