import ExactJSON

/// So many requests in so many seconds; what comes beyond is 429, as a CDN in front of the store does it
/// (reference 4).
public struct RateLimit: Sendable, Hashable {
    /// Let through in any span of `seconds`.
    public var requests: Int
    /// The span.
    public var seconds: Int

    /// At least one request in at least one second.
    public init(requests: Int, seconds: Int) {
        self.requests = max(requests, 1)
        self.seconds = max(seconds, 1)
    }
}

/// Remembers when requests came.
struct RateMeter: Sendable {
    private var times: [Int] = []

    /// Seconds to wait before the next one, or nil when this one is let through. What is refused does not
    /// count.
    mutating func wait(_ limit: RateLimit?, nowMilliseconds now: Int) -> Int? {
        guard let limit else { return nil }
        times.removeAll { $0 <= now - limit.seconds * 1000 }
        if times.count >= limit.requests, let first = times.first {
            return max((first + limit.seconds * 1000 - now + 999) / 1000, 1)
        }
        times.append(now)
        return nil
    }
}
