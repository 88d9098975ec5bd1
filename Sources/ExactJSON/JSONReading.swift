public import Foundation

extension JSON {
    /// The exact value of a number, or of a string that is one (some stores print amounts as strings).
    public var decimal: Decimal? {
        switch self {
        case .number(let number): number.decimal
        case .string(let text): JSONNumber(parsing: text)?.decimal
        case .null, .bool, .array, .object: nil
        }
    }

    /// The value of a whole number, of a string that is one, or 0/1 for a truth value.
    public var int: Int? {
        switch self {
        case .number(let number): number.int
        case .string(let text): Int(text)
        case .bool(let bool): bool ? 1 : 0
        case .null, .array, .object: nil
        }
    }

    /// A number.
    public static func decimal(_ value: Decimal) -> JSON { .number(JSONNumber(value)) }

    /// A whole number.
    public static func int(_ value: Int) -> JSON { .number(JSONNumber(value)) }
}
