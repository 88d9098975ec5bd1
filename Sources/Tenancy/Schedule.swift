public import Foundation

/// When a tenant's store is read.
public enum Schedule: Sendable, Hashable {
    /// Minutes since midnight on a wall clock.
    public struct TimeOfDay: Sendable, Hashable, CustomStringConvertible {
        /// 0 to 23.
        public let hour: Int
        /// 0 to 59.
        public let minute: Int

        /// Reads `02:00`, nil for anything else.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy({ (48...57).contains($0) }) }),
                let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
            else { return nil }
            self.hour = hour
            self.minute = minute
        }

        /// Nil unless there is such a minute of a day, from 0 to 1439.
        public init?(_ minuteOfDay: Int) {
            guard (0..<1440).contains(minuteOfDay) else { return nil }
            hour = minuteOfDay / 60
            minute = minuteOfDay % 60
        }

        var secondOfDay: Int { (hour * 60 + minute) * 60 }

        /// `02:00`.
        public var description: String { "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)" }
    }

    /// Days of the week with `Calendar`'s numbers.
    public enum Weekday: Int, Sendable, CaseIterable {
        case sunday = 1
        case monday, tuesday, wednesday, thursday, friday, saturday

        /// Its English name in lower case.
        public var name: String { "\(self)" }
    }

    case daily(TimeOfDay, TimeZone)
    case weekly(Weekday, TimeOfDay, TimeZone)
    case every(seconds: Int)

    /// The last slot at or before an instant; nil for intervals, which have none.
    ///
    /// Every day of the zone's calendar has one slot (every week, one). In a daylight-saving gap it is the first
    /// instant after it, of a time that comes twice its first coming. A day that the zone skipped has none.
    public func lastSlot(before instant: Date) -> Date? {
        guard let (clock, now, day) = place(of: instant) else { return nil }
        // Where the clock was put back across midnight, tomorrow has begun before.
        for day in stride(from: day + 1, to: day - Self.daysToSearch, by: -1) {
            if let slot = slot(of: day, clock), slot <= now { return Self.date(slot) }
        }
        return nil
    }

    /// The first slot after an instant; nil for intervals, which have none.
    public func nextSlot(after instant: Date) -> Date? {
        guard let (clock, now, day) = place(of: instant) else { return nil }
        for day in day..<day + Self.daysToSearch {
            if let slot = slot(of: day, clock), slot > now { return Self.date(slot) }
        }
        return nil
    }

    /// True when a run is due: a slot has come since the last run began, or the interval has passed. A missed
    /// slot is due once, however many were missed; a tenant that never ran is due at once, and so is one whose last
    /// run lies in the future: the clock was put back since, and waiting for it to catch up might take for ever.
    public func isDue(lastRun: Date?, now: Date) -> Bool {
        guard let lastRun, lastRun <= now + Self.clockTolerance else { return true }
        switch self {
        case .every(let seconds): return now.timeIntervalSince(lastRun) >= TimeInterval(seconds)
        case .daily, .weekly: return lastSlot(before: now).map { $0 > lastRun } ?? false
        }
    }

    /// When the next run is due: `now` where one is due already.
    public func nextDue(lastRun: Date?, now: Date) -> Date? {
        guard let lastRun, !isDue(lastRun: lastRun, now: now) else { return now }
        switch self {
        case .every(let seconds): return lastRun + TimeInterval(seconds)
        case .daily, .weekly: return nextSlot(after: max(lastRun, now))
        }
    }

    /// A week, and another one where its day was skipped.
    private static let daysToSearch = 16
    /// How far the clocks of poller and database may differ: within it, a last run in the future is a recent one.
    private static let clockTolerance: TimeInterval = 3600

    /// The clock of the schedule, the second an instant is in, and the day that clock shows then.
    private func place(of instant: Date) -> (WallClock, now: Int, day: Int)? {
        let zone: TimeZone
        switch self {
        case .daily(_, let dailyZone): zone = dailyZone
        case .weekly(_, _, let weeklyZone): zone = weeklyZone
        case .every: return nil
        }
        // Beyond what any date of a document or a run may be.
        guard let now = Int(exactly: instant.timeIntervalSince1970.rounded(.down)), abs(now) < 1 << 42 else {
            return nil
        }
        let clock = WallClock(zone: zone)
        return (clock, now, clock.day(at: now))
    }

    /// The slot of a day, if it has one.
    private func slot(of day: Int, _ clock: WallClock) -> Int? {
        switch self {
        case .daily(let time, _): return clock.instant(day: day, secondOfDay: time.secondOfDay)
        case .weekly(let weekday, let time, _):
            guard WallClock.weekday(of: day) == weekday.rawValue - 1 else { return nil }
            return clock.instant(day: day, secondOfDay: time.secondOfDay)
        case .every: return nil
        }
    }

    private static func date(_ instant: Int) -> Date { Date(timeIntervalSince1970: TimeInterval(instant)) }

    /// For people, for instance `every day at 02:00 (America/Vancouver)`.
    public var text: String {
        switch self {
        case .daily(let time, let zone): "every day at \(time) (\(zone.identifier))"
        case .weekly(let weekday, let time, let zone): "every \(weekday.name) at \(time) (\(zone.identifier))"
        case .every(let seconds): seconds % 60 == 0 ? "every \(seconds / 60) min" : "every \(seconds) s"
        }
    }
}
