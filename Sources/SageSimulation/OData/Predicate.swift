import Foundation

/// A parsed `$filter`.
indirect enum Predicate: Sendable {
    case comparison(FilterOperand, FilterOperator, FilterOperand)
    case function(FilterFunction, FilterOperand, FilterOperand)
    case and(Predicate, Predicate)
    case or(Predicate, Predicate)
    case not(Predicate)
    case constant(Bool)

    /// True when the record is wanted.
    func matches(_ record: Record) -> Bool {
        switch self {
        case .comparison(let left, let relation, let right):
            relation.holds(left.value(in: record), right.value(in: record))
        case .function(let function, let whole, let part):
            function.holds(whole.value(in: record), part.value(in: record))
        case .and(let left, let right): left.matches(record) && right.matches(record)
        case .or(let left, let right): left.matches(record) || right.matches(record)
        case .not(let predicate): !predicate.matches(record)
        case .constant(let truth): truth
        }
    }

    /// Properties that must equal a text for anything to match: what an index can answer.
    var requiredTexts: [(position: Int, text: String)] {
        switch self {
        case .comparison(.property(let position), .equal, .text(let text)),
            .comparison(.text(let text), .equal, .property(let position)):
            [(position, text)]
        case .and(let left, let right): left.requiredTexts + right.requiredTexts
        default: []
        }
    }
}

/// One side of a comparison.
indirect enum FilterOperand: Sendable {
    case property(Int)
    case text(String)
    case number(Decimal)
    case instant(WireInstant)
    case truth(Bool)
    case null
    case length(FilterOperand)
    case lower(FilterOperand)
    case upper(FilterOperand)

    enum Value: Equatable {
        case text(String)
        case number(Decimal)
        case seconds(Int)
        case truth(Bool)
        case null
    }

    func value(in record: Record) -> Value {
        switch self {
        case .property(let position):
            switch record[position] {
            case .text(let text): .text(text)
            case .number(let number): .number(number)
            case .day(let day): .seconds(day.daysSince1970 * 86_400)
            case .truth(let truth): .truth(truth)
            case .noDay, .rows: .null
            }
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .instant(let instant): .seconds(instant.secondsSince1970)
        case .truth(let truth): .truth(truth)
        case .null: .null
        case .length(let operand): .number(Decimal(operand.text(in: record).unicodeScalars.count))
        case .lower(let operand): .text(operand.text(in: record).lowercased())
        case .upper(let operand): .text(operand.text(in: record).uppercased())
        }
    }

    private func text(in record: Record) -> String {
        guard case .text(let text) = value(in: record) else { return "" }
        return text
    }
}

enum FilterOperator: String, Sendable {
    case equal = "eq"
    case notEqual = "ne"
    case greater = "gt"
    case greaterOrEqual = "ge"
    case less = "lt"
    case lessOrEqual = "le"

    /// Comparisons with null are false, but for `eq` and `ne` (OData V4 §11.2.6.1.1).
    func holds(_ left: FilterOperand.Value, _ right: FilterOperand.Value) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .greater: Self.isLess(right, left)
        case .greaterOrEqual: left == right || Self.isLess(right, left)
        case .less: Self.isLess(left, right)
        case .lessOrEqual: left == right || Self.isLess(left, right)
        }
    }

    private static func isLess(_ left: FilterOperand.Value, _ right: FilterOperand.Value) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        case (.seconds(let left), .seconds(let right)): left < right
        default: false
        }
    }
}

enum FilterFunction: String, Sendable {
    case startsWith = "startswith"
    case endsWith = "endswith"
    case contains = "contains"

    func holds(_ whole: FilterOperand.Value, _ part: FilterOperand.Value) -> Bool {
        guard case .text(let whole) = whole, case .text(let part) = part else { return false }
        return switch self {
        case .startsWith: whole.hasPrefix(part)
        case .endsWith: whole.hasSuffix(part)
        case .contains: part.isEmpty || whole.contains(part)
        }
    }
}
