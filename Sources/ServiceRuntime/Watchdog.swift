import Synchronization

/// Tells a service whose main loops turn from one that is stuck.
///
/// A loop says that it turns by `beat`. While broker or database is away it may wait, and nothing is held against it.
public final class Watchdog: Sendable {
    private struct State {
        var beats: [String: ContinuousClock.Instant] = [:]
        /// When something that a loop may wait for was away last.
        var excusedAt = ContinuousClock.now
    }

    /// How long a loop may be silent while nothing is away: longer than any one step of it takes.
    static let limit = Duration.seconds(120)

    private let limit: Duration
    private let state = Mutex(State())

    init(limit: Duration = Watchdog.limit) { self.limit = limit }

    /// A loop turns. From its first beat on it is expected to go on.
    public func beat(_ loop: String) { state.withLock { $0.beats[loop] = .now } }

    /// A loop has come to its end: nothing is expected of it any more.
    public func end(_ loop: String) { state.withLock { $0.beats[loop] = nil } }

    /// Broker or database is away, or the service drains.
    func excuse() { state.withLock { $0.excusedAt = .now } }

    /// For how long each loop has been silent without an excuse, by name.
    var silences: [(loop: String, silence: Duration)] {
        state.withLock { state in
            state.beats.sorted { $0.key < $1.key }.map { ($0.key, .now - max($0.value, state.excusedAt)) }
        }
    }

    /// Whether every loop turns.
    var isAlive: Bool { silences.allSatisfy { $0.silence <= limit } }
}
