/// One thing wrong with a tenant file.
public struct TenantFileProblem: Sendable, Hashable, CustomStringConvertible {
    /// Line, from 1.
    public let line: Int
    /// Path of the key, for instance `companies[0].accounts.revenue`.
    public let key: String
    /// What is wrong, with the allowed values. Never a secret's text.
    public let reason: String

    /// A problem from its parts.
    public init(line: Int, key: String, reason: String) {
        self.line = line
        self.key = key
        self.reason = reason
    }

    /// `line 12: sage.url: …`.
    public var description: String { "line \(line): \(key): \(reason)" }
}

/// A tenant file that is refused, with everything that is wrong with it. Nothing of it has been applied.
public struct TenantFileError: Error, Sendable, CustomStringConvertible {
    /// In the file's order.
    public let problems: [TenantFileProblem]

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
