import CLibPQ

/// One libpq connection option.
struct ConnectionParameter {
    let keyword: String
    let value: String

    init(_ keyword: String, _ value: String) {
        (self.keyword, self.value) = (keyword, value)
    }
}

/// A configuration's URI, checked, as libpq's connection options.
struct ConnectionParameters {
    let all: [ConnectionParameter]
    /// Strings no message may show.
    private let secrets: [String]

    /// - Throws: `.refused` when the URI is malformed. libpq's own sentence is withheld: it quotes the URI, and
    ///   where a password holds an unescaped `@` or `/` the "host" or "port" it quotes is part of the password.
    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        guard let parsed = Self.parse(configuration.uri), Self.isPlausible(parsed) else {
            throw PostgresError(.refused, "the connection URI is malformed")
        }
        secrets = ["password", "sslpassword"].compactMap { parsed[$0] }.filter { !$0.isEmpty }
        all =
            Self.defaults + [ConnectionParameter("dbname", configuration.uri)]
            + Self.fixed(configuration, options: parsed["options"])
    }

    /// The text without passwords.
    func redacted(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "•••")
        }
    }

    /// May be overridden by the URI. A peer that vanished is noticed within about a minute.
    private static let defaults = [
        ConnectionParameter("keepalives_idle", "30"),
        ConnectionParameter("keepalives_interval", "10"),
        ConnectionParameter("keepalives_count", "3"),
        ConnectionParameter("tcp_user_timeout", "60000"),
    ]

    /// What decoding relies on, sent in the start-up packet, so that RESET ALL comes back to it.
    private static func fixed(_ configuration: PostgresConfiguration, options: String?)
        -> [ConnectionParameter]
    {
        var settings = [
            "TimeZone=UTC", "DateStyle=ISO", "IntervalStyle=postgres", "bytea_output=hex",
            "standard_conforming_strings=on",
            // A process that was stopped in the middle of a transaction must not keep its locks: others wait for them.
            "idle_in_transaction_session_timeout=20000",
        ]
        if let timeout = configuration.statementTimeout {
            settings.append("statement_timeout=\(timeout.milliseconds)")
        }
        if let path = configuration.searchPath {
            settings.append("search_path=\(path.map(quotedIdentifier).joined(separator: ","))")
        }
        if let role = configuration.role { settings.append("role=\(role)") }
        let ours = settings.map { "-c \(escaped($0))" }
        return [
            ConnectionParameter("options", ([options ?? ""] + ours).joined(separator: " ")),
            ConnectionParameter("client_encoding", "UTF8"),
            ConnectionParameter("application_name", configuration.applicationName),
        ]
    }

    /// The server parts options at white space, and a backslash keeps it (manual, libpq, `options`).
    private static func escaped(_ setting: String) -> String {
        setting.reduce(into: "") { text, character in
            if character.isWhitespace || character == "\\" { text.append("\\") }
            text.append(character)
        }
    }

    private static func parse(_ uri: String) -> [String: String]? {
        guard uri.hasPrefix("postgresql://") || uri.hasPrefix("postgres://") else { return nil }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let options = PQconninfoParse(uri, &message) else { return nil }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    private static func isPlausible(_ values: [String: String]) -> Bool {
        let isPortList = values["port", default: ""].utf8.allSatisfy { (48...57).contains($0) || $0 == 44 }
        return isPortList && !values["host", default: ""].contains("@")
    }
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
