import Storage

/// One document, then 5, 25, 125, …: each wave is sent only when the one before did well.
///
/// Where it stands follows from how many have been sent back, so that whoever takes a replay over goes on in the same wave.
struct CanaryWaves {
    /// How many have been sent back before this wave.
    let before: Int
    /// How many this wave holds in all.
    let size: Int

    /// The wave that the next document belongs to.
    init(sent: Int) {
        var (before, size) = (0, 1)
        while sent >= before + size {
            before += size
            size *= 5
        }
        (self.before, self.size) = (before, size)
    }

    /// How many of it are still to be sent.
    func left(sent: Int) -> Int { before + size - sent }

    /// The wave before this one; nil for the first.
    var previous: CanaryWaves? { before == 0 ? nil : CanaryWaves(sent: before - 1) }

    /// Whether a wave calls for a stop: at the first repeat, whatever else is under way; and once it is decided, when nothing
    /// in it has succeeded. One that failed of another cause shows that the first cause is gone; by itself it stops nothing.
    static func verdict(_ outcome: WaveOutcome) -> Verdict {
        if let why = repeats(outcome) { return .stop(why) }
        guard outcome.underWay == 0 else { return .wait }
        if outcome.succeeded == 0, outcome.failedOtherwise > 0 {
            return .stop("none succeeded: all \(outcome.failedOtherwise) failed of another cause than before")
        }
        return .goOn
    }

    /// Why a wave calls for a stop however much of it has been sent; nil where nothing repeated.
    static func repeats(_ outcome: WaveOutcome) -> String? {
        guard outcome.repeated > 0 else { return nil }
        return "\(outcome.repeated) failed again of the same cause as before"
            + (outcome.failedOtherwise > 0 ? ", \(outcome.failedOtherwise) of another" : "")
    }

    /// What a wave's outcome calls for.
    enum Verdict: Equatable {
        case wait
        case goOn
        case stop(String)
    }
}
