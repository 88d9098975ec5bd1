/// A frame from the broker; everything in it is a copy, free of librabbitmq's buffers.
struct InboundFrame {
    enum Payload {
        case method(ServerMethod)
        case header(bodySize: UInt64, MessageProperties)
        case body([UInt8])
    }

    let channel: UInt16
    let payload: Payload
}

/// A method the broker sends.
enum ServerMethod: Sendable {
    /// The answer to a request, where nothing in it matters but that it came.
    case done
    case queueDeclared(AMQPQueueState)
    /// The answer to queue.purge and queue.delete.
    case messageCount(Int)
    case channelCloseOk
    case connectionCloseOk
    case deliver(Deliver)
    case returned(code: Int, text: String)
    case ack(deliveryTag: UInt64, multiple: Bool)
    case nack(deliveryTag: UInt64, multiple: Bool)
    /// The broker cancelled a consumer.
    case cancelled(consumerTag: String)
    case channelClose(code: Int, text: String)
    case connectionClose(code: Int, text: String)
    case blocked(reason: String)
    case unblocked
    /// channel.flow and whatever else this client does not know.
    case unknown(UInt32)

    struct Deliver: Sendable {
        let consumerTag: String
        let deliveryTag: UInt64
        let isRedelivered: Bool
        let exchange: String
        let routingKey: String
    }
}

/// The properties of a message that this client reads.
struct MessageProperties: Sendable {
    var contentType: String?
    var contentEncoding: String?
    var messageID: String?
    var type: String?
    var correlationID: String?
    var timestampSeconds: UInt64?
    var headers: [String: AMQPValue] = [:]
}
