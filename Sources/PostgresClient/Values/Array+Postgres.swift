public import Foundation

/// A type whose arrays can be parameters and columns.
///
/// The element decides, so that `[UInt8]` is `bytea` while `[String]` is `text[]`.
public protocol PostgresArrayElement: Sendable {
    /// The array's text form.
    static func postgresText(of array: [Self]) throws(PostgresError) -> String

    /// Reads the array's text form; `nil` when it is not one of these, or holds NULL.
    static func array(postgresText: String) -> [Self]?
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// An array literal; for `[UInt8]` a `bytea` literal.
    public func postgresText() throws(PostgresError) -> String? { try Element.postgresText(of: self) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// Reads a one-dimensional array without NULLs; for `[UInt8]` a `bytea`.
    public init?(postgresText: String) {
        guard let elements = Element.array(postgresText: postgresText) else { return nil }
        self = elements
    }
}

extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    /// `{"a","b"}`.
    public static func postgresText(of array: [Self]) throws(PostgresError) -> String {
        var literal = "{"
        for element in array {
            if literal.utf8.count > 1 { literal += "," }
            literal += ArrayLiteral.quoted(try element.postgresText())
        }
        return literal + "}"
    }

    /// Reads `{a,"b c"}`.
    public static func array(postgresText: String) -> [Self]? {
        guard let texts = ArrayLiteral.elements(of: postgresText) else { return nil }
        var values: [Self] = []
        values.reserveCapacity(texts.count)
        for text in texts {
            guard let text, let value = Self(postgresText: text) else { return nil }
            values.append(value)
        }
        return values
    }
}

extension String: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Decimal: PostgresArrayElement {}
extension Date: PostgresArrayElement {}
extension PostgresJSON: PostgresArrayElement {}

extension UInt8: PostgresArrayElement {
    /// `bytea` in its hexadecimal form, `\x00ff`.
    public static func postgresText(of array: [UInt8]) throws(PostgresError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 2 + array.count * 2) { buffer in
            buffer[0] = UInt8(ascii: "\\")
            buffer[1] = UInt8(ascii: "x")
            for (index, byte) in array.enumerated() {
                buffer[2 + index * 2] = digits[Int(byte >> 4)]
                buffer[3 + index * 2] = digits[Int(byte & 15)]
            }
            return 2 + array.count * 2
        }
    }

    /// Reads `bytea`'s hexadecimal form.
    public static func array(postgresText: String) -> [UInt8]? {
        let text = postgresText.utf8
        guard text.starts(with: "\\x".utf8), text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text.dropFirst(2) {
            guard let digit = hexadecimalDigit(character) else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static func hexadecimalDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
