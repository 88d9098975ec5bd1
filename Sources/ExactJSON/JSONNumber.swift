public import Foundation

/// A number as its JSON text, for instance `93.60` or `1e3`. Equality is of the text, not of the value.
public struct JSONNumber: Sendable, Hashable {
    /// The text, a valid JSON number.
    public let text: String

    init(validated text: String) { self.text = text }

    /// A whole number.
    public init(_ value: Int) { text = String(value) }

    /// A decimal, written plainly (never with an exponent); `NaN` is written as `0`.
    public init(_ value: Decimal) {
        text = value.isNaN ? "0" : value.description
    }

    /// Nil unless the text is one JSON number.
    public init?(parsing text: String) {
        guard case .number(let number)? = try? JSON(parsing: text.utf8), number.text == text else {
            return nil
        }
        self = number
    }

    /// The exact value; `nil` when it has more than 38 significant digits or an absurd exponent, where
    /// `Decimal` would have to round.
    public var decimal: Decimal? {
        if let plain = plainDecimal { return plain }
        let mantissa = text.prefix { $0 != "e" && $0 != "E" }
        let digits = mantissa.drop { $0 == "-" || $0 == "0" || $0 == "." }.filter { $0 != "." }.count
        guard digits <= 38, exponentIsPlausible else { return nil }
        return Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }

    /// The value of a number without an exponent that fits 64 bits without its point, as amounts do: parsing a text
    /// costs many times as much.
    private var plainDecimal: Decimal? {
        var value: Int64 = 0
        var decimals = 0
        var (isFraction, isNegative) = (false, false)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
                let (sum, alsoOverflows) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                guard !overflows, !alsoOverflows else { return nil }
                value = sum
                if isFraction { decimals += 1 }
            default: return nil
            }
        }
        guard decimals <= 60 else { return nil }
        // Zero has no sign.
        let sign: FloatingPointSign = isNegative && value != 0 ? .minus : .plus
        return Decimal(sign: sign, exponent: -decimals, significand: Decimal(value))
    }

    /// The value where it is a whole number in range.
    public var int: Int? {
        if let value = Int(text) { return value }
        guard let decimal, let value = Int(decimal.description) else { return nil }
        return value
    }

    private var exponentIsPlausible: Bool {
        guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return true }
        guard let exponent = Int(text[text.index(after: mark)...].drop { $0 == "+" }) else { return false }
        return (-60...60).contains(exponent)
    }
}
