import Foundation

/// What a clock on the wall of a time zone shows, in whole seconds. Days and times shown count from 1970-01-01
/// 00:00 as that clock shows it, instants from 1970-01-01 00:00 UTC.
///
/// Asks for offsets only, which is some hundred times faster than asking a `Calendar` for dates.
struct WallClock {
    static let secondsOfDay = 86_400
    /// More than any zone is or was ahead of or behind UTC.
    private static let farthest = 18 * 3600

    let zone: TimeZone

    /// What the clock shows at an instant.
    func shown(at instant: Int) -> Int { instant + offset(at: instant) }

    /// The day the clock shows at an instant.
    func day(at instant: Int) -> Int {
        let shown = shown(at: instant)
        return (shown - Self.remainder(shown, Self.secondsOfDay)) / Self.secondsOfDay
    }

    /// The instant of a time on a day: its first coming where it comes twice, the first instant after the gap
    /// where it does not come. Nil for a day that the zone skipped, as Pacific/Apia did 2011-12-30.
    func instant(day: Int, secondOfDay: Int) -> Int? {
        let midnight = day * Self.secondsOfDay
        let first = first(midnight + secondOfDay)
        let end = midnight + Self.secondsOfDay
        // After a gap at the day's end the clock shows the next day; so it does when there is no such day.
        guard first.isInGap, shown(at: first.instant) >= end, shown(at: self.first(midnight).instant) >= end
        else {
            return first.instant
        }
        return nil
    }

    /// The day of the week, 0 for Sunday: 1970-01-01 was a Thursday.
    static func weekday(of day: Int) -> Int { remainder(day + 4, 7) }

    /// The first instant at which the clock shows this or, where a gap swallows it, a later time.
    private func first(_ wish: Int) -> (instant: Int, isInGap: Bool) {
        let before = wish - offset(at: wish - Self.farthest)
        // Under the offset of before a change: a time that comes twice comes first under it.
        if shown(at: before) == wish { return (before, false) }
        let after = wish - offset(at: wish + Self.farthest)
        if shown(at: after) == wish { return (after, false) }
        // In the gap, and the change lies between the two.
        var (early, late) = (min(before, after), max(before, after))
        while early < late {
            let middle = early + (late - early) / 2
            if shown(at: middle) < wish { early = middle + 1 } else { late = middle }
        }
        return (late, true)
    }

    private func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant)))
    }

    /// From 0, for negative numbers too.
    private static func remainder(_ number: Int, _ divisor: Int) -> Int {
        let remainder = number % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
