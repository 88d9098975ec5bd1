/// Why a statement, a transaction or a connection attempt failed.
///
/// `description` is one plain sentence. It carries no parameter values and no password: the server's DETAIL,
/// CONTEXT and the quoted part of data exceptions are left out.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as far as a caller must tell causes apart.
    public enum Kind: Sendable, Hashable {
        /// No connection could be made for now; trying again can help.
        case unreachable
        /// The server (or TLS) refuses these credentials, this database or this URI; trying again cannot help.
        case refused
        /// The server answered with an error; the statement had no effect.
        case server(sqlState: String)
        /// The connection went away while a statement was running: it may or may not have had its effect.
        case connectionLost
        /// The answer to COMMIT never came: the transaction may be committed or not. Look before repeating it.
        case commitUnknown
        /// The calling task was cancelled; the statement was cancelled at the server too.
        case cancelled
        /// A parameter cannot be sent, such as text with a NUL byte. Nothing was sent.
        case encoding
        /// A value that came back is not of the type asked for.
        case decoding
        /// A bound of this client was reached: no free connection in time, or too many waiting.
        case exhausted
        /// The client is closed, or the transaction or connection object is no longer valid.
        case closed
    }

    /// The cause.
    public let kind: Kind
    /// The five-character SQLSTATE when the server gave one.
    public let sqlState: String?
    /// The constraint that was violated, for class 23 errors.
    public let constraint: String?
    /// The server's primary message, or this client's sentence; no parameter values.
    public let message: String

    /// Makes an error; for tests and for rooms that translate their own failures.
    public init(_ kind: Kind, _ message: String, sqlState: String? = nil, constraint: String? = nil) {
        self.kind = kind
        self.message = message
        self.constraint = constraint
        if case .server(let state) = kind { self.sqlState = state } else { self.sqlState = sqlState }
    }

    /// The kind, the SQLSTATE if there is one, and the message.
    public var description: String {
        let state = sqlState.map { " [\($0)]" } ?? ""
        let violated = constraint.map { " (constraint \($0))" } ?? ""
        return "postgres: \(label)\(state): \(message)\(violated)"
    }

    /// True when the same work, begun anew, may succeed without anybody's help: network trouble, a server that
    /// restarts or is full, serialization failures, deadlocks and lock time-outs.
    ///
    /// False for `.commitUnknown`: the work may already be done.
    public var isTransient: Bool {
        switch kind {
        case .unreachable, .connectionLost, .exhausted: true
        case .server(let state): Self.isTransient(sqlState: state)
        case .refused, .commitUnknown, .cancelled, .encoding, .decoding, .closed: false
        }
    }

    /// Classes 40 (rollback), 53 (resources), 57P (operator), 55P03 (lock not available), 57014 (timed out).
    private static func isTransient(sqlState: String) -> Bool {
        ["40", "53", "57P"].contains { sqlState.hasPrefix($0) } || ["55P03", "57014"].contains(sqlState)
    }

    private var label: String {
        switch kind {
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .server: "server error"
        case .connectionLost: "connection lost"
        case .commitUnknown: "commit outcome unknown"
        case .cancelled: "cancelled"
        case .encoding: "cannot send"
        case .decoding: "cannot read"
        case .exhausted: "exhausted"
        case .closed: "closed"
        }
    }
}
