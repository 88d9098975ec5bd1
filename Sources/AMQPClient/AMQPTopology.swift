/// How an exchange routes.
public enum AMQPExchangeType: String, Sendable, Hashable {
    /// By equality of the routing key.
    case direct
    /// To every bound queue.
    case fanout
    /// By pattern of the routing key: `*` is one word, `#` any number.
    case topic
    /// By the message's headers.
    case headers
}

/// What keeps a queue's messages.
public enum AMQPQueueKind: String, Sendable, Hashable {
    /// On one node.
    case classic
    /// Replicated by Raft; always durable, never exclusive.
    case quorum
}

/// A queue as a declaration reports it.
public struct AMQPQueueState: Sendable, Hashable {
    /// The name, made up by the broker if it was declared empty.
    public let name: String
    /// Messages ready for delivery; those delivered and unsettled are not counted.
    public let readyCount: Int
    /// Consumers on any connection.
    public let consumerCount: Int
}
