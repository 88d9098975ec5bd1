/// Something an operator may want to see in the log. Texts carry no password.
public enum PostgresEvent: Sendable, Hashable, CustomStringConvertible {
    /// A connection of the pool, a listener's or a lock's was established.
    case connected
    /// An established connection went away by itself.
    case disconnected(reason: String)
    /// A connection attempt failed; the next one comes after the delay.
    case retrying(after: Duration, reason: String)

    /// One plain sentence.
    public var description: String {
        switch self {
        case .connected: "connected to the database"
        case .disconnected(let reason): "lost a database connection: \(reason)"
        case .retrying(let delay, let reason): "no database connection, next try in \(delay): \(reason)"
        }
    }
}
