import Foundation
import Tenancy
import Testing

/// When a run is due, through nights that are an hour longer or shorter.
struct ScheduleTests {
    private static func instant(_ text: String) throws -> Date {
        try Date(text, strategy: .iso8601)
    }

    private static func daily(_ time: String, _ zone: String) throws -> Schedule {
        .daily(try #require(Schedule.TimeOfDay(time)), try #require(TimeZone(identifier: zone)))
    }

    /// Vancouver: UTC-8 in winter; on 8 March 2026 02:00 becomes 03:00, on 1 November 02:00 becomes 01:00.
    @Test(arguments: [
        ("02:00", "2026-01-15T10:00:00Z", "2026-01-15T10:00:00Z"),
        ("02:00", "2026-01-15T09:59:59Z", "2026-01-14T10:00:00Z"),
        ("02:00", "2026-07-15T09:30:00Z", "2026-07-15T09:00:00Z"),
        // In the gap: the first instant after it, 03:00 summer time.
        ("02:30", "2026-03-08T09:59:59Z", "2026-03-07T10:30:00Z"),
        ("02:30", "2026-03-08T10:00:00Z", "2026-03-08T10:00:00Z"),
        ("02:30", "2026-03-08T18:00:00Z", "2026-03-08T10:00:00Z"),
        ("02:30", "2026-03-09T09:30:00Z", "2026-03-09T09:30:00Z"),
        // In the overlap: 01:30 comes twice, its first coming counts.
        ("01:30", "2026-11-01T08:29:59Z", "2026-10-31T08:30:00Z"),
        ("01:30", "2026-11-01T08:30:00Z", "2026-11-01T08:30:00Z"),
        ("01:30", "2026-11-01T09:45:00Z", "2026-11-01T08:30:00Z"),
        ("01:30", "2026-11-01T20:00:00Z", "2026-11-01T08:30:00Z"),
        ("01:30", "2026-11-02T09:30:00Z", "2026-11-02T09:30:00Z"),
    ])
    func lastDailySlot(_ time: String, _ now: String, _ slot: String) throws {
        let schedule = try Self.daily(time, "America/Vancouver")
        #expect(schedule.lastSlot(before: try Self.instant(now)) == (try Self.instant(slot)))
    }

    /// 16 November 2026 is a Monday.
    @Test(arguments: [
        ("2026-11-16T06:30:00Z", "2026-11-16T06:30:00Z"), ("2026-11-16T06:29:59Z", "2026-11-09T06:30:00Z"),
        ("2026-11-22T23:59:59Z", "2026-11-16T06:30:00Z"), ("2026-11-23T06:30:01Z", "2026-11-23T06:30:00Z"),
    ])
    func lastWeeklySlot(_ now: String, _ slot: String) throws {
        let schedule = Schedule.weekly(.monday, try #require(Schedule.TimeOfDay("06:30")), .gmt)
        #expect(schedule.lastSlot(before: try Self.instant(now)) == (try Self.instant(slot)))
    }

    @Test func aMissedSlotIsDueOnceHoweverManyWereMissed() throws {
        let schedule = try Self.daily("02:00", "UTC")
        let now = try Self.instant("2026-06-10T01:00:00Z")
        #expect(schedule.isDue(lastRun: try Self.instant("2026-06-05T02:00:05Z"), now: now))
        #expect(!schedule.isDue(lastRun: now, now: now.addingTimeInterval(60)))
        #expect(schedule.isDue(lastRun: now, now: try Self.instant("2026-06-10T02:00:00Z")))
    }

    @Test func aRunIsDueOnceThroughTheOverlap() throws {
        let schedule = try Self.daily("01:30", "America/Vancouver")
        var runs: [Date] = []
        var now = try Self.instant("2026-10-31T20:00:00Z")
        var lastRun = try Self.instant("2026-10-31T08:30:10Z")
        let end = try Self.instant("2026-11-01T20:00:00Z")
        while now < end {
            if schedule.isDue(lastRun: lastRun, now: now) {
                runs.append(now)
                lastRun = now
            }
            now += 60
        }
        #expect(runs == [try Self.instant("2026-11-01T08:30:00Z")])
    }

    @Test func aTenantThatNeverRanIsDue() throws {
        let now = try Self.instant("2026-06-10T01:00:00Z")
        #expect(try Self.daily("02:00", "UTC").isDue(lastRun: nil, now: now))
        #expect(Schedule.every(seconds: 900).isDue(lastRun: nil, now: now))
    }

    @Test func anIntervalCountsFromTheLastRun() throws {
        let schedule = Schedule.every(seconds: 900)
        let run = try Self.instant("2026-06-10T01:00:00Z")
        #expect(!schedule.isDue(lastRun: run, now: run.addingTimeInterval(899)))
        #expect(schedule.isDue(lastRun: run, now: run.addingTimeInterval(900)))
        #expect(schedule.lastSlot(before: run) == nil)
    }

    @Test(arguments: ["2:00", "02:0", "24:00", "02:60", "02-00", "0200", "02:00:00", "+2:00", "٠٢:٠٠", ""])
    func noTimeOfDay(_ text: String) { #expect(Schedule.TimeOfDay(text) == nil) }
}
