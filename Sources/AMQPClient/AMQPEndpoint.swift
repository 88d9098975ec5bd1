/// One broker node and how to sign in to it. The password shows in no description, mirror or dump.
public struct AMQPEndpoint: Sendable, Hashable {
    /// A name or an address, without the brackets of IPv6.
    public let host: String
    /// 5672 for amqp and 5671 for amqps unless the URL says otherwise.
    public let port: Int
    /// Sent to the broker with SASL PLAIN.
    public let username: String
    let password: String
    /// `/` unless the URL names another.
    public let virtualHost: String
    /// True for amqps: the peer's certificate and its host name are then always verified.
    public let usesTLS: Bool

    /// Makes an endpoint from its parts; `AMQPConfiguration(urls:)` reads it from a URL.
    public init(
        host: String,
        port: Int? = nil,
        username: String,
        password: String,
        virtualHost: String = "/",
        usesTLS: Bool = false
    ) {
        self.host = host
        self.port = port ?? (usesTLS ? 5671 : 5672)
        self.username = username
        self.password = password
        self.virtualHost = virtualHost
        self.usesTLS = usesTLS
    }
}

extension AMQPEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `amqp://host:port/vhost`, with neither user nor password.
    public var description: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        let shownVirtualHost = virtualHost == "/" ? "" : virtualHost
        return "\(usesTLS ? "amqps" : "amqp")://\(shownHost):\(port)/\(shownVirtualHost)"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// What `dump` shows: the description only.
    public var customMirror: Mirror { Mirror(self, children: ["endpoint": description]) }
}
