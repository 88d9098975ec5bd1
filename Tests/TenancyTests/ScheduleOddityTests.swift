import Foundation
import Tenancy
import Testing

/// Schedules on days that were skipped or came twice, at the ends of time, and after a clock was put back.
struct ScheduleOddityTests {
    private static func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    private static func time(_ text: String) throws -> Schedule.TimeOfDay {
        try #require(Schedule.TimeOfDay(text))
    }

    /// The slots from one instant on, found forwards and, the other way, backwards.
    private static func slots(_ schedule: Schedule, from start: Date, count: Int) throws -> [Date] {
        var slots: [Date] = []
        for _ in 0..<count { slots.append(try #require(schedule.nextSlot(after: slots.last ?? start))) }
        for (slot, next) in zip(slots, slots.dropFirst()) {
            #expect(schedule.lastSlot(before: next - 0.5) == slot)
            #expect(schedule.lastSlot(before: slot) == slot)
        }
        return slots
    }

    /// Samoa had no 30 December 2011, the Marshall Islands no 21 August 1993: neither has a slot that day.
    @Test(arguments: [
        ("Pacific/Apia", "06:00", "2011-12-28T16:00:00Z", ["2011-12-29T16:00:00Z", "2011-12-30T16:00:00Z"]),
        ("Pacific/Apia", "00:00", "2011-12-28T10:00:00Z", ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"]),
        ("Pacific/Apia", "23:59", "2011-12-29T09:59:00Z", ["2011-12-30T09:59:00Z", "2011-12-31T09:59:00Z"]),
        (
            "Pacific/Kwajalein", "00:00", "1993-08-19T12:00:00Z",
            ["1993-08-20T12:00:00Z", "1993-08-21T12:00:00Z"]
        ),
        (
            "Pacific/Kwajalein", "12:00", "1993-08-20T00:00:00Z",
            ["1993-08-21T00:00:00Z", "1993-08-22T00:00:00Z"]
        ),
    ])
    func aSkippedDayHasNoSlot(_ zone: String, _ time: String, _ start: String, _ slots: [String]) throws {
        let schedule = Schedule.daily(try Self.time(time), try #require(TimeZone(identifier: zone)))
        let found = try Self.slots(schedule, from: try Self.instant(start), count: 2)
        #expect(found.map { $0.ISO8601Format() } == slots)
    }

    /// 30 December 2011 was to be a Friday.
    @Test func aWeekWhoseDayIsSkippedHasNoSlot() throws {
        let zone = try #require(TimeZone(identifier: "Pacific/Apia"))
        let schedule = Schedule.weekly(.friday, try Self.time("06:00"), zone)
        let found = try Self.slots(schedule, from: try Self.instant("2011-12-20T00:00:00Z"), count: 3)
        let expected = ["2011-12-23T16:00:00Z", "2012-01-05T16:00:00Z", "2012-01-12T16:00:00Z"]
        #expect(found.map { $0.ISO8601Format() } == expected)
        #expect(schedule.lastSlot(before: try Self.instant("2012-01-05T15:59:59Z")) == found.first)
    }

    /// Samoa had two 4 July 1892; Juneau's Friday 18 October 1867 followed itself under another calendar.
    @Test(arguments: [("Pacific/Apia", "1892-07-01T00:00:00Z"), ("America/Juneau", "1867-10-14T00:00:00Z")])
    func aDayThatComesTwiceHasOneSlot(_ zone: String, _ start: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        for time in ["00:00", "00:01", "11:59", "23:59"] {
            let schedule = Schedule.daily(try Self.time(time), zone)
            let slots = try Self.slots(schedule, from: try Self.instant(start), count: 8)
            let steps = zip(slots, slots.dropFirst()).map { $1.timeIntervalSince($0) / 86_400 }
            #expect(steps.filter { $0 > 1.9 }.count == 1, "\(steps)")
            #expect(steps.allSatisfy { $0 > 0.9 && $0 < 2.1 }, "\(steps)")
        }
    }

    /// The Azores go from 00:00 to 01:00, Chile from 24:00 back to 23:00.
    @Test(arguments: [
        (
            "Atlantic/Azores", "23:30", "2026-03-28T02:00:00Z",
            ["2026-03-29T00:30:00Z", "2026-03-29T23:30:00Z"]
        ),
        (
            "Atlantic/Azores", "00:00", "2026-03-28T02:00:00Z",
            ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]
        ),
        (
            "America/Santiago", "23:30", "2026-04-04T12:00:00Z",
            ["2026-04-05T02:30:00Z", "2026-04-06T03:30:00Z"]
        ),
        (
            "America/Santiago", "00:00", "2026-04-04T12:00:00Z",
            ["2026-04-05T04:00:00Z", "2026-04-06T04:00:00Z"]
        ),
    ])
    func changesAtMidnight(_ zone: String, _ time: String, _ start: String, _ slots: [String]) throws {
        let schedule = Schedule.daily(try Self.time(time), try #require(TimeZone(identifier: zone)))
        let found = try Self.slots(schedule, from: try Self.instant(start), count: 2)
        #expect(found.map { $0.ISO8601Format() } == slots)
    }

    /// Newfoundland went from 00:01 back to 23:01: for an hour, today had been tomorrow already.
    @Test func aDayThatBeganBeforeTheLastOneEnded() throws {
        let zone = try #require(TimeZone(identifier: "America/St_Johns"))
        let schedule = Schedule.daily(try Self.time("00:00"), zone)
        let slot = try Self.instant("2010-11-07T02:30:00Z")
        let next = try Self.instant("2010-11-08T03:30:00Z")
        #expect(schedule.nextSlot(after: slot - 1) == slot)
        for later in [0.0, 59, 60, 900, 3600, 3700] {
            #expect(schedule.lastSlot(before: slot + later) == slot)
            #expect(schedule.nextSlot(after: slot + later) == next)
        }
    }

    @Test func absurdInstantsHaveNoSlotAndNoTrap() throws {
        let schedules: [Schedule] = [
            .daily(try Self.time("02:00"), try #require(TimeZone(identifier: "Europe/Berlin"))),
            .weekly(.sunday, try Self.time("23:59"), .gmt),
        ]
        for schedule in schedules {
            for instant in [Double.infinity, -.infinity, .nan, 1e300, -1e300, 1e19, -1e19] {
                let date = Date(timeIntervalSince1970: instant)
                #expect(schedule.lastSlot(before: date) == nil)
                #expect(schedule.nextSlot(after: date) == nil)
            }
            for date in [Date.distantPast, .distantFuture] {
                let slot = try #require(schedule.lastSlot(before: date))
                #expect(slot <= date && slot > date - 7.1 * 86_400)
            }
        }
    }

    @Test func aFractionOfASecondIsNotASlotTooEarly() throws {
        let schedule = Schedule.daily(try Self.time("02:00"), .gmt)
        let slot = try Self.instant("2026-06-10T02:00:00Z")
        #expect(schedule.lastSlot(before: slot - 0.001) == slot - 86_400)
        #expect(schedule.nextSlot(after: slot - 0.001) == slot)
        #expect(schedule.nextSlot(after: slot) == slot + 86_400)
        #expect(schedule.nextSlot(after: slot + 0.001) == slot + 86_400)
    }

    /// A clock that was ahead and is put back must not stop the reading until time has caught up.
    @Test func aLastRunFarInTheFutureIsNone() throws {
        let now = try Self.instant("2026-06-10T12:00:00Z")
        for schedule in [Schedule.daily(try Self.time("02:00"), .gmt), .every(seconds: 900)] {
            #expect(schedule.isDue(lastRun: now + 86_400 * 365, now: now))
            #expect(schedule.isDue(lastRun: .distantFuture, now: now))
            #expect(schedule.nextDue(lastRun: now + 7200, now: now) == now)
            // The database's clock may be a little ahead: that run has just been.
            #expect(!schedule.isDue(lastRun: now + 30, now: now))
        }
    }

    @Test func nextDueIsTheFirstInstantThatIsDue() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let run = try Self.instant("2026-10-24T22:00:00Z")
        let schedules: [Schedule] = [
            .daily(try Self.time("02:30"), berlin), .weekly(.sunday, try Self.time("03:00"), berlin),
            .every(seconds: 900), .every(seconds: 86_400),
        ]
        for schedule in schedules {
            for lastRun in [run, run - 100, run + 100] {
                let due = try #require(schedule.nextDue(lastRun: lastRun, now: run))
                #expect(due > run)
                #expect(schedule.isDue(lastRun: lastRun, now: due))
                #expect(!schedule.isDue(lastRun: lastRun, now: due - 1))
            }
            #expect(schedule.nextDue(lastRun: nil, now: run) == run)
            #expect(schedule.nextDue(lastRun: run - 86_400 * 30, now: run) == run)
        }
        #expect(Schedule.every(seconds: 900).nextDue(lastRun: run, now: run + 10) == run + 900)
    }

    /// The database's clock is ahead: what it calls the last run served a slot that is still to come here.
    @Test func aSlotThatWasServedAMomentEarlyIsNotDueAgain() throws {
        let schedule = Schedule.daily(try Self.time("02:00"), .gmt)
        let slot = try Self.instant("2026-06-10T02:00:00Z")
        #expect(schedule.nextDue(lastRun: slot + 20, now: slot - 10) == slot + 86_400)
        #expect(!schedule.isDue(lastRun: slot + 20, now: slot + 1))
    }

    @Test func aMissedSlotRunsOnceOnReturn() throws {
        let schedule = Schedule.weekly(.monday, try Self.time("02:00"), .gmt)
        let lastRun = try Self.instant("2026-06-01T02:00:05Z")
        let back = try Self.instant("2026-07-08T15:00:00Z")
        #expect(schedule.isDue(lastRun: lastRun, now: back))
        #expect(!schedule.isDue(lastRun: back, now: back + 1))
        #expect(schedule.nextDue(lastRun: back, now: back + 1) == (try Self.instant("2026-07-13T02:00:00Z")))
    }

    @Test func weeklySlotsAreTheDailyOnesOfTheirDay() throws {
        for identifier in [
            "America/Vancouver", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago",
        ] {
            let zone = try #require(TimeZone(identifier: identifier))
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            let time = try Self.time("12:30")
            let start = try Self.instant("2026-01-01T00:00:00Z")
            let daily = try Self.slots(.daily(time, zone), from: start, count: 364)
            for weekday in Schedule.Weekday.allCases {
                let weekly = try Self.slots(.weekly(weekday, time, zone), from: start, count: 52)
                let days = daily.filter { calendar.component(.weekday, from: $0) == weekday.rawValue }
                #expect(weekly == days, "\(weekday.name) in \(identifier)")
            }
        }
    }
}
