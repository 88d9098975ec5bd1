public import Foundation

extension Decimal: PostgresEncodable, PostgresDecodable {
    /// Plain digits.
    /// - Throws: `.encoding` for NaN.
    public func postgresText() throws(PostgresError) -> String? {
        guard isFinite else { throw PostgresError(.encoding, "a Decimal that is not a number") }
        return description
    }

    /// Reads `-?digits[.digits]` exactly; `nil` for anything else, NaN and infinities included, and for numbers
    /// `Decimal` could only round (more than 38 significant digits, or an exponent out of its range).
    public init?(postgresText: String) {
        guard let digits = PlainDecimal(postgresText) else { return nil }
        guard let value = Decimal(string: postgresText, locale: Locale(identifier: "en_US_POSIX")) else {
            return nil
        }
        guard digits.isSurelyExact || PlainDecimal(value.description) == digits else { return nil }
        self = value
    }
}

/// A plain decimal number's sign and digits without leading and trailing zeros: equal for equal numbers.
private struct PlainDecimal: Equatable {
    private let isNegative: Bool
    private let whole: Substring
    private let fraction: Substring

    /// `nil` unless the text is `-?digits[.digits]`.
    init?(_ text: String) {
        let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            return nil
        }
        whole = parts[0].drop { $0 == "0" }
        fraction = parts.count == 2 ? parts[1].droppingTrailingZeros : ""
        isNegative = text.hasPrefix("-") && !(whole.isEmpty && fraction.isEmpty)
    }

    /// 38 digits fit in `Decimal`'s 128 bits whatever they are.
    var isSurelyExact: Bool { whole.utf8.count + fraction.utf8.count <= 38 }
}

extension Substring {
    fileprivate var droppingTrailingZeros: Substring {
        var rest = self
        while rest.last == "0" { rest.removeLast() }
        return rest
    }
}
