import Foundation
import Storage
import UnixSignals

/// Follows a replay from the terminal; it goes on whoever looks.
struct ReplayWatch: Sendable {
    let id: Int64
    let database: Database
    /// Until every document is decided; else only until all have been sent, or patience ends.
    let isToTheEnd: Bool
    let patience: Duration
    let isQuiet: Bool

    /// - Returns: nil when a person pressed Ctrl-C.
    func untilDoneOrInterrupted() async throws -> ReplayProgress? {
        try await withThrowingTaskGroup(of: ReplayProgress?.self) { group in
            group.addTask { try await untilDone() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint) { break }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func untilDone() async throws -> ReplayProgress {
        let deadline = ContinuousClock.now + patience
        var last = ""
        var speed = ReplaySpeed()
        while true {
            let began = ContinuousClock.now
            let progress = try await database.progress(ofReplay: id)
            let took = ContinuousClock.now - began
            speed.note(progress.replayed + progress.untouched, at: began)
            if !isQuiet { Console.progress(Self.line(progress, speed), last: &last) }
            let isDecided = progress.isCarriedOut && progress.underWay == 0
            if isToTheEnd ? isDecided : progress.isCarriedOut || ContinuousClock.now >= deadline {
                Console.endProgress(last)
                return progress
            }
            // Counting a hundred thousand takes its time: the database is left in peace in between.
            try await Task.sleep(for: max(.milliseconds(200), took * 4))
        }
    }

    private static func line(_ progress: ReplayProgress, _ speed: ReplaySpeed) -> String {
        var line =
            "\(progress.replayed) of \(progress.selected) replayed, \(progress.succeeded) succeeded, "
            + "\(progress.failedAgain) failed again, \(progress.underWay) under way"
        let left = progress.selected - progress.replayed - progress.untouched
        switch progress.state {
        case .paused: line += ", paused"
        case .requested, .running:
            if left > 0, let time = speed.time(for: left) { line += ", \(time) left" }
        case .done, .stopped, .cancelled: break
        }
        return line
    }
}

/// How fast a replay has been lately, to tell how long it still takes.
struct ReplaySpeed: Sendable {
    private var samples: [(at: ContinuousClock.Instant, count: Int)] = []

    /// The latest quarter of a minute counts.
    mutating func note(_ count: Int, at time: ContinuousClock.Instant) {
        samples.append((time, count))
        samples.removeAll { time - $0.at > .seconds(15) }
    }

    /// For people; nil while it cannot be told.
    func time(for left: Int) -> String? {
        guard let first = samples.first, let last = samples.last, last.count > first.count else { return nil }
        let perDocument = (last.at - first.at) / (last.count - first.count)
        return Self.text(Int((perDocument * left).components.seconds))
    }

    /// `42 s`, `3 min 20 s`, `2 h 5 min`.
    static func text(_ seconds: Int) -> String {
        if seconds < 60 { return "\(max(1, seconds)) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}
