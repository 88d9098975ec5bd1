/// How to reach the broker and how hard to try.
public struct AMQPConfiguration: Sendable {
    /// The nodes of one cluster; every round tries them in a new random order.
    public var endpoints: [AMQPEndpoint]
    /// A PEM file for amqps; `nil` is `SSL_CERT_FILE` or the system's bundle.
    public var certificateAuthorityFile: String?
    /// Shown in the broker's list of connections.
    public var connectionName: String
    /// Proposed to the broker, which may lower it. A peer that is silent, as a node that hangs, counts as gone after twice
    /// as long.
    public var heartbeatSeconds = 10
    /// For each of: opening the socket with its TLS handshake, and signing in.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a declaration, binding or subscription may take once it has been sent.
    public var replyTimeout: Duration = .seconds(30)
    /// How long a confirm is waited for once its message has been sent, not counting the time the broker blocks; the
    /// publishing ends with `.confirmLost` then. A quorum queue without a majority never answers.
    public var confirmTimeout: Duration = .seconds(20)
    /// Waits between two rounds over all endpoints.
    public var retry = AMQPBackoff()
    /// Publishings that may await their confirm at a time; further ones wait for room.
    public var maximumUnconfirmed = 1000
    /// Of a larger delivery only the first `keptBytesOfLarger` are kept, and its whole size is told.
    public var maximumBodyBytes = 128 * 1024 * 1024
    /// What is kept of a delivery that is larger than `maximumBodyBytes`.
    public var keptBytesOfLarger = 64 * 1024
    /// Bodies of deliveries that are not settled, of all consumers together. One that would go beyond goes back to its queue
    /// as it arrives, and its consumer rests until half of them are settled; one alone is always taken.
    public var maximumBytesInHand = 128 * 1024 * 1024

    /// Takes endpoints that are known already.
    public init(endpoints: [AMQPEndpoint], certificateAuthorityFile: String? = nil, connectionName: String) {
        self.endpoints = endpoints
        self.certificateAuthorityFile = certificateAuthorityFile
        self.connectionName = connectionName
    }

    /// Reads `amqp://user:pass@host:port/vhost,amqps://…`.
    ///
    /// User, password and virtual host are percent-decoded. Left out they are `guest`, `guest` and `/`.
    /// - Throws: `.badURL`, whose text holds no part of user or password.
    public init(
        urls: String,
        certificateAuthorityFile: String? = nil,
        connectionName: String
    ) throws(AMQPError) {
        self.init(
            endpoints: try AMQPURL.endpoints(urls),
            certificateAuthorityFile: certificateAuthorityFile,
            connectionName: connectionName
        )
    }
}

/// Waits that double from `first` to `longest`, each shortened at random by up to half.
public struct AMQPBackoff: Sendable, Hashable {
    /// The base of the first wait.
    public var first: Duration
    /// The base no wait exceeds.
    public var longest: Duration

    /// Makes a backoff; both waits are taken as at least a millisecond.
    public init(first: Duration = .milliseconds(200), longest: Duration = .seconds(15)) {
        self.first = first
        self.longest = longest
    }

    /// The wait after the `attempt`-th failure, which counts from 1.
    /// - Parameter fraction: 0 to 1, the share of the random half that is kept.
    func wait(after attempt: Int, fraction: Double = .random(in: 0...1)) -> Duration {
        // 2^20 times the first wait is beyond any sensible longest one.
        let doublings = min(max(attempt - 1, 0), 20)
        let base = max(.milliseconds(1), min(longest, first * (1 << doublings)))
        return base * (0.5 + fraction / 2)
    }
}
