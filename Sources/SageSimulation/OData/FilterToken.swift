import Foundation

/// A piece of a `$filter` or of a key.
enum FilterToken: Equatable {
    case word(String)
    case text(String)
    case number(Decimal)
    case instant(WireInstant)
    case open, close, comma, equals

    /// Splits an expression; both the V4 literals and the V3 ones of Sage's manual are read.
    static func scan(_ text: String, dates: QueryRules.Dates = .both) throws(ServiceError) -> [FilterToken] {
        var scanner = FilterScanner(scalars: Array(text.unicodeScalars), dates: dates)
        var tokens: [FilterToken] = []
        while let token = try scanner.next() { tokens.append(token) }
        return tokens
    }
}

private struct FilterScanner {
    let scalars: [Unicode.Scalar]
    let dates: QueryRules.Dates
    var position = 0

    mutating func next() throws(ServiceError) -> FilterToken? {
        while position < scalars.count, scalars[position] == " " || scalars[position] == "\t" {
            position += 1
        }
        guard position < scalars.count else { return nil }
        switch scalars[position] {
        case "(": return single(.open)
        case ")": return single(.close)
        case ",": return single(.comma)
        case "=": return single(.equals)
        case "'": return .text(try quoted())
        default: return try bare()
        }
    }

    private mutating func single(_ token: FilterToken) -> FilterToken {
        position += 1
        return token
    }

    /// A quote inside is written twice.
    private mutating func quoted() throws(ServiceError) -> String {
        position += 1
        var content = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            guard scalar == "'" else {
                content.append(scalar)
                continue
            }
            guard position < scalars.count, scalars[position] == "'" else { return String(content) }
            content.append("'")
            position += 1
        }
        throw syntaxError("There is an unterminated string literal at position \(position)")
    }

    private mutating func bare() throws(ServiceError) -> FilterToken {
        let start = position
        while position < scalars.count, !"(),=' \t".unicodeScalars.contains(scalars[position]) {
            position += 1
        }
        let word = String(String.UnicodeScalarView(scalars[start..<position]))
        if position < scalars.count, scalars[position] == "'", ["datetime", "datetimeoffset"].contains(word) {
            guard let instant = WireInstant(parsing: try quoted()), dates != .v4 else {
                throw syntaxError("Unrecognized date literal")
            }
            return .instant(instant)
        }
        guard let first = word.unicodeScalars.first, first == "-" || ("0"..."9").contains(first) else {
            return .word(word)
        }
        if let number = Self.number(word) { return .number(number) }
        guard let instant = WireInstant(parsing: word), instant.hasTime, dates != .v3 else {
            throw syntaxError("Unrecognized literal '\(word)'")
        }
        return .instant(instant)
    }

    /// `1000.00`, and `99.99m` as in the manual.
    private static func number(_ word: String) -> Decimal? {
        var digits = Substring(word)
        if let last = digits.last, "mMdDfFlL".contains(last) { digits.removeLast() }
        let unsigned = digits.hasPrefix("-") ? digits.dropFirst() : digits
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard (1...2).contains(parts.count), areDigits, unsigned.utf8.count <= 38 else { return nil }
        return Decimal(string: String(digits), locale: Locale(identifier: "en_US_POSIX"))
    }

    private func syntaxError(_ message: String) -> ServiceError {
        ServiceError(.invalidParameters, message + ".")
    }
}
