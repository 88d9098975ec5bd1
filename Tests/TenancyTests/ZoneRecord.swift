import Foundation

/// When a zone's clock was put forward and back, by Foundation's list of its changes.
struct ZoneRecord {
    /// From one change to the next, in seconds since 1970, and how far the clock is ahead of UTC then.
    struct Era {
        let start: Int
        let end: Int
        let offset: Int
    }

    let eras: [Era]

    init(of zone: TimeZone, days: Range<Int>) {
        let end = (days.upperBound + 3) * 86_400
        var start = (days.lowerBound - 3) * 86_400
        var eras: [Era] = []
        while start < end {
            let instant = Date(timeIntervalSince1970: TimeInterval(start))
            let change = zone.nextDaylightSavingTimeTransition(after: instant)
            let next = min(change.map { Int($0.timeIntervalSince1970) } ?? end, end)
            eras.append(Era(start: start, end: next, offset: zone.secondsFromGMT(for: instant)))
            start = next
        }
        self.eras = eras
    }

    /// The first instant at which the clock shows this time, or a later one, for each of the days.
    func slots(of days: Range<Int>, minute: Int) -> [Int] {
        var wishes = days.map { $0 * 86_400 + minute * 60 }[...]
        var slots: [Int] = []
        for era in eras {
            while let wish = wishes.first, wish < era.end + era.offset {
                slots.append(max(era.start, wish - era.offset))
                wishes.removeFirst()
            }
        }
        return slots
    }

    /// Each change with the local times it skips or repeats, in seconds since 1970 as the clock shows them.
    var changes: [(instant: Int, times: Range<Int>, isGap: Bool)] {
        zip(eras, eras.dropFirst()).compactMap { before, after in
            let (old, new) = (after.start + before.offset, after.start + after.offset)
            return old == new ? nil : (after.start, min(old, new)..<max(old, new), old < new)
        }
    }
}
