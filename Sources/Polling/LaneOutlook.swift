import Foundation
import Storage

/// Whether a lane has to be looked at now. A look goes through every tenant; most of them are idle most of the time, and
/// what changes that is a slot that comes, which is known beforehand, or a change in the database, which has a stamp.
struct LaneOutlook: Sendable {
    /// At the latest after this long: a failed backfill comes again by the clock alone.
    private static let longest: TimeInterval = 30

    private var stamp: String?
    private var nextDue = Date.distantPast
    private var lookedAt = Date.distantPast

    /// True when nothing can have become due since the last look.
    /// - Parameter now: by this machine's clock, which decides only how early a look comes, never what is due.
    func isQuiet(_ stamp: String, now: Date) -> Bool {
        stamp == self.stamp && now < nextDue && now >= lookedAt && now < lookedAt + Self.longest
    }

    /// Takes note of a look.
    /// - Parameters:
    ///   - stamp: from before it.
    ///   - untilDue: seconds until the first tenant is due that is not due now; nil: none ever is.
    mutating func note(_ stamp: String, untilDue: TimeInterval?, now: Date) {
        self.stamp = stamp
        lookedAt = now
        nextDue = untilDue.map { now + $0 } ?? .distantFuture
    }

    /// Something is left to do that the stamp does not tell of.
    mutating func reset() { stamp = nil }
}
