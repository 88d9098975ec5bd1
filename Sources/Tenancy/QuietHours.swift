public import Foundation

/// Hours of every day in which nothing is written to Sage 300: it is backed up then, or its day is being closed.
public struct QuietHours: Sendable, Hashable, CustomStringConvertible {
    /// From this time on.
    public let from: Schedule.TimeOfDay
    /// Up to this time, of the next day where it is not after `from`.
    public let to: Schedule.TimeOfDay
    /// Whose clock.
    public let timeZone: TimeZone

    /// Whether an instant is in them. What the clock shows decides: on the days it is put forward or back they are an hour
    /// shorter or longer.
    public func contain(_ instant: Date) -> Bool {
        guard let second = Int(exactly: instant.timeIntervalSince1970.rounded(.down)), abs(second) < 1 << 42
        else { return false }
        let clock = WallClock(zone: timeZone)
        let shown = clock.shown(at: second) - clock.day(at: second) * WallClock.secondsOfDay
        let (from, to) = (from.secondOfDay, to.secondOfDay)
        return from < to ? (from..<to).contains(shown) : shown >= from || shown < to
    }

    /// `01:00 to 03:00 America/Vancouver`.
    public var description: String { "\(from) to \(to) \(timeZone.identifier)" }

    /// What people are told while they last.
    public var reason: String { "Quiet hours: nothing is written to Sage 300 from \(description)." }
}

extension QuietHours {
    init?(_ reader: YAMLReader) {
        reader.allow(["from", "to", "timeZone"])
        let from = reader.parsed("from", allowed: "a time such as 01:00") { Schedule.TimeOfDay($0) }
        let to = reader.parsed("to", allowed: "a time such as 03:00") { Schedule.TimeOfDay($0) }
        let timeZone = reader.timeZone("timeZone")
        guard let from, let to, let timeZone else { return nil }
        guard from != to else {
            reader.refuse("to", "is the same as from: no time of the day would be left")
            return nil
        }
        self.init(from: from, to: to, timeZone: timeZone)
    }
}
