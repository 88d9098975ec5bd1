import Foundation
import Tenancy
import Testing

/// Schedules in every zone there is, over ten years of clocks being put forward and back.
struct EveryZoneTests {
    /// 2020-01-01 to 2029-12-31.
    private static let days = 18_262..<21_915
    private static let parts = 8

    /// Every eighth zone.
    private static func zones(_ part: Int) -> [TimeZone] {
        stride(from: part, to: TimeZone.knownTimeZoneIdentifiers.count, by: parts).compactMap {
            TimeZone(identifier: TimeZone.knownTimeZoneIdentifiers[$0])
        }
    }

    private static func date(_ instant: Int) -> Date { Date(timeIntervalSince1970: TimeInterval(instant)) }

    @Test func noZoneIsLeftOut() {
        let tested = (0..<Self.parts).flatMap(Self.zones)
        #expect(Set(tested.map(\.identifier)) == Set(TimeZone.knownTimeZoneIdentifiers))
        #expect(tested.count > 400)
        #expect(Self.date(Self.days.lowerBound * 86_400).ISO8601Format() == "2020-01-01T00:00:00Z")
        #expect(Self.date(Self.days.upperBound * 86_400).ISO8601Format() == "2030-01-01T00:00:00Z")
    }

    /// The slots of ten years are those of the zone's record, one for every day and in order: at midnight, at a time
    /// of its own for each zone, and at one inside its first gap and its first overlap.
    @Test(.timeLimit(.minutes(3)), arguments: 0..<parts)
    func everyDayHasItsSlot(_ part: Int) throws {
        for (index, zone) in Self.zones(part).enumerated() {
            let record = ZoneRecord(of: zone, days: Self.days)
            var minutes: Set = [0, (index * Self.parts + part) * 37 % 1440]
            for isGap in [true, false] {
                guard let change = record.changes.first(where: { $0.isGap == isGap }) else { continue }
                minutes.insert((change.times.lowerBound + change.times.count / 2) % 86_400 / 60)
            }
            for minute in minutes {
                let slots = record.slots(of: Self.days, minute: minute)
                #expect(slots.count == Self.days.count)
                let schedule = Schedule.daily(try #require(Schedule.TimeOfDay(minute)), zone)
                let wrong = Self.wrong(schedule, slots)
                #expect(wrong.isEmpty, "\(schedule.text): \(wrong.count), the first after \(wrong.prefix(3))")
            }
        }
    }

    /// Slots from which the next is not found, or, on every fourth day, not the one before from just before it.
    private static func wrong(_ schedule: Schedule, _ slots: [Int]) -> [Date] {
        zip(slots, slots.dropFirst()).enumerated().compactMap { index, pair in
            let (slot, next) = (date(pair.0), date(pair.1))
            guard slot < next, schedule.nextSlot(after: slot) == next else { return slot }
            guard index.isMultiple(of: 4) else { return nil }
            return schedule.lastSlot(before: next - 1) == slot ? nil : next
        }
    }

    /// Around every change of every zone, times inside, at the edges of and beside it: as the zone's record has it,
    /// as `Calendar` reads the clock at each slot, from before and from after. (`Calendar.nextDate` is no judge: it
    /// misses days whose midnight is in a gap, and Pacific/Chatham's changes by a quarter of an hour.)
    @Test(.timeLimit(.minutes(3)), arguments: 0..<parts)
    func timesAroundEveryChange(_ part: Int) throws {
        for zone in Self.zones(part) {
            let record = ZoneRecord(of: zone, days: Self.days)
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            for change in record.changes {
                let (start, end) = (change.times.lowerBound, change.times.upperBound)
                for time in [start - 60, start, start + 60, (start + end) / 2, end - 60, end, end + 60] {
                    let minute = time % 86_400 / 60
                    let schedule = Schedule.daily(try #require(Schedule.TimeOfDay(minute)), zone)
                    expectSlots(
                        schedule,
                        record.slots(of: time / 86_400 - 1..<time / 86_400 + 2, minute: minute)
                    )
                    let slot = try #require(schedule.lastSlot(before: Self.date(change.instant + 86_400)))
                    guard !(change.isGap && change.times.contains(time)) else { continue }
                    func shown(_ instant: Date) -> Int? {
                        let parts = calendar.dateComponents([.hour, .minute, .second], from: instant)
                        return parts.second == 0 ? (parts.hour ?? 0) * 60 + (parts.minute ?? 0) : nil
                    }
                    #expect(shown(slot) == minute, "\(schedule.text)")
                    // Not the second coming.
                    #expect(shown(slot - TimeInterval(end - start)) != minute, "\(schedule.text)")
                }
            }
        }
    }

    private func expectSlots(_ schedule: Schedule, _ slots: [Int]) {
        #expect(slots.count == 3)
        for (last, next) in zip(slots.map(Self.date), slots.dropFirst().map(Self.date)) {
            #expect(schedule.nextSlot(after: last) == next, "\(schedule.text)")
            #expect(schedule.nextSlot(after: next - 1) == next, "\(schedule.text)")
            #expect(schedule.lastSlot(before: next - 1) == last, "\(schedule.text)")
            #expect(schedule.lastSlot(before: next) == next, "\(schedule.text)")
        }
    }
}
