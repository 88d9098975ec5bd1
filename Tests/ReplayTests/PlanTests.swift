import Foundation
import Storage
import Testing

@testable import Replay

/// Waves and rates, without a clock or a database.
@Suite(.timeLimit(.minutes(3)))
struct PlanTests {
    @Test func wavesGrowFivefold() {
        var sizes: [Int] = []
        var sent = 0
        while sizes.count < 5 {
            let wave = CanaryWaves(sent: sent)
            #expect(wave.before == sent)
            sizes.append(wave.left(sent: sent))
            sent += wave.size
        }
        #expect(sizes == [1, 5, 25, 125, 625])
        #expect(CanaryWaves(sent: 0).previous == nil)
        #expect(CanaryWaves(sent: 6).previous?.before == 1)
        // Whoever takes over in the middle of a wave sends its rest.
        #expect(CanaryWaves(sent: 20).before == 6)
        #expect(CanaryWaves(sent: 20).left(sent: 20) == 11)
    }

    @Test(
        arguments: [
            (0, 0, 0, 1, true), (0, 0, 1, 0, nil), (1, 0, 3, 1, false), (0, 1, 0, 4, true),
            (0, 2, 0, 0, false),
            (0, 1, 1, 0, nil), (0, 0, 0, 0, true),
        ] as [(Int, Int, Int, Int, Bool?)]
    )
    func verdicts(_ repeated: Int, _ otherwise: Int, _ underWay: Int, _ succeeded: Int, _ isGood: Bool?) {
        var outcome = WaveOutcome()
        outcome.repeated = repeated
        outcome.failedOtherwise = otherwise
        outcome.underWay = underWay
        outcome.succeeded = succeeded
        switch CanaryWaves.verdict(outcome) {
        case .goOn: #expect(isGood == true)
        case .wait: #expect(isGood == nil)
        case .stop(let why):
            #expect(isGood == false)
            #expect(!why.isEmpty)
        }
    }

    /// What each step takes does not add up: an hour at an uneven stride is an hour.
    @Test(arguments: ["0.5", "3", "7.3", "500", "1000"])
    func scheduleIsKeptOverTheWholeRun(_ rate: String) throws {
        let rate = try #require(Decimal(string: rate))
        let start = ContinuousClock.now
        var pace = ReplayPace(rate: rate, from: start)
        var (sent, milliseconds) = (0, 0)
        while milliseconds < 600_000 {
            let now = start + .milliseconds(milliseconds)
            // What is due is sent in batches, one right after the other.
            while case let due = pace.due(at: now, limit: 100), due > 0 {
                pace.count(due)
                sent += due
            }
            #expect(pace.next >= now)
            // Steps of 7 to 900 ms.
            milliseconds += 7 + milliseconds * 7919 % 893
        }
        let expected = NSDecimalNumber(decimal: rate * Decimal(milliseconds) / 1000).intValue
        #expect(abs(sent - expected) <= max(2, expected / 50), "\(sent), not \(expected)")
    }

    @Test func longStandstillIsNotMadeGoodInABurst() {
        let start = ContinuousClock.now
        var pace = ReplayPace(rate: 10, from: start)
        #expect(pace.due(at: start, limit: 500) == 1)
        pace.count(1)
        #expect(pace.due(at: start + .seconds(60), limit: 500) <= 2)
        #expect(pace.due(at: start + .seconds(61), limit: 500) <= 12)
    }
}
