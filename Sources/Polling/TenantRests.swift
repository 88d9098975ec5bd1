import Accounting

/// How long a poller leaves a tenant alone after an attempt that did not come to its end. Pure.
struct TenantRests {
    /// How an attempt ended.
    enum End: Sendable, Hashable {
        case outcome(TenantPolling.Outcome)
        /// Of the broker or the database.
        case error
    }

    private struct Rest {
        var until: ContinuousClock.Instant
        var errors = 0
    }

    private var rests: [TenantID: Rest] = [:]

    /// Takes note of an end.
    mutating func note(_ tenant: TenantID, _ end: End, now: ContinuousClock.Instant) {
        switch end {
        case .outcome(.done), .outcome(.failed), .outcome(.interrupted(.newConfiguration)),
            .outcome(.interrupted(.backfillAsked)), .outcome(.interrupted(.paused)):
            rests[tenant] = nil
        case .outcome(.busy), .outcome(.interrupted(.lockLost)):
            rests[tenant] = Rest(until: now + .seconds(2))
        case .outcome(.interrupted(.queuesDeep)):
            rests[tenant] = Rest(until: now + .seconds(10))
        case .outcome(.interrupted(.storageFull)):
            rests[tenant] = Rest(until: now + .seconds(60))
        case .error:
            let errors = (rests[tenant]?.errors ?? 0) + 1
            rests[tenant] = Rest(
                until: now + min(.seconds(1 << min(errors, 6)), .seconds(60)),
                errors: errors
            )
        }
    }

    /// True when a tenant's next attempt may begin.
    func isOver(for tenant: TenantID, now: ContinuousClock.Instant) -> Bool {
        rests[tenant].map { $0.until <= now } ?? true
    }
}
