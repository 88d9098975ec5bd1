import Foundation
import Logging
import Publishing
import Storage

/// Carries out one replay in the frozen order. A crash resumes at the exact document: what was sent back is marked so in the
/// transaction that sent it back. Nothing is sent back once a person's pause or cancellation is stored.
struct ReplayCourse {
    let replay: ReplayRecord
    let database: Database
    let publisher: DocumentPublisher
    let owner: UUID
    let logger: Logger
    /// Told when it begins to wait for a canary's wave (true), and when that is over.
    var waiting: @Sendable (Bool) -> Void = { _ in }

    /// How many are sent back in one transaction at most.
    private static let batch = 500
    /// How often a replay that waits looks whether it is still wanted.
    private static let look = Duration.milliseconds(400)
    /// The shortest wait for what is due: faster rates send several at once.
    private static let tick = Duration.milliseconds(20)

    /// How a step ended.
    private enum Step {
        case sent(Int)
        case allDone
        /// Somebody else's by now, paused or cancelled.
        case notOurs
    }

    func run() async throws {
        var pace: ReplayPace?
        var sent = replay.replayed
        var looked = ContinuousClock.now - Self.look
        while true {
            try Task.checkCancellation()
            var limit = Self.batch
            if replay.isCanary {
                let wave = CanaryWaves(sent: sent)
                // At the beginning of a wave the one before has to be over.
                if sent == wave.before, let previous = wave.previous, try await !isGood(previous) { return }
                limit = min(limit, wave.left(sent: sent))
            }
            if let due = try await due(&pace, limit) { limit = due } else { return }
            if replay.isCanary, try await hasRepeated(sent, &looked) { return }
            switch try await send(limit) {
            case .notOurs: return
            case .allDone: return try await end(sent)
            case .sent(let count):
                sent += count
                // The clock starts behind the first, whose preparations nobody has to wait for.
                if pace == nil { pace = replay.rate.map { ReplayPace(rate: $0, from: .now) } }
                pace?.count(count)
            }
        }
    }

    /// How many may be sent now; waits until it is at least one.
    /// - Returns: nil when the replay is not ours any more.
    private func due(_ pace: inout ReplayPace?, _ limit: Int) async throws -> Int? {
        guard replay.rate != nil else { return limit }
        // The first one begins the schedule.
        guard pace != nil else { return 1 }
        var looked = ContinuousClock.now
        while true {
            let now = ContinuousClock.now
            if let due = pace?.due(at: now, limit: limit), due > 0 { return due }
            if now - looked >= Self.look {
                guard try await database.keepReplay(replay.id, owner: owner) else { return nil }
                looked = now
            }
            let next = max(pace?.next ?? now, now + Self.tick)
            try await Task.sleep(until: min(next, now + Self.look))
        }
    }

    /// Sends the next documents back and publishes them.
    private func send(_ limit: Int) async throws -> Step {
        let items = try await database.nextReplayItems(replay.id, limit: limit)
        guard !items.isEmpty else { return .allDone }
        guard let documents = try await database.sendBack(items, of: replay.id, owner: owner) else {
            return .notOurs
        }
        ReplayMetrics.replayed(sent: documents.count, of: items.count)
        // What is not confirmed is unpublished, and swept up.
        try await publisher.publish(documents)
        return .sent(documents.count)
    }

    /// The last wave of a canary is waited for, too.
    private func end(_ sent: Int) async throws {
        if replay.isCanary, sent > 0, try await !isGood(CanaryWaves(sent: sent - 1)) { return }
        try await database.finishReplay(replay.id, isStopped: false)
    }

    /// Looks now and then at what has been sent of a wave while the rest of it is still to come: at a slow rate, or of many,
    /// that takes long.
    /// - Returns: true when the replay has ended with it.
    private func hasRepeated(_ sent: Int, _ looked: inout ContinuousClock.Instant) async throws -> Bool {
        let wave = CanaryWaves(sent: sent)
        guard sent > wave.before, ContinuousClock.now - looked >= Self.look else { return false }
        let outcome = try await database.outcome(ofReplay: replay.id, from: wave.before)
        looked = .now
        guard let why = CanaryWaves.repeats(outcome) else { return false }
        try await stop(wave, why)
        return true
    }

    /// Waits until a wave is decided.
    /// - Returns: false when the replay has ended with it, or is not ours any more.
    private func isGood(_ wave: CanaryWaves) async throws -> Bool {
        defer { waiting(false) }
        while true {
            // Counting a large wave takes its time: it must be ours before and after.
            guard try await database.keepReplay(replay.id, owner: owner) else { return false }
            let outcome = try await database.outcome(ofReplay: replay.id, from: wave.before)
            guard try await database.keepReplay(replay.id, owner: owner) else { return false }
            switch CanaryWaves.verdict(outcome) {
            case .goOn: return true
            case .stop(let why):
                try await stop(wave, why)
                return false
            case .wait:
                waiting(true)
                try await Task.sleep(for: Self.look)
            }
        }
    }

    private func stop(_ wave: CanaryWaves, _ why: String) async throws {
        logger.warning("replay \(replay.id) stops: \(why)")
        try await database.finishReplay(
            replay.id,
            isStopped: true,
            why: "canary: of a wave of \(wave.size) \(why)"
        )
    }
}
