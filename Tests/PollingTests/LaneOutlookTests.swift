import Foundation
import Testing

@testable import Polling

/// When a look at all tenants can be left out.
struct LaneOutlookTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func withoutALookNothingIsQuiet() { #expect(!LaneOutlook().isQuiet("a", now: now)) }

    @Test(arguments: [
        ("a", 1, true), ("a", 9.9, true), ("a", 10.1, false), ("b", 1, false), ("a", -5, false),
    ])
    func itIsQuietUntilTheFirstIsDue(stamp: String, after: TimeInterval, isQuiet: Bool) {
        var outlook = LaneOutlook()
        outlook.note("a", untilDue: 10, now: now)
        #expect(outlook.isQuiet(stamp, now: now + after) == isQuiet)
    }

    @Test func nothingIsQuietForEver() {
        var outlook = LaneOutlook()
        outlook.note("a", untilDue: nil, now: now)
        #expect(outlook.isQuiet("a", now: now + 29))
        #expect(!outlook.isQuiet("a", now: now + 31))
    }

    @Test func whatIsLeftToDoIsLookedAtAgain() {
        var outlook = LaneOutlook()
        outlook.note("a", untilDue: 10, now: now)
        outlook.reset()
        #expect(!outlook.isQuiet("a", now: now + 1))
    }
}
