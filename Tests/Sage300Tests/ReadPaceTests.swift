import Accounting
import Foundation
import Synchronization
import Testing

@testable import Sage300

/// Reads adapt to what the server bears.
@Suite(.timeLimit(.minutes(1)))
struct ReadPaceTests {
    @Test func halvedWhenStrainedAndGrownAgain() async {
        let pace = ReadPace()
        func read(_ outcome: ReadPace.Outcome) async {
            #expect(await pace.enter())
            pace.leave(outcome)
        }
        #expect(pace.limit == 4)
        for expected in [2, 1, 1] {
            await read(.strained)
            #expect(pace.limit == expected)
        }
        for _ in 1...15 { await read(.good) }
        #expect(pace.limit == 1)
        await read(.other)
        for _ in 1...15 { await read(.good) }
        #expect(pace.limit == 1, "sixteen in a row")
        await read(.good)
        #expect(pace.limit == 2)
        for _ in 1...100 { await read(.good) }
        #expect(pace.limit == 4)
    }

    /// Who came when.
    private final class Sequence: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test func firstComeFirstServed() async {
        let pace = ReadPace()
        for _ in 1...4 { #expect(await pace.enter()) }
        let order = Sequence()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...5 {
                group.addTask {
                    #expect(await pace.enter())
                    order.numbers.withLock { $0.append(number) }
                    pace.leave(.good)
                }
                while pace.load.waiting < number { await Task.yield() }
            }
            #expect(order.numbers.withLock(\.self) == [])
            // Strained: two leave before the first of those who wait may go.
            pace.leave(.strained)
            pace.leave(.good)
            #expect(pace.load.waiting == 5)
            pace.leave(.good)
            await group.waitForAll()
        }
        #expect(order.numbers.withLock(\.self) == [1, 2, 3, 4, 5])
        pace.leave(.good)
        #expect(pace.load == (0, 0))
    }

    @Test func oneThatIsCancelledLeavesNothingBehind() async {
        let pace = ReadPace()
        for _ in 1...4 { #expect(await pace.enter()) }
        let waiting = (1...3).map { _ in Task { await pace.enter() } }
        while pace.load.waiting < 3 { await Task.yield() }
        waiting[0].cancel()
        waiting[2].cancel()
        #expect(await waiting[0].value == false)
        #expect(await waiting[2].value == false)
        #expect(pace.load == (4, 1))
        pace.leave(.good)
        #expect(await waiting[1].value)
        for _ in 1...4 { pace.leave(.good) }
        #expect(pace.load == (0, 0))
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await pace.enter()
        }
        #expect(await early.value == false)
        #expect(pace.load == (0, 0))
    }

    /// What a read that failed so says of the server.
    @Test(
        arguments: [
            (.busy, 429, .strained), (.noAnswer, nil, .strained), (.unreadable, 504, .strained),
            (.unreadable, 502, .other), (.unreachable, nil, .other), (.notFound, 404, .good),
            (.refused(code: "InvalidParameters"), 400, .good), (.forbidden, 403, .good),
        ] as [(SageError.Cause, Int?, ReadPace.Outcome)]
    )
    func outcomes(_ cause: SageError.Cause, _ status: Int?, _ outcome: ReadPace.Outcome) {
        #expect(SageError(cause, status: status, operation: "GET A/B", message: "").readOutcome == outcome)
    }

    @Test func aSessionReadsFourAtOnceInACompany() async throws {
        try await withScript { _ in
            .silence
        } _: { session, server in
            let id = try company()
            let other = try #require(CompanyID("OTHER"))
            let reads = (1...6).map { _ in Task { await failure { try await session.probe(id) } } }
            while server.requests.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
            let aside = Task { await failure { try await session.probe(other) } }
            while server.requests.count < 5 { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(50))
            #expect(server.requests.filter { $0.target.contains("/SAMINC/") }.count == 4)
            for read in reads + [aside] { read.cancel() }
            for read in reads { #expect(await read.value != nil) }
            _ = await aside.value
        }
    }
}
