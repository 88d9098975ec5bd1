import Foundation

extension Session {
    /// Handles frames that are there, at most `limit` of them.
    /// - Returns: whether more may be there.
    func receive(limit: Int) -> Bool {
        do {
            for _ in 0..<limit {
                guard failure == nil else { return false }
                guard let frame = try wire.nextFrame() else {
                    failure = sendFailure
                    return false
                }
                try handle(frame)
            }
            return true
        } catch {
            failure = failure ?? error
            return false
        }
    }

    /// When the pump has to look again even if nothing comes: for heartbeats and requests that take too long.
    var wakeUp: ContinuousClock.Instant? {
        // librabbitmq sends a heartbeat every half interval, if called.
        let heartbeat = wire.heartbeat.map { ContinuousClock.now + $0 / 4 }
        let deadline = isBlocked ? nil : channels.values.compactMap(\.deadline).min()
        let confirms = channels.values.contains { $0.publisher?.confirms.isEmpty == false }
        return [heartbeat, deadline, confirms ? nextConfirmCheck : nil].compactMap { $0 }.min()
    }

    /// Gives up waiting for confirms that stay away: the queue may have lost its majority, or a node its mind.
    func expireConfirms(_ now: ContinuousClock.Instant = .now) {
        guard nextConfirmCheck <= now else { return }
        nextConfirmCheck = now + min(.seconds(1), configuration.confirmTimeout / 2)
        guard !isBlocked else { return }
        let limit = configuration.confirmTimeout
        for channel in Array(channels.values) {
            let sent =
                channel.publisher?.confirms.unanswered.filter { !$0.isGivenUp && $0.sentAt != nil } ?? []
            for publishing in sent where publishing.hasWaited(limit, until: now) {
                publishing.giveUp()
                effects.append(.settled(publishing, .lost))
            }
            // It may wait for a leader that hangs; what comes next need not.
            let patience = min(.seconds(5), limit / 2)
            if sent.contains(where: { $0.hasWaited(patience, until: now) }) { replace(channel) }
        }
        closeReplaced()
    }

    /// Gives up requests that were not answered in time, together with their channels. A blocked connection
    /// is not read by the broker, so its requests may take as long as that lasts.
    func expireRequests(_ now: ContinuousClock.Instant = .now) {
        guard !isBlocked else { return }
        for channel in channels.values {
            guard let deadline = channel.deadline, deadline <= now, let request = channel.inFlight else {
                continue
            }
            closing.insert(channel.number)
            retire(channel, .timedOut(request.method.description), .lost, farewell: .channelClose)
        }
    }

    private func handle(_ frame: InboundFrame) throws(AMQPError) {
        if frame.channel == 0 { return handleConnection(frame) }
        if closing.contains(frame.channel) { return handleClosing(frame) }
        // A frame for a channel that was closed on both sides is of no interest.
        guard let channel = channels[frame.channel] else { return }
        switch frame.payload {
        case .method(let method): try handle(method, on: channel)
        case .header(let size, let properties): try handle(header: size, properties, on: channel)
        case .body(let fragment):
            if let whole = try channel.content.append(fragment) { take(whole, on: channel) }
        }
    }

    private func handle(header size: UInt64, _ properties: MessageProperties, on channel: Channel)
        throws(AMQPError)
    {
        guard let size = Int(exactly: size) else {
            throw .protocolViolation("a message body of \(size) bytes")
        }
        let keeping = keeping(size, of: channel.content.announced, on: channel)
        let whole = try channel.content.header(size: size, properties, keeping: keeping)
        bytesInHand += channel.content.keptBytes
        if let whole { take(whole, on: channel) }
    }

    private func handleConnection(_ frame: InboundFrame) {
        guard case .method(let method) = frame.payload else { return }
        switch method {
        case .connectionClose(let code, let text):
            send(.connectionCloseOk, on: 0)
            failure = failure ?? .connectionLost("the broker closed it with \(code): \(text)")
        case .connectionCloseOk:
            failure = failure ?? .closed
        case .blocked(let reason):
            isBlocked = true
            effects.append(.blocked(reason))
        case .unblocked:
            isBlocked = false
            // Their time starts again.
            for channel in channels.values where channel.inFlight != nil {
                channel.deadline = .now + configuration.replyTimeout
            }
            for channel in channels.values {
                for publishing in channel.publisher?.confirms.unanswered ?? [] where publishing.sentAt != nil
                {
                    publishing.sentAt = .now
                }
            }
            effects.append(.unblocked)
        default: break
        }
    }

