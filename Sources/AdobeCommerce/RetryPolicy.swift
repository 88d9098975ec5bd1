import HTTPClient

/// How often and when a read that failed for a passing reason is made again.
public struct RetryPolicy: Sendable, Hashable {
    /// All tries, the first included; at least 1.
    public var maximumTries: Int
    /// Longest pause before the second try; doubles with each further one.
    public var firstPause: Duration
    /// Longest pause where the store said "too often" without saying for how long (reference Adobe 4).
    public var throttledPause: Duration
    /// No pause is longer; a store that asks for more is left to the next poll.
    public var longestPause: Duration

    /// Three tries with pauses of seconds.
    public init(
        maximumTries: Int = 3,
        firstPause: Duration = .seconds(1),
        throttledPause: Duration = .seconds(5),
        longestPause: Duration = .seconds(60)
    ) {
        self.maximumTries = maximumTries
        self.firstPause = firstPause
        self.throttledPause = throttledPause
        self.longestPause = longestPause
    }

    /// The pause before the next try; nil when there should be none.
    ///
    /// What the store asks for is kept to. Otherwise somewhere between half of the step and all of it, so that
    /// many tenants behind one proxy do not come back together.
    /// - Parameter tries: made so far, from 1.
    func pause(
        after tries: Int,
        _ error: AdobeError,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard tries < maximumTries, error.isWorthRetrying else { return nil }
        if let asked = error.retryAfter { return asked <= longestPause ? asked : nil }
        let first = error.cause == .throttled ? max(throttledPause, firstPause) : firstPause
        let step = min(first * (1 << min(tries - 1, 16)), longestPause)
        return step * Int.random(in: 500...1000, using: &generator) / 1000
    }

    /// Runs a read until it succeeds, fails for good or the tries are used up; then throws the last error.
    /// - Parameter isFinal: true for errors the caller has something better for than trying again.
    func run<Answer>(
        unless isFinal: (AdobeError) -> Bool = { _ in false },
        _ read: () async throws(AdobeError) -> Answer
    ) async throws(AdobeError) -> Answer {
        var generator = SystemRandomNumberGenerator()
        var tries = 1
        while true {
            do throws(AdobeError) {
                return try await read()
            } catch {
                guard !isFinal(error), let pause = pause(after: tries, error, using: &generator) else {
                    throw error
                }
                tries += 1
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    throw AdobeError(.transport(.cancelled))
                }
            }
        }
    }
}
