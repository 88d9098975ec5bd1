import CRabbitMQ
import EventLoop

/// Owns one librabbitmq connection with its socket; freed exactly once, in `deinit`.
///
/// Belongs to one thread at a time. librabbitmq is used for the handshake, the framing and the heartbeats
/// only; its synchronous calls are not, because in 0.11 they lose frames of other channels
/// (`amqp_simple_wait_frame_on_channel` cuts the list of queued frames before the one it takes) and wait for
/// message bodies without a limit.
final class WireConnection {
    /// Small enough that a frame always fits the room that `canSend` promises.
    static let largestBodyFrame = 32 * 1024
    /// Of it the kernel reports room from a third free on.
    private static let sendBuffer = 256 * 1024
    private static let largestFrame: Int32 = 128 * 1024

    private let state: amqp_connection_state_t
    /// Whom it is connected to.
    let endpoint: AMQPEndpoint
    /// For `poll` only.
    let descriptor: Int32

    /// Connects and signs in. Blocks up to twice `connectTimeout` and the resolver's own limit.
    /// - Throws: `.accessRefused`, `.tls` or `.unreachable`.
    init(to endpoint: AMQPEndpoint, configuration: AMQPConfiguration) throws(AMQPError) {
        guard let state = amqp_new_connection() else { preconditionFailure("out of memory") }
        do {
            try Self.open(state, endpoint, configuration)
            descriptor = amqp_get_sockfd(state)
            crabbitmq_set_send_buffer(descriptor, Int32(Self.sendBuffer))
            try Self.signIn(state, endpoint, configuration)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        self.endpoint = endpoint
    }

    deinit { amqp_destroy_connection(state) }

    /// Channels the broker allows.
    var channelLimit: Int { Int(amqp_get_channel_max(state)) }

    /// The release the broker says it is.
    var brokerVersion: String? {
        guard let properties = amqp_get_server_properties(state) else { return nil }
        return [String: AMQPValue](properties.pointee)["version"]?.string
    }

    /// As agreed with the broker; `nil` for none.
    var heartbeat: Duration? {
        let seconds = amqp_get_heartbeat(state)
        return seconds > 0 ? .seconds(seconds) : nil
    }

    /// The next frame that is there, without waiting; sends a heartbeat when one is due.
    /// - Throws: `.connectionLost` also when the peer's heartbeats stayed away.
    func nextFrame() throws(AMQPError) -> InboundFrame? {
        while true {
            var frame = amqp_frame_t()
            let status = crabbitmq_next_frame(state, &frame)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status)
            // The copy is made before the buffers are given back.
            let copy = InboundFrame(frame)
            amqp_maybe_release_buffers_on_channel(state, frame.channel)
            if let copy { return copy }
        }
    }

    /// Whether a frame of up to `largestBodyFrame` can be sent without waiting for the peer.
    var canSend: Bool { crabbitmq_can_send(descriptor) != 0 }

    /// Sends one method frame; whoever made `method` keeps alive what it points to.
    func send<Method: BitwiseCopyable>(_ id: amqp_method_number_t, _ method: Method, on channel: UInt16)
        throws(AMQPError)
    {
        var method = method
        try check(amqp_send_method(state, channel, id, &method))
    }

    /// Sends a whole message in one packet where possible, for bodies of up to `largestBodyFrame`.
    func publish(
        _ method: amqp_basic_publish_t,
        _ properties: amqp_basic_properties_t,
        body: [UInt8],
        on channel: UInt16
    )
        throws(AMQPError)
    {
        var properties = properties
        let status = body.withUnsafeBytes { body in
            amqp_basic_publish(
                state,
                channel,
                method.exchange,
                method.routing_key,
                method.mandatory,
                0,
                &properties,
                amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            )
        }
        try check(status)
    }

