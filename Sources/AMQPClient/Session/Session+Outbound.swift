import CRabbitMQ

extension Session {
    /// Whether something could be sent if the socket had room.
    var hasOutbound: Bool {
        !methods.isEmpty || partial != nil || (!publishings.isEmpty && !isBlocked)
    }

    /// Queues a method and sends what there is room for.
    func send(_ method: ClientMethod, on channel: UInt16) {
        methods.append((channel, method))
        flush()
    }

    /// Queues a publishing and sends what there is room for.
    func publish(_ publishing: Publishing) {
        guard let channel = publisherChannel(for: publishing.exchange), let publisher = channel.publisher
        else {
            failure = failure ?? .protocolViolation("the broker allows too few channels")
            return effects.append(.settled(publishing, .notSent))
        }
        if publisher.isReady {
            publishings.append((channel, publishing))
            flush()
        } else {
            publisher.backlog.append(publishing)
        }
    }

    /// Sends until all is out or the socket is full. Methods go first: an acknowledgement does not wait for
    /// a thousand publishings.
    func flush() {
        guard isUsable else { return }
        do {
            var room = 0
            while hasOutbound {
                if room <= 0 {
                    guard wire.canSend else { return }
                    room = WireConnection.largestBodyFrame
                }
                if let next = methods.popFirst() {
                    try wire.send(next.method, on: next.channel)
                    room -= 256
                } else {
                    room -= try sendContent()
                }
            }
        } catch {
            sendFailure = error
        }
    }

    /// Sends one body frame, or a whole message if it is small; how many bytes that was, about.
    private func sendContent() throws(AMQPError) -> Int {
        if var content = partial {
            let body = content.publishing.message.body
            let fragment = body[content.sent...].prefix(WireConnection.largestBodyFrame)
            try wire.sendBody(fragment, on: content.channel.number)
            content.sent += fragment.count
            partial = content.sent < body.count ? content : nil
            if partial == nil { content.publishing.sentAt = .now }
            return fragment.count
        }
        guard let (channel, publishing) = publishings.popFirst(), let publisher = channel.publisher else {
            return 0
        }
        if publishing.reply.isAbandoned {
            effects.append(.settled(publishing, .notSent))
            return 0
        }
        let number = publisher.confirms.next
        publisher.confirms.add(publishing)
        try begin(publishing, number, on: channel)
        return publishing.message.body.count + 1024
    }

    private func begin(_ publishing: Publishing, _ number: UInt64, on channel: Channel) throws(AMQPError) {
        let arena = Arena()
        var method = amqp_basic_publish_t()
        method.exchange = arena.bytes(publishing.exchange)
        method.routing_key = arena.bytes(publishing.routingKey)
        method.mandatory = publishing.isMandatory ? 1 : 0
        // A return does not say which publishing it is about, and the ack after it may cover several.
        let properties = amqp_basic_properties_t(publishing.message, correlationID: "\(number)", arena)
        let body = publishing.message.body
        if body.count <= WireConnection.largestBodyFrame {
            try wire.publish(method, properties, body: body, on: channel.number)
            publishing.sentAt = .now
            return
        }
        partial = Partial(publishing: publishing, channel: channel)
        try wire.send(AMQP_BASIC_PUBLISH_METHOD, method, on: channel.number)
        try wire.sendHeader(properties, bodySize: body.count, on: channel.number)
    }
}

extension amqp_basic_properties_t {
    fileprivate init(_ message: AMQPMessage, correlationID: String, _ arena: Arena) {
        self.init()
        func set(_ flag: Int32) { _flags |= amqp_flags_t(flag) }
        set(AMQP_BASIC_DELIVERY_MODE_FLAG)
        delivery_mode = message.isPersistent ? 2 : 1
        set(AMQP_BASIC_CORRELATION_ID_FLAG)
        correlation_id = arena.bytes(correlationID)
        if let contentType = message.contentType {
            set(AMQP_BASIC_CONTENT_TYPE_FLAG)
            content_type = arena.bytes(contentType)
        }
        if let contentEncoding = message.contentEncoding {
            set(AMQP_BASIC_CONTENT_ENCODING_FLAG)
            content_encoding = arena.bytes(contentEncoding)
        }
        if let messageID = message.messageID {
            set(AMQP_BASIC_MESSAGE_ID_FLAG)
            message_id = arena.bytes(messageID)
        }
        if let type = message.type {
            set(AMQP_BASIC_TYPE_FLAG)
            self.type = arena.bytes(type)
        }
        if let timestamp = message.timestamp {
            set(AMQP_BASIC_TIMESTAMP_FLAG)
            self.timestamp = timestamp.amqpSeconds
        }
        if let milliseconds = message.expirationMilliseconds {
            set(AMQP_BASIC_EXPIRATION_FLAG)
            expiration = arena.bytes("\(milliseconds)")
        }
        if !message.headers.isEmpty {
            set(AMQP_BASIC_HEADERS_FLAG)
            headers = arena.table(message.headers)
        }
    }
}
