import Foundation
import Synchronization

/// How far a store's clock is from this machine's, learned from the `Date` of its answers.
///
/// A timestamp over ten minutes ahead of the store is refused, so requests are signed by its clock once it is
/// known; cursors never pass it either. From any thread.
final class ServerClock: Sendable {
    private let offsetSeconds = Mutex(0)
    private let localTime: @Sendable () -> Date

    init(localTime: @escaping @Sendable () -> Date) { self.localTime = localTime }

    /// The store's time as far as it is known.
    var now: Date {
        localTime().addingTimeInterval(TimeInterval(offsetSeconds.withLock { $0 }))
    }

    /// This machine's time.
    var local: Date { localTime() }

    /// Takes note of an answer's `Date` and returns it. A cached answer (`Age`) says nothing about now.
    func learn(date: String?, age: String?) -> Date? {
        guard let date = date.flatMap({ UTCTime.date(http: $0) }), age == nil || age == "0" else {
            return nil
        }
        let offset = UTCTime.wholeSeconds(date) - UTCTime.wholeSeconds(localTime())
        offsetSeconds.withLock { $0 = offset }
        return date
    }
}
