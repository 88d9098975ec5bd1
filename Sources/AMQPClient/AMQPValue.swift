public import Foundation

/// A value of a header or argument table.
public indirect enum AMQPValue: Sendable, Hashable {
    /// Text; sent as a long string.
    case string(String)
    /// Any integer type of the wire; sent with 64 bits. Unsigned ones beyond its range arrive as `.string`.
    case integer(Int64)
    /// True or false.
    case boolean(Bool)
    /// A nested table.
    case table([String: AMQPValue])
    /// A list, possibly of several types.
    case array([AMQPValue])
    /// Whole seconds on the wire.
    case timestamp(Date)
    /// Bytes, and strings that are not UTF-8.
    case bytes([UInt8])
    /// An exact decimal: `unscaled` over ten to the power of `scale`.
    case decimal(unscaled: UInt32, scale: UInt8)
    /// A binary floating-point number. Never used for money here.
    case double(Double)
    /// No value, and what is nested deeper than 32 levels.
    case null
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Makes `.string`.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes `.integer`.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Makes `.boolean`.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension AMQPValue {
    /// The text of a `.string`.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number of an `.integer`.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The bytes it takes in a table, its type tag included.
    var encodedSize: Int {
        switch self {
        case .string(let text): 5 + text.utf8.count
        case .integer, .timestamp, .double: 9
        case .boolean: 2
        case .table(let table): 5 + table.encodedSize
        case .array(let values): 5 + values.reduce(0) { $0 + $1.encodedSize }
        case .bytes(let bytes): 5 + bytes.count
        case .decimal: 6
        case .null: 1
        }
    }

    /// Whether every key in it, at any depth, fits a short string.
    var hasValidKeys: Bool {
        switch self {
        case .table(let table): table.hasValidKeys
        case .array(let values): values.allSatisfy(\.hasValidKeys)
        default: true
        }
    }
}

extension [String: AMQPValue] {
    var encodedSize: Int { reduce(0) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize } }

    var hasValidKeys: Bool { allSatisfy { $0.key.utf8.count <= 255 && $0.value.hasValidKeys } }
}
