/// How requests are spread so that no stretch of a minute sees more than so many: an eighth of them at once, the rest
/// evenly.
struct RequestRate: Sendable, Hashable {
    /// Between two that are spaced evenly.
    let spacing: Duration
    /// How much earlier than that one may start.
    let tolerance: Duration

    /// - Parameter perMinute: at least 1.
    init(perMinute: Int) {
        let all = max(perMinute, 1)
        let atOnce = max(all / 8, 1)
        let steps = all - atOnce + 1
        let even = Duration.seconds(60) / steps
        // Rounded down, one more would just fit into the minute.
        let isExact = even * steps == .seconds(60)
        spacing = isExact ? even : even + Duration(secondsComponent: 0, attosecondsComponent: 1)
        tolerance = spacing * (atOnce - 1)
    }
}

/// When the next request may start.
struct RequestSchedule: Sendable, Hashable {
    /// When it would start if all were spaced evenly.
    private var evenStart = Duration.zero

    /// Takes the next place; times count from any fixed moment.
    mutating func reserve(at now: Duration, _ rate: RequestRate) -> Duration {
        let start = max(now, evenStart - rate.tolerance)
        evenStart = max(start, evenStart) + rate.spacing
        return start
    }
}
