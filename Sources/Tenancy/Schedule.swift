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
    /// A slot in a daylight-saving gap is the first instant after it; one that comes twice is its first coming.
    public func lastSlot(before instant: Date) -> Date? {
        let time: TimeOfDay
        let zone: TimeZone
        var weekday: Int?
        switch self {
        case .daily(let dailyTime, let dailyZone): (time, zone) = (dailyTime, dailyZone)
        case .weekly(let day, let weeklyTime, let weeklyZone):
            (time, zone, weekday) = (weeklyTime, weeklyZone, day.rawValue)
        case .every: return nil
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = DateComponents(hour: time.hour, minute: time.minute, second: 0)
        // Day by day and forwards: backwards, a time that comes twice would be found in its second coming.
        var day = calendar.startOfDay(for: instant)
        for _ in 0..<15 {
            let slot = calendar.nextDate(
                after: day.addingTimeInterval(-1),
                matching: parts,
                matchingPolicy: .nextTime,
                repeatedTimePolicy: .first
            )
            let isItsDay = weekday == nil || calendar.component(.weekday, from: day) == weekday
            if let slot, slot <= instant, isItsDay { return slot }
            day = calendar.startOfDay(for: day.addingTimeInterval(-1))
        }
        return nil
    }

    /// True when a run is due: a slot has come since the last run began, or the interval has passed. A missed
    /// slot is due once, however many were missed; a tenant that never ran is due at once.
    public func isDue(lastRun: Date?, now: Date) -> Bool {
        guard let lastRun else { return true }
        switch self {
        case .every(let seconds): return now.timeIntervalSince(lastRun) >= TimeInterval(seconds)
        case .daily, .weekly: return lastSlot(before: now).map { $0 > lastRun } ?? false
        }
    }

    /// For people, for instance `every day at 02:00 (America/Vancouver)`.
    public var text: String {
        switch self {
        case .daily(let time, let zone): "every day at \(time) (\(zone.identifier))"
        case .weekly(let weekday, let time, let zone): "every \(weekday.name) at \(time) (\(zone.identifier))"
        case .every(let seconds): seconds % 60 == 0 ? "every \(seconds / 60) min" : "every \(seconds) s"
        }
    }
}
