public import Accounting
import ExactJSON
public import Foundation

/// A value a condition compares with (reference Sage 3, Literals).
public enum ODataLiteral: Sendable, Hashable, ExpressibleByStringLiteral {
    /// A text, or the caption of an enumeration: `'Open'`.
    case text(String)
    /// An exact number: `1000.05`.
    case number(Decimal)
    /// A day, at midnight UTC as Sage 300 stores it.
    case day(CalendarDate)

    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }

    func text(in dialect: ODataDialect) -> String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): JSONNumber(number).text
        case .day(let day): dialect == .v4 ? "\(day)T00:00:00Z" : "datetime'\(day)T00:00:00'"
        }
    }

    /// In quotes, its own quotes doubled.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}

/// How dates are written: Sage 300's newer samples do it as OData V4 does, its manual still as V3 (reference Sage 3).
enum ODataDialect: Sendable, Hashable {
    case v4, v3

    var other: ODataDialect { self == .v4 ? .v3 : .v4 }
}
