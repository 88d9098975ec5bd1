/// What happens to a connection by itself, for logs and metrics.
public enum AMQPEvent: Sendable, Hashable {
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
}
