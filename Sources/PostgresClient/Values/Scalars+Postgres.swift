public import Foundation

extension String: PostgresEncodable, PostgresDecodable {
    /// Itself. Text with a NUL byte is refused when the query is run.
    public func postgresText() throws(PostgresError) -> String? { self }

    /// Any column's text.
    public init?(postgresText: String) { self = postgresText }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `t` or `f`.
    public func postgresText() throws(PostgresError) -> String? { self ? "t" : "f" }

    /// Reads `t` or `f`.
    public init?(postgresText: String) {
        switch postgresText {
        case "t": self = true
        case "f": self = false
        default: return nil
        }
    }
}

extension PostgresEncodable where Self: FixedWidthInteger {
    /// The decimal digits.
    public func postgresText() throws(PostgresError) -> String? { String(self) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// Reads digits; `nil` when the number does not fit.
    public init?(postgresText: String) { self.init(postgresText, radix: 10) }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}

extension UUID: PostgresEncodable, PostgresDecodable {
    /// Lower-case hexadecimal, as PostgreSQL writes it.
    public func postgresText() throws(PostgresError) -> String? { uuidString.lowercased() }

    /// Reads the 36-character form.
    public init?(postgresText: String) { self.init(uuidString: postgresText) }
}

/// JSON as its text, for `json` and `jsonb` columns. `jsonb` changes white space, key order and repeated keys, not
/// numbers' digits.
public struct PostgresJSON: PostgresEncodable, PostgresDecodable, Hashable {
    /// The JSON text; the server checks it.
    public let text: String

    /// Wraps JSON text.
    public init(text: String) { self.text = text }

    /// The JSON text.
    public func postgresText() throws(PostgresError) -> String? { text }

    /// Any text: the column's type vouches for it.
    public init?(postgresText: String) { text = postgresText }
}
