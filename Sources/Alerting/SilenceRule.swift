public import Foundation
public import Storage

/// Orders that stay away from a store that always had some at these hours of this weekday.
public struct Silence: Sendable, Hashable {
    /// The first whole hour without an order.
    public let since: Date
    /// The end of the last whole hour that has been read.
    public let until: Date
    /// How many there usually are in that time.
    public let usual: Int

    /// A silence from its parts.
    public init(since: Date, until: Date, usual: Int) {
        self.since = since
        self.until = until
        self.usual = usual
    }
}

/// Whether it is odd that a store has no orders: judged by its own weeks before, at the same hours of the same weekday on
/// its own clock.
///
/// It has to be very odd, because of a thousand stores each is asked every hour: at least four weeks of history, an order in
/// every one of those weeks, twelve of them on average, and a chance below one in a hundred thousand that there are none.
/// That chance is that of a negative binomial distribution, which is as uneven as the weeks were (of a Poisson one where they
/// were even). A store that seldom sells, or a new one, is never odd.
public enum SilenceRule {
    /// How many weeks are looked back.
    public static let weeks = 8
    static let fewestWeeks = 4
    static let leastUsual = 12.0
    static let oddity = 0.00001
    private static let hour: TimeInterval = 3600
    /// A longer silence is as odd, and no week has more hours of history than a day's.
    private static let longest: TimeInterval = 24 * 3600

    /// The whole hours without an order, up to where the store has been read; nil for less than one.
    public static func quietHours(_ reading: OrderReading) -> (from: Date, to: Date)? {
        let begin = max(reading.last, reading.readUntil - longest).timeIntervalSince1970
        let from = Date(timeIntervalSince1970: (begin / hour).rounded(.up) * hour)
        let to = Date(
            timeIntervalSince1970: (reading.readUntil.timeIntervalSince1970 / hour).rounded(.down) * hour
        )
        return from < to ? (from, to) : nil
    }

    /// - Parameter orders: how many were placed in each hour of UTC of the weeks before.
    public static func judge(_ reading: OrderReading, orders: [Date: Int], in zone: TimeZone) -> Silence? {
        guard let (from, to) = quietHours(reading) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var counts: [Int] = []
        for week in 1...weeks {
            guard let first = calendar.date(byAdding: .day, value: -7 * week, to: from),
                let last = calendar.date(byAdding: .day, value: -7 * week, to: to), first >= reading.first
            else { break }
            // A week of the silence itself says nothing of what is usual.
            if last > reading.last { continue }
            counts.append(count(orders, from: first, to: last))
        }
        guard isOdd(counts) else { return nil }
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        return Silence(since: from, until: to, usual: Int(mean.rounded()))
    }

    /// Whether none is odd where there were so many in the weeks before.
    static func isOdd(_ counts: [Int]) -> Bool {
        guard counts.count >= fewestWeeks, let least = counts.min(), least > 0 else { return false }
        let numbers = counts.map(Double.init)
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        guard mean >= leastUsual else { return false }
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - 1)
        guard variance > mean else { return exp(-mean) < oddity }
        let evenness = mean * mean / (variance - mean)
        return pow(1 + mean / evenness, -evenness) < oddity
    }

    private static func count(_ orders: [Date: Int], from: Date, to: Date) -> Int {
        var (moment, count) = ((from.timeIntervalSince1970 / hour).rounded(.down) * hour, 0)
        while moment < to.timeIntervalSince1970 {
            count += orders[Date(timeIntervalSince1970: moment)] ?? 0
            moment += hour
        }
        return count
    }
}
