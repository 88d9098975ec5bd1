public import Foundation

extension Date: PostgresEncodable, PostgresDecodable {
    /// The instant in UTC to the nearest microsecond, as for `timestamptz`: `2026-03-01 12:00:00.250000+00`.
    /// - Throws: `.encoding` outside the years 4713 BC to 294276, PostgreSQL's range.
    public func postgresText() throws(PostgresError) -> String? {
        let microseconds = (timeIntervalSinceReferenceDate * 1_000_000).rounded()
        guard microseconds.isFinite, abs(microseconds) < 9.2e18 else { throw Self.outOfRange }
        let sinceEpoch = Int64(microseconds).addingReportingOverflow(Self.referenceDate * 1_000_000)
        guard !sinceEpoch.overflow else { throw Self.outOfRange }
        let (day, time) = sinceEpoch.partialValue.quotientAndModulus(86_400_000_000)
        let date = CivilDate(daysSinceEpoch: day)
        guard (-4712...294_276).contains(date.year) else { throw Self.outOfRange }
        let clock = [time / 3_600_000_000, time / 60_000_000 % 60, time / 1_000_000 % 60].map {
            padded($0, 2)
        }
        let era = date.year > 0 ? "" : " BC"
        let year = date.year > 0 ? date.year : 1 - date.year
        return "\(padded(year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2)) "
            + "\(clock.joined(separator: ":")).\(padded(time % 1_000_000, 6))+00\(era)"
    }

    /// Reads a `timestamptz`; `nil` for infinities and for text without an offset, which names no instant.
    ///
    /// `Date` keeps the microseconds of instants between 1860 and 2140.
    public init?(postgresText: String) {
        var reader = DigitReader(postgresText)
        guard let year = reader.number(4...6), reader.take("-"), let month = reader.number(2...2),
            reader.take("-"), let day = reader.number(2...2), reader.take(" "),
            let hour = reader.number(2...2), reader.take(":"), let minute = reader.number(2...2),
            reader.take(":"), let second = reader.number(2...2), let fraction = reader.microseconds(),
            let offset = reader.offsetSeconds()
        else { return nil }
        let isBeforeChrist = reader.take(" BC")
        guard reader.isAtEnd else { return nil }
        let date = CivilDate(year: isBeforeChrist ? 1 - year : year, month: month, day: day)
        let seconds = date.daysSinceEpoch * 86400 + hour * 3600 + minute * 60 + second - offset
        let microseconds = (seconds - Self.referenceDate) * 1_000_000 + fraction
        self.init(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000)
    }

    /// 2001-01-01 in seconds since 1970-01-01.
    private static var referenceDate: Int64 { 978_307_200 }

    private static var outOfRange: PostgresError {
        PostgresError(.encoding, "an instant outside PostgreSQL's range")
    }
}

/// A day of the proleptic Gregorian calendar, year 0 being 1 BC.
private struct CivilDate {
    var year, month, day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
    init(daysSinceEpoch: Int64) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).quotientAndModulus(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The same source, `days_from_civil`.
    var daysSinceEpoch: Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndModulus(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Reads fixed forms from ASCII text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ literal: String) -> Bool {
        guard rest.starts(with: literal.utf8) else { return false }
        rest = rest.dropFirst(literal.utf8.count)
        return true
    }

    mutating func number(_ length: ClosedRange<Int>) -> Int64? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard length.contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    /// `.123` is 123000; nothing is 0.
    mutating func microseconds() -> Int64? {
        guard take(".") else { return 0 }
        let length = rest.prefix { (48...57).contains($0) }.count
        guard let digits = number(1...6) else { return nil }
        return (length..<6).reduce(digits) { value, _ in value * 10 }
    }

    /// `+00`, `-03:30` or, for very old local times, `+00:19:32`.
    mutating func offsetSeconds() -> Int64? {
        let isWest = take("-")
        guard isWest || take("+"), let hours = number(2...2) else { return nil }
        var seconds = hours * 3600
        for unit: Int64 in [60, 1] where take(":") {
            guard let value = number(2...2) else { return nil }
            seconds += value * unit
        }
        return isWest ? -seconds : seconds
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
    /// Division rounded towards negative infinity, and the remainder from 0 up.
    fileprivate func quotientAndModulus(_ divisor: Int64) -> (quotient: Int64, modulus: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