    private func handleClosing(_ frame: InboundFrame) {
        guard case .method(let method) = frame.payload else { return }
        switch method {
        case .channelCloseOk: closing.remove(frame.channel)
        case .channelClose: send(.channelCloseOk, on: frame.channel)
        default: break
        }
    }

    private func handle(_ method: ServerMethod, on channel: Channel) throws(AMQPError) {
        switch method {
        case .deliver(let deliver): try channel.content.begin(.delivery(deliver))
        case .returned(_, let text): try channel.content.begin(.returned(text))
        case .ack(let tag, let multiple): confirm(tag, multiple, .confirmed, on: channel)
        case .nack(let tag, let multiple): confirm(tag, multiple, .nacked, on: channel)
        case .cancelled(let tag):
            if let subscription = channel.group?.subscriptions.removeValue(forKey: tag), !subscription.isEnded
            {
                effects.append(.gone(subscription))
            }
        case .channelClose(let code, let text):
            // Who asked on the control channel learns it as the answer.
            if case .control = channel.role {} else { effects.append(.channelClosed(code: code, text: text)) }
            let outcome = PublishOutcome.channelClosed(code: code, text: text)
            retire(channel, .channelClosed(code: code, text: text), outcome, farewell: .channelCloseOk)
        case .done, .queueDeclared, .messageCount: try answer(method, on: channel)
        default: throw .protocolViolation("an unexpected method on channel \(channel.number)")
        }
    }

    private func answer(_ method: ServerMethod, on channel: Channel) throws(AMQPError) {
        guard let request = channel.inFlight else {
            throw .protocolViolation("an answer nobody asked for on channel \(channel.number)")
        }
        channel.inFlight = nil
        channel.deadline = nil
        request.complete(.success(method))
        sendNextRequest(on: channel)
    }

    private func confirm(_ tag: UInt64, _ multiple: Bool, _ outcome: PublishOutcome, on channel: Channel) {
        for publishing in channel.publisher?.confirms.settle(tag, multiple: multiple) ?? []
        where !publishing.isGivenUp {
            let returned = publishing.returnText.map { PublishOutcome.returned($0) }
            effects.append(.settled(publishing, returned ?? outcome))
        }
        if outcome == .nacked { replace(channel) }
        closeReplaced()
    }

    private func take(_ whole: IncomingContent.Whole, on channel: Channel) {
        switch whole.kind {
        case .returned(let text):
            guard let number = whole.properties.correlationID.flatMap({ UInt64($0) }) else { return }
            channel.publisher?.confirms[number]?.returnText = text
        case .delivery(let deliver):
            guard let group = channel.group else { return }
            let subscription = group.subscriptions[deliver.consumerTag]
            hold(deliver.deliveryTag, whole.body.count, of: subscription, in: group)
            if let subscription, !subscription.isResting {
                measure(whole.body.count, of: subscription, on: channel)
                if subscription.stream.push(AMQPDelivery(whole, deliver, channel)) { return }
            }
            if let subscription, subscription.isEnded || subscription.isResting {
                subscription.unwanted.append(deliver.deliveryTag)
            } else {
                giveBack([deliver.deliveryTag], on: channel)
            }
        }
    }

    /// Requeues deliveries nobody has seen.
    func giveBack(_ tags: [UInt64], on channel: Channel) {
        guard channels[channel.number] === channel, let group = channel.group else { return }
        for tag in tags where release(tag, in: group) {
            send(.basicNack(deliveryTag: tag, requeue: true), on: channel.number)
        }
    }
}

extension AMQPDelivery {
    fileprivate init(_ whole: IncomingContent.Whole, _ deliver: ServerMethod.Deliver, _ channel: Channel) {
        let properties = whole.properties
        self.init(
            body: whole.body,
            bodySize: whole.size,
            contentType: properties.contentType,
            contentEncoding: properties.contentEncoding,
            messageID: properties.messageID,
            type: properties.type,
            timestamp: properties.timestampSeconds.map { Date(timeIntervalSince1970: TimeInterval($0)) },
            headers: properties.headers,
            exchange: deliver.exchange,
            routingKey: deliver.routingKey,
            isRedelivered: deliver.isRedelivered,
            deliveryTag: DeliveryTag(
                channelID: channel.id,
                channelNumber: channel.number,
                rawValue: deliver.deliveryTag
            )
        )
    }
}
