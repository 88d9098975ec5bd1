/// A value that can be a parameter.
public protocol PostgresEncodable: Sendable {
    /// PostgreSQL's text form of the value, `nil` for NULL.
    /// - Throws: `.encoding` when PostgreSQL has no such value.
    func postgresText() throws(PostgresError) -> String?
}

/// A type a column can be read as.
public protocol PostgresDecodable: Sendable {
    /// Reads PostgreSQL's text form; `nil` when the text is not exactly one of this type.
    init?(postgresText: String)

    /// What SQL NULL reads as; `nil` for types that have no such value.
    static var postgresNull: Self? { get }
}

extension PostgresDecodable {
    /// NULL is not a value of this type.
    public static var postgresNull: Self? { nil }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The value's text, NULL for `nil`.
    public func postgresText() throws(PostgresError) -> String? {
        switch self {
        case .none: nil
        case .some(let value): try value.postgresText()
        }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads a value that is not NULL.
    public init?(postgresText: String) {
        guard let value = Wrapped(postgresText: postgresText) else { return nil }
        self = .some(value)
    }

    /// NULL reads as `nil`.
    public static var postgresNull: Wrapped?? { .some(.none) }
}
