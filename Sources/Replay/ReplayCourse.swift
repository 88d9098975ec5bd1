import Accounting
import Foundation
import Publishing
import Storage

/// Carries out one replay, document by document, in the frozen order. A crash resumes at the exact document:
/// what was sent back is marked so in the transaction that sent it back.
struct ReplayCourse {
    let replay: ReplayRecord
    let database: Database
    let publisher: DocumentPublisher
    let owner: UUID

    func run() async throws {
        var wave = replay.isCanary ? 1 : 100
        while true {
            let failures = try await database.nextReplayItems(replay.id, limit: replay.isCanary ? wave : 100)
            guard !failures.isEmpty else {
                return try await database.finishReplay(replay.id, isStopped: false)
            }
            for failure in failures {
                try Task.checkCancellation()
                // Another replayer takes over seconds after this one died.
                guard try await database.keepReplay(replay.id, owner: owner) else { return }
                try await send(failure)
                if let rate = replay.rate, rate > 0, try await !rest(Self.pause(rate)) { return }
            }
            if replay.isCanary {
                guard try await isGood() else {
                    return try await database.finishReplay(replay.id, isStopped: true)
                }
                wave *= 5
            }
        }
    }

    private func send(_ failure: FailureRecord) async throws {
        guard let document = try await database.replay(failure, replay: replay.id) else { return }
        try await publisher.publish([document])
    }

    /// Waits until what was sent back is decided, and says whether none of it died again.
    private func isGood() async throws -> Bool {
        while true {
            let progress = try await database.progress(ofReplay: replay.id)
            if progress.failedAgain > 0 { return false }
            if progress.underWay == 0 { return true }
            _ = try await database.keepReplay(replay.id, owner: owner)
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Waits for the next document's turn, keeping the replay.
    /// - Returns: false when another has taken it over.
    private func rest(_ pause: Duration) async throws -> Bool {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end {
            guard try await database.keepReplay(replay.id, owner: owner) else { return false }
            try await Task.sleep(for: min(.seconds(5), end - .now))
        }
        return true
    }

    private static func pause(_ rate: Decimal) -> Duration {
        .milliseconds(NSDecimalNumber(decimal: 1000 / rate).intValue)
    }
}
