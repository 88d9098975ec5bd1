import ExactJSON
import StoreGenerator

/// One filter as the database would carry it out (reference 2.1): compared as numbers, times or text
/// according to the column; null never matches; an unknown condition is equality.
struct Condition: Sendable {
    let field: String
    private let kind: Columns.Kind
    private let comparison: Comparison
    private let value: String

    private enum Comparison: String {
        case eq, neq, gt, gteq, lt, lteq, `in`, nin, like, nlike, null, notnull, finset, nfinset, from, to,
            regexp
    }

    init(_ filter: SearchCriteria.Filter, kind: Columns.Kind) {
        field = filter.field
        self.kind = kind
        comparison = Comparison(rawValue: filter.condition) ?? .eq
        value = filter.value ?? ""
    }

    func matches(_ column: JSON?) -> Bool {
        guard let column, !column.isNull else { return comparison == .null }
        switch comparison {
        case .null: return false
        case .notnull: return true
        case .eq: return order(column, value) == .same
        case .neq: return order(column, value) != .same
        case .gt: return order(column, value) == .above
        case .gteq, .from: return order(column, value) != .below
        case .lt: return order(column, value) == .below
        case .lteq, .to: return order(column, value) != .above
        case .in: return isListed(column)
        case .nin: return !isListed(column)
        case .like: return isLike(column)
        case .nlike: return !isLike(column)
        case .finset: return Self.text(column).split(separator: ",").contains { $0 == value }
        case .nfinset: return !Self.text(column).split(separator: ",").contains { $0 == value }
        case .regexp: return isMatch(column)
        }
    }

    /// The values it lets through, for a filter that lists them.
    var namedValues: [String]? {
        switch comparison {
        case .eq: [value]
        case .in: value.split(separator: ",").map(String.init)
        case .neq, .gt, .gteq, .lt, .lteq, .nin, .like, .nlike, .null, .notnull, .finset, .nfinset, .from,
            .to, .regexp:
            nil
        }
    }

    /// The instants it lets through, for a filter on a time column that can be cut to one range.
    var timeRange: ClosedRange<Int>? {
        guard kind == .time else { return nil }
        return range(around: DatabaseTime.seconds(value))
    }

    /// The same for `entity_id`.
    var idRange: ClosedRange<Int>? {
        guard kind == .number, let scaled = DatabaseNumber.tenThousandths(value[...]), scaled % 10_000 == 0
        else { return nil }
        return range(around: Int(scaled / 10_000))
    }

    private func range(around bound: Int) -> ClosedRange<Int>? {
        let (least, most) = (Int.min / 2, Int.max / 2)
        guard bound > least, bound < most else { return nil }
        switch comparison {
        case .eq: return bound...bound
        case .gt: return bound + 1...most
        case .gteq, .from: return bound...most
        case .lt: return least...bound - 1
        case .lteq, .to: return least...bound
        case .neq, .in, .nin, .like, .nlike, .null, .notnull, .finset, .nfinset, .regexp: return nil
        }
    }

    private enum Order { case below, same, above }

    private func order(_ column: JSON, _ value: String) -> Order {
        switch kind {
        case .number:
            let left = DatabaseNumber.tenThousandths(Self.text(column)[...]) ?? 0
            return Self.order(left, DatabaseNumber.tenThousandths(value[...]) ?? 0)
        case .time: return Self.order(DatabaseTime.seconds(Self.text(column)), DatabaseTime.seconds(value))
        case .text: return Self.order(Self.text(column).lowercased(), value.lowercased())
        }
    }

    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Order {
        left < right ? .below : left == right ? .same : .above
    }

    private func isListed(_ column: JSON) -> Bool {
        value.split(separator: ",").contains { order(column, String($0)) == .same }
    }

    /// `%` any text, `_` any character; case does not matter.
    private func isLike(_ column: JSON) -> Bool {
        let text = Array(Self.text(column).lowercased())
        let pattern = Array(value.lowercased())
        // Where the last % stood and what it had swallowed, to come back to.
        var (position, place, star, mark) = (0, 0, -1, 0)
        while position < text.count {
            if place < pattern.count, pattern[place] != "%",
                pattern[place] == "_" || pattern[place] == text[position]
            {
                position += 1
                place += 1
            } else if place < pattern.count, pattern[place] == "%" {
                (star, mark) = (place, position)
                place += 1
            } else if star >= 0 {
                mark += 1
                (place, position) = (star + 1, mark)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "%" }
    }

    private func isMatch(_ column: JSON) -> Bool {
        guard let expression = try? Regex(value) else { return false }  // MySQL would fail; nobody sends it
        return Self.text(column).firstMatch(of: expression) != nil
    }

    private static func text(_ json: JSON) -> String {
        switch json {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let bool): bool ? "1" : "0"
        case .null, .array, .object: ""
        }
    }
}

enum DatabaseNumber {
    /// The leading number of a text, as MySQL casts it, cut to four decimals; nil when there is none.
    static func tenThousandths(_ text: Substring) -> Int64? {
        var rest = text.drop { $0 == " " }
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[whole.endIndex...]
        let fraction =
            rest.first == "." ? rest.dropFirst().prefix { $0.isASCII && $0.isNumber }.prefix(4) : ""
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let digits = whole + fraction + String(repeating: "0", count: 4 - fraction.count)
        guard let value = Int64(digits) else { return isNegative ? .min : .max }
        return isNegative ? -value : value
    }
}

enum DatabaseTime {
    /// As MariaDB reads a literal (reference 2.5): `T` for the space, a date alone; `Z`, an offset and
    /// fractions are silently dropped; garbage is a very early date.
    static func seconds(_ text: String) -> Int {
        let usual = text.replacing("T", with: " ")
        return StoreTime.seconds(String(usual.prefix(19))) ?? StoreTime.seconds(String(usual.prefix(10))) ?? 0
    }
}
