public import Foundation

/// A message to publish.
public struct AMQPMessage: Sendable, Hashable {
    /// The payload, as it is.
    public var body: [UInt8]
    /// A media type such as `application/json`; at most 255 bytes, as every text property here.
    public var contentType: String?
    /// How the payload is encoded, such as `gzip`; nothing here encodes it.
    public var contentEncoding: String?
    /// The publisher's identity of the message; the broker does not look at it.
    public var messageID: String?
    /// What kind of message it is, in the application's words.
    public var type: String?
    /// When it came to be; whole seconds on the wire.
    public var timestamp: Date?
    /// Whether the message is to survive a restart of the broker in a durable queue.
    public var isPersistent: Bool
    /// Application headers; together at most 64 KiB on the wire.
    public var headers: [String: AMQPValue]
    /// How long a queue may keep it.
    public var expirationMilliseconds: Int?

    /// Makes a message, persistent by default.
    public init(
        body: [UInt8],
        contentType: String? = nil,
        messageID: String? = nil,
        type: String? = nil,
        timestamp: Date? = nil,
        isPersistent: Bool = true,
        headers: [String: AMQPValue] = [:],
        expirationMilliseconds: Int? = nil
    ) {
        self.body = body
        self.contentType = contentType
        self.messageID = messageID
        self.type = type
        self.timestamp = timestamp
        self.isPersistent = isPersistent
        self.headers = headers
        self.expirationMilliseconds = expirationMilliseconds
    }
}

/// A message as the broker delivered it to a consumer.
public struct AMQPDelivery: Sendable, Hashable {
    /// The payload; its beginning, if it is larger than `AMQPConfiguration.maximumBodyBytes`.
    public let body: [UInt8]
    /// The bytes of the whole payload.
    public let bodySize: Int
    /// The publisher's media type.
    public let contentType: String?
    /// How the publisher says the payload is encoded, such as `gzip`.
    public let contentEncoding: String?
    /// The publisher's identity of the message.
    public let messageID: String?
    /// The publisher's word for the kind of message.
    public let type: String?
    /// The publisher's time.
    public let timestamp: Date?
    /// Application headers, and what the broker adds, such as `x-death` and `x-delivery-count`.
    public let headers: [String: AMQPValue]
    /// Where it was published; empty for the default exchange.
    public let exchange: String
    /// The key it was published with.
    public let routingKey: String
    /// True when the broker delivered or may have delivered it before.
    public let isRedelivered: Bool
    /// What to settle it by.
    public let deliveryTag: DeliveryTag

    /// Whether `body` is the beginning only.
    public var isCut: Bool { body.count < bodySize }
}

/// Names one delivery within this process. It is void once its channel is gone.
public struct DeliveryTag: Sendable, Hashable, CustomStringConvertible {
    /// Never used twice by one `AMQPConnection`, unlike the channel's number.
    let channelID: UInt64
    let channelNumber: UInt16
    let rawValue: UInt64

    /// `channel/tag`, for logs.
    public var description: String { "\(channelNumber)/\(rawValue)" }
}
