import HTTPClient
import Synchronization
import Testing

@testable import AdobeCommerce

@Suite(.timeLimit(.minutes(3))) struct RequestPaceTests {
    private static let minute = Duration.seconds(60)

    /// Starts of requests that are asked for as fast as can be, in virtual time.
    private func starts(perMinute: Int, _ count: Int) -> [Duration] {
        var schedule = RequestSchedule()
        var now = Duration.zero
        return (0..<count).map { _ in
            now = schedule.reserve(at: now, RequestRate(perMinute: perMinute))
            return now
        }
    }

    @Test(arguments: [1, 2, 7, 8, 60, 240, 6000]) func noMinuteSeesMore(_ perMinute: Int) {
        let starts = starts(perMinute: perMinute, perMinute * 3 + 2)
        let next = zip(starts, starts.dropFirst(perMinute))
        #expect(next.allSatisfy { $1 - $0 >= Self.minute })
        // Nor does it take longer than it must.
        #expect(starts[starts.count - 1] <= Self.minute * 4)
    }

    @Test func anEighthMayStartAtOnceAndAgainAfterAPause() {
        let starts = starts(perMinute: 80, 11)
        #expect(starts.prefix(10).allSatisfy { $0 == .zero } && starts[10] > .zero)
        var schedule = RequestSchedule()
        let rate = RequestRate(perMinute: 80)
        for _ in 0..<40 { _ = schedule.reserve(at: .zero, rate) }
        let rested = Self.minute * 2
        for _ in 0..<10 { #expect(schedule.reserve(at: rested, rate) == rested) }
        #expect(schedule.reserve(at: rested, rate) > rested)
    }

    @Test func senselessRatesAreOneAMinute() {
        #expect(RequestRate(perMinute: 0) == RequestRate(perMinute: 1))
        #expect(RequestRate(perMinute: -5).spacing == Self.minute)
    }

    /// The limit is that of whoever asks: a changed tenant file takes effect with the next request.
    @Test func aNewRateTakesEffectAtOnce() {
        var schedule = RequestSchedule()
        for _ in 0..<5 { _ = schedule.reserve(at: .zero, RequestRate(perMinute: 240)) }
        let slow = RequestRate(perMinute: 2)
        let first = schedule.reserve(at: .seconds(30), slow)
        #expect(first == .seconds(30) && schedule.reserve(at: .seconds(30), slow) == .seconds(60))
    }

    private final class Count: Sendable {
        private let counts = Mutex((now: 0, most: 0, done: 0))
        var most: Int { counts.withLock { $0.most } }
        var done: Int { counts.withLock { $0.done } }

        func begin() {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() {
            counts.withLock {
                $0.now -= 1
                $0.done += 1
            }
        }
    }

    @Test(arguments: [1, 2, 3]) func soManyAtATime(_ limit: Int) async throws {
        let pace = RequestPace()
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await pace.run(.init(perMinute: nil, atATime: limit)) { () async throws(AdobeError) in
                        count.begin()
                        for _ in 0..<20 { await Task.yield() }
                        count.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(count.done == 20 && count.most <= limit)
    }

    /// Who is cancelled in the line leaves it, and the others go on.
    @Test func cancellingWhileWaitingLeavesTheLine() async throws {
        let pace = RequestPace()
        let limits = RequestPace.Limits(perMinute: nil, atATime: 1)
        let (entered, hasEntered) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await pace.run(limits) { () async throws(AdobeError) in
                hasEntered.yield()
                for await _ in released { break }
            }
        }
        for await _ in entered { break }
        let second = Task { try await pace.run(limits) { () async throws(AdobeError) in } }
        let third = Task { try await pace.run(limits) { () async throws(AdobeError) in 3 } }
        second.cancel()
        let error = await #expect(throws: AdobeError.self) { try await second.value }
        #expect(error?.cause == .transport(.cancelled))
        release.yield()
        try await first.value
        #expect(try await third.value == 3)
    }

    @Test func cancellingWhileSleepingGivesThePlaceBack() async throws {
        let pace = RequestPace()
        let limits = RequestPace.Limits(perMinute: 1, atATime: 1)
        try await pace.run(limits) { () async throws(AdobeError) in }
        let second = Task { try await pace.run(limits) { () async throws(AdobeError) in } }
        second.cancel()
        await #expect(throws: AdobeError(.transport(.cancelled))) { try await second.value }
        try await pace.run(.init(perMinute: nil, atATime: 1)) { () async throws(AdobeError) in }
    }
}
