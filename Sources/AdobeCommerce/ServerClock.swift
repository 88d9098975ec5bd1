public import Foundation
import Synchronization

/// A store's clock that is too far off to be believed.
public struct ClockProblem: Sendable, Hashable, CustomStringConvertible {
    /// What the store's answer said.
    public let storeTime: Date
    /// What this machine's clock said then.
    public let localTime: Date

    /// One sentence.
    public var description: String {
        "The store's clock says \(UTCTime.adobeText(storeTime)) and this machine's "
            + "\(UTCTime.adobeText(localTime)) (UTC), more than a day apart; this machine's is believed."
    }
}

/// How far a store's clock is from this machine's, learned from the `Date` of its answers.
///
/// A timestamp over ten minutes ahead of the store is refused, so requests are signed by its clock once it is
/// known; cursors never pass it either. From any thread.
final class ServerClock: Sendable {
    /// Which clock a time is read from.
    enum Hand: Sendable {
        case store
        case machine

        var other: Hand { self == .store ? .machine : .store }
    }

    private struct State {
        /// Of the store from this machine; nil before it is known.
        var offsetSeconds: Int?
        var problem: ClockProblem?
    }

    /// A cache or a proxy with a dead battery, not a store: reading up to such a time would skip a year, or stand
    /// still for one.
    private static let largestOffset = 86_400

    private let state = Mutex(State())
    private let localTime: @Sendable () -> Date

    init(localTime: @escaping @Sendable () -> Date) { self.localTime = localTime }

    /// The store's time as far as it is known.
    var now: Date { time(by: .store) }

    /// This machine's time.
    var local: Date { localTime() }

    /// The store's where it is known.
    var bestHand: Hand { state.withLock { $0.offsetSeconds == nil ? .machine : .store } }

    /// Set while the store's clock is not believed.
    var problem: ClockProblem? { state.withLock { $0.problem } }

    /// The time by one of the clocks; by this machine's where the store's is not known.
    func time(by hand: Hand) -> Date {
        let offset = hand == .store ? state.withLock { $0.offsetSeconds } ?? 0 : 0
        return localTime().addingTimeInterval(TimeInterval(offset))
    }

    /// Takes note of an answer's `Date` and returns it. A cached answer (`Age`) says nothing about now.
    /// - Returns: nil where it is not there or not believed.
    func learn(date: String?, age: String?) -> Date? {
        guard let date = date.flatMap({ UTCTime.date(http: $0) }), age == nil || age == "0" else {
            return nil
        }
        let local = localTime()
        let offset = UTCTime.wholeSeconds(date) - UTCTime.wholeSeconds(local)
        let isBelieved = offset.magnitude <= Self.largestOffset
        state.withLock { state in
            if isBelieved { state.offsetSeconds = offset }
            state.problem = isBelieved ? nil : ClockProblem(storeTime: date, localTime: local)
        }
        return isBelieved ? date : nil
    }
}
