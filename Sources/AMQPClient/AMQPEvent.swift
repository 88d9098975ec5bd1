/// What happens to a connection by itself, for logs and metrics.
public enum AMQPEvent: Sendable, Hashable, CustomStringConvertible {
    /// Signed in; consumers are being set up again.
    case connected(AMQPEndpoint)
    /// The connection ended, by the network, the broker or `close()`.
    case disconnected(AMQPError)
    /// A round over all endpoints failed; the next begins after the wait.
    case retrying(after: Duration, reason: AMQPError)
    /// The broker takes no publishings for now, for example for want of memory or disk.
    case blocked(String)
    /// The broker takes publishings again.
    case unblocked
    /// The broker closed one channel; what shared it is set up again.
    case channelClosed(code: Int, text: String)

    /// One plain sentence, without a password.
    public var description: String {
        switch self {
        case .connected(let endpoint): "connected to \(endpoint)"
        case .disconnected(let reason): "lost the connection: \(reason)"
        case .retrying(let delay, let reason):
            "no connection, next try in \(Int(delay / .milliseconds(1))) ms: \(reason)"
        case .blocked(let reason): "takes no messages for now: \(reason)"
        case .unblocked: "takes messages again"
        case .channelClosed(let code, let text): "closed a channel (\(code)): \(text)"
        }
    }
}
