/// A statement ready to be sent.
struct Statement: Sendable {
    let sql: String
    let parameters: [String?]
    /// Whether keeping it prepared pays: not for BEGIN, DDL and the like.
    let isPreparable: Bool

    /// - Throws: `.encoding` for what cannot be sent.
    init(_ query: PostgresQuery) throws(PostgresError) {
        if let failure = query.failure { throw failure }
        (sql, parameters) = query.rendered
        guard !sql.utf8.contains(0) else { throw PostgresError(.encoding, "the statement holds a NUL byte") }
        // The protocol counts parameters in 16 bits.
        guard parameters.count <= 65_535 else {
            throw PostgresError(.encoding, "\(parameters.count) parameters, at most 65535 are possible")
        }
        isPreparable = Self.isPreparable(sql)
    }

    init(command sql: String) {
        (self.sql, parameters, isPreparable) = (sql, [], false)
    }

    static let rollback = Statement(command: "rollback")

    /// DISCARD ALL without forgetting prepared statements (manual, DISCARD); the role comes back to the one of the
    /// start-up packet, which `set session authorization` has left.
    static let reset = [
        "close all", "set session authorization default", "reset all", "reset role", "unlisten *",
        "select pg_advisory_unlock_all()", "discard temp", "discard sequences",
    ].map { Statement(command: $0) }

    private static func isPreparable(_ sql: String) -> Bool {
        let word = sql.drop { $0.isWhitespace || $0 == "(" }.prefix { $0.isLetter }.lowercased()
        return ["select", "insert", "update", "delete", "merge", "with", "values"].contains(word)
    }
}

/// What a session does in one turn.
enum Work: Sendable {
    /// Only waits for the turn.
    case nothing
    case pipeline([Statement])
    /// COMMIT; a lost connection is then `.commitUnknown`.
    case commit
    /// Several statements by the simple protocol.
    case script(String)
}
