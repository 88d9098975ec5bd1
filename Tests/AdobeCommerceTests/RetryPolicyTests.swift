import HTTPClient
import Testing

@testable import AdobeCommerce

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(
        maximumTries: 4,
        firstPause: .seconds(1),
        throttledPause: .seconds(5),
        longestPause: .seconds(6)
    )

    @Test func pausesGrowWithJitterAndEnd() {
        var random = SplitMix(state: 1)
        let error = AdobeError(.serverError(reportID: nil), status: 500)
        for _ in 0..<200 {
            for (tries, range) in [(1, 0.5...1.0), (2, 1.0...2.0), (3, 2.0...4.0)] {
                let pause = policy.pause(after: tries, error, using: &random) ?? .zero
                #expect(pause >= .seconds(range.lowerBound) && pause <= .seconds(range.upperBound))
            }
        }
        #expect(policy.pause(after: 4, error, using: &random) == nil)
    }

    @Test func keepsToWhatTheStoreAsksForUpToItsCap() {
        var random = SplitMix(state: 1)
        let short = AdobeError(.throttled, retryAfter: .seconds(6))
        #expect(policy.pause(after: 1, short, using: &random) == .seconds(6))
        let long = AdobeError(.throttled, retryAfter: .seconds(7))
        #expect(policy.pause(after: 1, long, using: &random) == nil)
        let unsaid = policy.pause(after: 1, AdobeError(.throttled), using: &random) ?? .zero
        #expect(unsaid >= .seconds(2.5) && unsaid <= .seconds(5))
    }

    @Test func doesNotRepeatWhatCannotSucceed() {
        var random = SplitMix(state: 1)
        let causes: [AdobeError.Cause] = [
            .signIn(.signatureInvalid), .rights(resources: "x"), .noSuchRoute, .pageOutOfOrder,
            .transport(.cancelled),
            .transport(.tls("x")), .redirected(to: nil), .transport(.addressRefused),
        ]
        for cause in causes { #expect(policy.pause(after: 1, AdobeError(cause), using: &random) == nil) }
    }

    @Test func triesAsOftenAsAllowedAndThrowsTheLastError() async {
        let quick = RetryPolicy(maximumTries: 3, firstPause: .zero)
        var tries = 0
        let last = AdobeError(.serverError(reportID: "3"))
        await #expect(throws: last) {
            try await quick.run { () async throws(AdobeError) in
                tries += 1
                throw AdobeError(.serverError(reportID: "\(tries)"))
            }
        }
        #expect(tries == 3)
    }
}
