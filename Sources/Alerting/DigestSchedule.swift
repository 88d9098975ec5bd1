import Accounting
public import Foundation
public import Tenancy

/// When digests are due.
public enum DigestSchedule {
    /// What is to be done about a tenant's digest.
    public enum Step: Sendable, Hashable {
        /// Nothing.
        case rest
        /// A digest is new here: the first one tells of what comes after this time.
        case begin(Date)
        /// One is due, up to this time.
        case send(Date)
    }

    /// - Parameter told: up to when the last one has told; nil before the first.
    public static func step(_ digest: AlertRules.Digest, in zone: TimeZone, told: Date?, now: Date) -> Step {
        guard let slot = lastSlot(digest, in: zone, before: now) else { return .rest }
        guard let told else { return .begin(slot) }
        // Once a day, also where its time was moved; and once after however long a time without anybody to send it.
        return CalendarDate(told, in: zone) < CalendarDate(slot, in: zone) ? .send(slot) : .rest
    }

    private static func lastSlot(_ digest: AlertRules.Digest, in zone: TimeZone, before now: Date) -> Date? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var moment = now
        for _ in 0..<7 {
            guard let slot = Schedule.daily(digest.at, zone).lastSlot(before: moment) else { return nil }
            if digest.days == .daily || !calendar.isDateInWeekend(slot) { return slot }
            moment = slot - 1
        }
        return nil
    }
}
