import Foundation

/// How many documents a replay owes by now: a schedule against the clock, so that what each step takes, and what one tick
/// was late by, is made good by the next ones.
struct ReplayPace {
    /// Documents in a thousand seconds.
    private let perThousandSeconds: Int
    private var start: ContinuousClock.Instant
    private var sent = 0

    /// Behind by more than this, the schedule begins anew: a burst would be what the rate is there to prevent.
    private static let patience = Duration.seconds(2)

    /// - Parameter rate: documents a second, more than none.
    init(rate: Decimal, from start: ContinuousClock.Instant) {
        perThousandSeconds = max(1, NSDecimalNumber(decimal: rate * 1000).intValue)
        self.start = start
    }

    /// How many are due now, at most `limit`.
    mutating func due(at now: ContinuousClock.Instant, limit: Int) -> Int {
        let behind = now - start - time(of: sent)
        guard behind >= .zero else { return 0 }
        if behind > Self.patience { start = now - time(of: sent) }
        let total = Self.milliseconds(now - start) * perThousandSeconds / 1_000_000 + 1
        return min(limit, max(0, total - sent))
    }

    /// They were sent.
    mutating func count(_ documents: Int) { sent += documents }

    /// When the next one is due.
    var next: ContinuousClock.Instant { start + time(of: sent) }

    /// When the n-th document is due, counted from 0.
    private func time(of document: Int) -> Duration {
        .microseconds(document * 1_000_000_000 / perThousandSeconds)
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