    /// Sends the header frame of a message whose body follows in frames of its own.
    func sendHeader(_ properties: amqp_basic_properties_t, bodySize: Int, on channel: UInt16)
        throws(AMQPError)
    {
        var properties = properties
        let status = withUnsafeMutablePointer(to: &properties) { properties in
            var frame = amqp_frame_t()
            frame.frame_type = UInt8(AMQP_FRAME_HEADER)
            frame.channel = channel
            frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
            frame.payload.properties.body_size = UInt64(bodySize)
            frame.payload.properties.decoded = UnsafeMutableRawPointer(properties)
            return amqp_send_frame(state, &frame)
        }
        try check(status)
    }

    /// Sends one body frame.
    func sendBody(_ fragment: ArraySlice<UInt8>, on channel: UInt16) throws(AMQPError) {
        let status = fragment.withUnsafeBytes { fragment in
            var frame = amqp_frame_t()
            frame.frame_type = UInt8(AMQP_FRAME_BODY)
            frame.channel = channel
            frame.payload.body_fragment = amqp_bytes_t(
                len: fragment.count,
                bytes: UnsafeMutableRawPointer(mutating: fragment.baseAddress)
            )
            return amqp_send_frame(state, &frame)
        }
        try check(status)
    }

    private func check(_ status: Int32) throws(AMQPError) {
        guard status == AMQP_STATUS_OK.rawValue else { throw .connectionLost(Self.text(status)) }
    }

    static func text(_ status: Int32) -> String {
        amqp_error_string2(status).map { String(cString: $0) } ?? "librabbitmq status \(status)"
    }

    private static func signIn(
        _ state: amqp_connection_state_t,
        _ endpoint: AMQPEndpoint,
        _ configuration: AMQPConfiguration
    ) throws(AMQPError) {
        crabbitmq_set_handshake_timeout(state, configuration.connectTimeout.milliseconds)
        let arena = Arena()
        var properties = arena.table(clientProperties(configuration.connectionName))
        let reply = crabbitmq_login_plain(
            state,
            endpoint.virtualHost,
            0,
            largestFrame,
            Int32(clamping: min(max(configuration.heartbeatSeconds, 0), Int(UInt16.max))),
            &properties,
            endpoint.username,
            endpoint.password
        )
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw refusal(ServerMethod(reply.reply), endpoint)
        default: throw .unreachable("\(endpoint): signing in failed, \(text(reply.library_error))")
        }
    }

    /// 403 is a wrong user or password; 530 a virtual host that does not exist or is not allowed, but also a
    /// limit on connections, which passes.
    private static func refusal(_ method: ServerMethod, _ endpoint: AMQPEndpoint) -> AMQPError {
        guard case .connectionClose(let code, let text) = method else {
            return .unreachable("\(endpoint): signing in failed")
        }
        let isLimit = text.contains("limit")
        return (code == 403 || code == 530) && !isLimit
            ? .accessRefused("\(endpoint): \(text)") : .unreachable("\(endpoint): \(text)")
    }

    /// What the broker may send only to clients that say they understand it
    /// (https://www.rabbitmq.com/docs/connections#capabilities).
    private static func clientProperties(_ connectionName: String) -> [String: AMQPValue] {
        [
            "connection_name": .string(connectionName),
            "product": .string(connectionName),
            "capabilities": .table([
                "consumer_cancel_notify": true, "connection.blocked": true,
                "publisher_confirms": true, "basic.nack": true, "authentication_failure_close": true,
            ]),
        ]
    }
}

extension InboundFrame {
    /// `nil` for a heartbeat and for frame types that carry nothing.
    fileprivate init?(_ frame: amqp_frame_t) {
        channel = frame.channel
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            payload = .method(ServerMethod(frame.payload.method))
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            guard let decoded = header.decoded else { return nil }
            let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            payload = .header(bodySize: header.body_size, MessageProperties(properties))
        case AMQP_FRAME_BODY:
            payload = .body([UInt8](frame.payload.body_fragment))
        default:
            return nil
        }
    }
}

extension Duration {
    /// Rounded down but at least 1, as C takes it.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1000)
        guard !whole.overflow else { return seconds < 0 ? 1 : .max }
        return max(1, Int32(clamping: whole.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
