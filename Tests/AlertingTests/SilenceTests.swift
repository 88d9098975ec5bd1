import Foundation
import Storage
import Testing

@testable import Alerting

/// When it is odd that a store has no orders.
struct SilenceTests {
    @Test(
        arguments: [
            // Even weeks: a Poisson distribution.
            ([40, 40, 41, 39, 40, 40, 40, 40], true), ([12, 12, 12, 12], true), ([11, 11, 11, 11], false),
            // Busy, but with a history of three weeks.
            ([40, 40, 40], false), ([], false),
            // One of the weeks had none, too.
            ([40, 0, 40, 40, 40, 40, 40, 40], false),
            // Very uneven: none is not so odd.
            ([2, 90, 1, 60, 3, 2, 80, 1], false), ([30, 50, 35, 45, 40, 38, 52, 30], true),
            // Seldom sells.
            ([1, 2, 1, 1, 2, 1, 1, 1], false), ([3, 4, 3, 5, 4, 3, 4, 4], false),
        ] as [([Int], Bool)]
    )
    func noneIsOdd(_ counts: [Int], _ isOdd: Bool) { #expect(SilenceRule.isOdd(counts) == isOdd) }

    private let vancouver = TimeZone(identifier: "America/Vancouver") ?? .gmt

    private func date(_ text: String) throws -> Date {
        try #require(try? Date(text, strategy: .iso8601))
    }

    /// Ten orders in every hour of Monday mornings from 9 to 13 on the clock, for some weeks before 30 November 2026.
    private func mondays(_ weeks: ClosedRange<Int>, perHour: Int = 10) throws -> [Date: Int] {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = vancouver
        let nine = try date("2026-11-30T17:00:00Z")
        var orders: [Date: Int] = [:]
        for week in weeks {
            let start = try #require(calendar.date(byAdding: .day, value: -7 * week, to: nine))
            for hour in 0..<4 { orders[start + TimeInterval(hour) * 3600] = perHour }
        }
        return orders
    }

    @Test func anEmptyMondayMorningIsToldInTheStoresOwnTime() throws {
        let reading = OrderReading(
            readUntil: try date("2026-11-30T21:00:12Z"),
            first: try date("2026-01-01T00:00:00Z"),
            last: try date("2026-11-30T16:30:00Z")
        )
        // Clocks were put back on 1 November: four of the weeks had the same hours at another time of UTC.
        let silence = SilenceRule.judge(reading, orders: try mondays(1...8), in: vancouver)
        #expect(
            silence
                == Silence(
                    since: try date("2026-11-30T17:00:00Z"),
                    until: try date("2026-11-30T21:00:00Z"),
                    usual: 40
                )
        )
    }

    @Test func anHourOfItIsNotOddYet() throws {
        let reading = OrderReading(
            readUntil: try date("2026-11-30T18:10:00Z"),
            first: try date("2026-01-01T00:00:00Z"),
            last: try date("2026-11-30T16:59:00Z")
        )
        #expect(SilenceRule.judge(reading, orders: try mondays(1...8), in: vancouver) == nil)
    }

    @Test func aStoreThatHasNotBeenReadSinceIsNotSilent() throws {
        let reading = OrderReading(
            readUntil: try date("2026-11-30T16:50:00Z"),
            first: try date("2026-01-01T00:00:00Z"),
            last: try date("2026-11-30T16:30:00Z")
        )
        #expect(SilenceRule.quietHours(reading) == nil)
        #expect(SilenceRule.judge(reading, orders: try mondays(1...8), in: vancouver) == nil)
    }

    @Test func aNewStoreIsNeverSilent() throws {
        let reading = OrderReading(
            readUntil: try date("2026-11-30T21:00:00Z"),
            first: try date("2026-11-08T00:00:00Z"),
            last: try date("2026-11-30T16:30:00Z")
        )
        #expect(SilenceRule.judge(reading, orders: try mondays(1...3), in: vancouver) == nil)
    }

    @Test func aSilenceOfDaysIsLookedAtForADay() throws {
        let reading = OrderReading(
            readUntil: try date("2026-11-30T21:00:00Z"),
            first: try date("2026-01-01T00:00:00Z"),
            last: try date("2026-11-20T16:30:00Z")
        )
        #expect(SilenceRule.quietHours(reading)?.from == (try date("2026-11-29T21:00:00Z")))
        // The week before had no orders either: it is no measure of what is usual.
        #expect(SilenceRule.judge(reading, orders: try mondays(2...8), in: vancouver)?.usual == 40)
        #expect(SilenceRule.judge(reading, orders: try mondays(3...8), in: vancouver) == nil)
    }
}
