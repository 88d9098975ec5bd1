/// Reads libpq's text about a failed attempt to connect; there is no other account of it in libpq 15.
struct ConnectFailure {
    let error: PostgresError

    /// - Parameters:
    ///   - text: `PQerrorMessage` with verbose errors, without passwords.
    ///   - needsPassword: libpq had none to give.
    init(_ text: String, needsPassword: Bool) {
        let lines = text.split(separator: "\n").map(String.init)
        // With several addresses there are several failures; the server's word counts more than a dead address.
        let answers = lines.compactMap(Self.answer)
        if let (state, message) = answers.last {
            let kind: PostgresError.Kind = Self.isFinal(state) ? .refused : .unreachable
            error = PostgresError(kind, message, sqlState: state)
            return
        }
        let message = lines.last { !$0.hasPrefix("\t") } ?? "no reason given"
        let isRefused = needsPassword || Self.refusals.contains { message.contains($0) }
        error = PostgresError(isRefused ? .refused : .unreachable, message)
    }

    /// Credentials (28), no such database (3D000), no CONNECT privilege (42501), a bad setting in the options (22, 42).
    private static func isFinal(_ state: String) -> Bool {
        ["28", "3D", "42", "22"].contains { state.hasPrefix($0) }
    }

    /// libpq's own sentences that repetition cannot change.
    private static let refusals = [
        "certificate", "does not support SSL", "no password supplied", "invalid sslmode",
        "invalid connection option", "invalid port number", "invalid integer value",
    ]

    /// `… FATAL:  28P01: password authentication failed for user "x"`.
    private static func answer(_ line: String) -> (state: String, message: String)? {
        for severity in ["FATAL:  ", "ERROR:  ", "PANIC:  "] {
            guard let start = line.firstRange(of: severity)?.upperBound else { continue }
            let rest = line[start...]
            let state = rest.prefix(5)
            guard state.utf8.count == 5, rest.dropFirst(5).hasPrefix(": "),
                state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
            else { continue }
            return (String(state), String(rest.dropFirst(7)))
        }
        return nil
    }
}
