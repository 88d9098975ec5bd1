extension AMQPConnection {
    /// Publishes a message and returns when the broker has taken responsibility for it; on a quorum queue
    /// that means a majority of its nodes have it.
    ///
    /// Many may be under way, up to `maximumUnconfirmed`; further ones wait, as all do while the broker is
    /// away or blocks. The AMQP property correlation-id is used up to recognise returns.
    /// - Throws: `.returned` if it is mandatory and no queue takes it; `.nacked`; `.confirmLost` when it was sent and
    ///   the connection went away before the confirm; `.channelClosed` when the exchange does not exist or may not
    ///   be written to; `.cancelled`, after which it may have been sent.
    public func publish(
        _ message: AMQPMessage,
        to exchange: String,
        routingKey: String,
        mandatory: Bool = true
    ) async throws(AMQPError) {
        try message.check()
        try shortText(exchange, "exchange")
        try shortText(routingKey, "routing key")
        try await takeSlot()
        // Certainly not sent: once more. Each round waits for a session, so it cannot spin.
        while true {
            let session: Session
            do {
                session = try await readySession(forPublishing: true)
            } catch {
                releaseSlot()
                throw error
            }
            let publishing = Publishing(
                message,
                exchange: exchange,
                routingKey: routingKey,
                isMandatory: mandatory
            )
            session.publish(publishing)
            apply(session)
            // From here on the slot belongs to the publishing: it stays taken until the broker has answered,
            // even if the caller is cancelled.
            switch try await publishing.reply.value() {
            case .confirmed: return
            case .returned(let text): throw .returned(text)
            case .nacked: throw .nacked
            case .lost: throw .confirmLost
            case .channelClosed(let code, let text): throw .channelClosed(code: code, text: text)
            case .notSent: continue
            }
        }
    }

    func settle(_ publishing: Publishing, _ outcome: PublishOutcome) {
        let isHeard = publishing.reply.resolve(.success(outcome))
        // A caller that hears `notSent` goes on with the same slot.
        if !(isHeard && outcome == .notSent) { releaseSlot() }
    }

    private func takeSlot() async throws(AMQPError) {
        guard phase == .running else { throw phase == .idle ? .notConnected : .closed }
        if slotsInUse < max(configuration.maximumUnconfirmed, 1) {
            slotsInUse += 1
            return
        }
        let waiter = Reply<Void>()
        slotWaiters.append(waiter)
        try await waiter.value()
    }

    private func releaseSlot() {
        // Handed over, so that those who wait are served in order.
        if slotWaiters.resolveFirst(.success(())) { return }
        slotsInUse -= 1
        if slotsInUse == 0 { drained?.succeed() }
    }
}

/// AMQP carries names and text properties as short strings of at most 255 bytes.
func shortText(_ text: String?, _ what: String) throws(AMQPError) {
    let size = text?.utf8.count ?? 0
    guard size <= 255 else { throw .invalidArgument("the \(what) has \(size) bytes, 255 are allowed") }
}

/// Tables have to fit one frame together with the rest of their method.
func table(_ table: [String: AMQPValue], _ what: String) throws(AMQPError) {
    guard table.hasValidKeys else { throw .invalidArgument("a key of the \(what) has more than 255 bytes") }
    let size = table.encodedSize
    guard size <= 64 * 1024 else {
        throw .invalidArgument("the \(what) take \(size) bytes, 65536 are allowed")
    }
}

extension AMQPMessage {
    fileprivate func check() throws(AMQPError) {
        try shortText(contentType, "content type")
        try shortText(contentEncoding, "content encoding")
        try shortText(messageID, "message ID")
        try shortText(type, "type")
        try table(headers, "headers")
        guard (expirationMilliseconds ?? 0) >= 0 else {
            throw .invalidArgument("the expiration is negative")
        }
    }
}
