public import Foundation
public import Tenancy

/// How long something has waited, without the hours in which nothing may be written to Sage 300.
public enum WaitingTime {
    /// Five minutes: what quiet hours are a multiple of, near enough.
    private static let step: TimeInterval = 300
    /// Longer than any limit.
    private static let longest: TimeInterval = 40 * 86_400

    /// Whole seconds.
    public static func seconds(since: Date, now: Date, quietHours: QuietHours?) -> Int {
        let begin = max(since, now - longest)
        let all = max(0, now.timeIntervalSince(begin))
        guard let quietHours else { return Int(all) }
        var quiet: TimeInterval = 0
        var moment = begin
        while moment < now {
            let next = min(moment + step, now)
            if quietHours.contain(moment) { quiet += next.timeIntervalSince(moment) }
            moment = next
        }
        return Int(max(0, all - quiet))
    }
}
