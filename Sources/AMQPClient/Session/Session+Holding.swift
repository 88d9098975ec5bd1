/// Bodies in hand are bounded: a consumer whose messages are too large for its prefetch rests, and goes on with fewer.
extension Session {
    /// How much of an announced body is kept: all, its beginning if it is too large, or nothing if there is no room.
    func keeping(_ size: Int, of kind: IncomingContent.Kind?, on channel: Channel) -> Int {
        guard case .delivery(let deliver) = kind, let group = channel.group else { return 0 }
        let kept =
            size <= configuration.maximumBodyBytes
            ? size : min(configuration.keptBytesOfLarger, configuration.maximumBodyBytes)
        guard let subscription = group.subscriptions[deliver.consumerTag], !subscription.isEnded else {
            return 0
        }
        // What follows a delivery that goes back goes back too: the broker keeps their order.
        if subscription.isResting { return 0 }
        let isRoomy = bytesInHand == 0 || bytesInHand + kept <= configuration.maximumBytesInHand
        if isRoomy { return kept }
        let fitting = group.unsettled.values.count { $0.subscription === subscription }
        subscription.allowance = UInt16(clamping: min(max(fitting, 1), Int(subscription.prefetch)))
        rest(subscription, on: channel)
        return 0
    }

    /// Notes a delivery that has arrived.
    func hold(_ tag: UInt64, _ bytes: Int, of subscription: Subscription?, in group: Channel.ConsumerGroup) {
        group.unsettled[tag] = Channel.Held(bytes: bytes, subscription: subscription)
    }

    /// Forgets a delivery that is settled; false if it was before.
    func release(_ tag: UInt64, in group: Channel.ConsumerGroup) -> Bool {
        guard let held = group.unsettled.removeValue(forKey: tag) else { return false }
        bytesInHand -= held.bytes
        wakeResting()
        return true
    }

    /// Forgets all of a channel that is gone.
    func releaseAll(on channel: Channel) {
        bytesInHand -= channel.content.keptBytes
        guard let group = channel.group else { return }
        bytesInHand -= group.unsettled.values.reduce(0) { $0 + $1.bytes }
        group.unsettled = [:]
        wakeResting()
    }

    /// Gives a consumer its whole prefetch again once its messages are small enough for it.
    func measure(_ bytes: Int, of subscription: Subscription, on channel: Channel) {
        guard subscription.allowance != nil, !subscription.isResting else { return }
        subscription.measured.count += 1
        subscription.measured.largest = max(subscription.measured.largest, bytes)
        let prefetch = Int(subscription.prefetch)
        guard subscription.measured.count >= prefetch else { return }
        let needed = subscription.measured.largest.multipliedReportingOverflow(by: prefetch)
        subscription.measured = (0, 0)
        guard !needed.overflow, needed.partialValue <= configuration.maximumBytesInHand / 2 else { return }
        subscription.allowance = nil
        rest(subscription, on: channel)
    }

    /// Asks the broker to deliver no more; what it has sent meanwhile goes back, and then the consumer waits for room.
    private func rest(_ subscription: Subscription, on channel: Channel) {
        subscription.isResting = true
        subscription.measured = (0, 0)
        cancel(subscription, on: channel) { [unowned self] in
            resting.append(subscription)
            wakeResting()
        }
    }

    private func wakeResting() {
        while bytesInHand <= configuration.maximumBytesInHand / 2, let subscription = resting.popFirst() {
            if !subscription.isEnded { effects.append(.displaced(subscription)) }
        }
    }
}
