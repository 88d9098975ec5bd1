/// A date or date-time as clients write it: `2020-01-15`, `2020-06-20T00:00:00Z`, `2010-08-18T00:00:00`,
/// with an offset or fractions of a second if they like.
struct WireInstant: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z; a text without an offset counts as UTC.
    let secondsSince1970: Int
    /// False for `2020-01-15`.
    let hasTime: Bool

    /// The day the instant falls on in UTC: an offset can move it, as it does in Sage.
    var day: CalendarDay {
        let remainder = secondsSince1970 % 86_400
        let floor = remainder < 0 ? secondsSince1970 - remainder - 86_400 : secondsSince1970 - remainder
        return CalendarDay(daysSince1970: floor / 86_400)
    }

    init?(parsing text: String) {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2),
            scanner.take("-"),
            let day = scanner.digits(2), let date = CalendarDay(year: year, month: month, day: day)
        else { return nil }
        hasTime = !scanner.isAtEnd
        var seconds = date.daysSince1970 * 86_400
        if hasTime {
            guard let time = scanner.time(), let offset = scanner.offset(), scanner.isAtEnd else {
                return nil
            }
            seconds += time - offset
        }
        secondsSince1970 = seconds
    }
}

private struct DigitScanner {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard byte >= 48, byte <= 57 else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        position += count
        return value
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// `T12:00:00[.fff]` as seconds of the day.
    mutating func time() -> Int? {
        guard take("T") || take("t") || take(" "), let hour = digits(2), take(":"), let minute = digits(2),
            hour < 24, minute < 60
        else { return nil }
        var seconds = hour * 3600 + minute * 60
        if take(":") {
            guard let second = digits(2), second < 60 else { return nil }
            seconds += second
        }
        if take(".") {
            guard digits(1) != nil else { return nil }
            while digits(1) != nil {}
        }
        return seconds
    }

    /// Nothing, `Z` or `+hh:mm`, in seconds east.
    mutating func offset() -> Int? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign = take("-") ? -1 : 1
        if sign == 1, !take("+") { return nil }
        guard let hours = digits(2), take(":"), let minutes = digits(2) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
