/// Who works with the database: each has a role of its own in PostgreSQL, with the rights its work needs
/// (docs/isolation.md).
public enum DatabaseRole: String, Sendable, CaseIterable {
    /// Reads stores.
    case poller
    /// Writes to Sage 300: every kind of worker.
    case worker
    /// Takes dead letters in, replays them, tells people.
    case replayer
    /// What a person does from a terminal.
    case control
    /// A person who is to see one tenant.
    case tenant

    /// The role that a service works as; nil for a program that is no service.
    public init?(service name: String) {
        switch name {
        case "poller": self = .poller
        case "customer-worker", "invoice-worker", "ledger-worker": self = .worker
        case "replayer": self = .replayer
        default: return nil
        }
    }

    /// Its name in PostgreSQL.
    public func name(_ prefix: RolePrefix) -> String { "\(prefix.text)_\(rawValue)" }
}

/// What the names of an installation's roles begin with. Roles belong to a whole cluster, so installations whose operators
/// do not trust each other need prefixes of their own.
public struct RolePrefix: Sendable, Hashable, CustomStringConvertible {
    /// 1 to 40 of a-z, 0-9 and _, a letter first.
    public let text: String

    /// Where nothing else is asked for.
    public static let standard = RolePrefix(unchecked: "mlc")

    /// A prefix, if the text can be one. `pg` is PostgreSQL's own.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard allowed, let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 40,
            text != "pg", !text.hasPrefix("pg_")
        else { return nil }
        self.init(unchecked: text)
    }

    private init(unchecked text: String) { self.text = text }

    /// The text.
    public var description: String { text }
}
