import Accounting
import Sage300
import Storage
import Testing

@testable import Posting

/// Cancelled before it was posted: the entry leaves its Open batch, and nothing is credited.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct WithdrawalTests {
    /// Document 9 stands for the cancellation of document 1.
    private static func withdrawal(_ bench: Bench, _ lease: WriterLease) async throws -> Withdrawal {
        try await bench.steps(lease).enter(bench.claim([1, 2], under: lease), hasDeliveries: true)
        let cancellation = try #require(try await bench.publish([9]).first)
        return Withdrawal(cancellation: cancellation, invoice: try await bench.document(1))
    }

    @Test func theEntryIsTakenOut() async throws {
        try await withBench(posting: "review") { bench in
            let lease = try await bench.takeLease()
            let withdrawal = try await Self.withdrawal(bench, lease)
            try await bench.steps(lease).withdraw(withdrawal)
            #expect(try await bench.states([1, 2, 9]) == [.skipped, .entered, .skipped])
            #expect(try await bench.document(1).reason?.contains("taken out of batch") == true)
            #expect(try await bench.standing() == (["US2"], []))
        }
    }

    /// Its worker died after the entry was deleted and before that was recorded: done again, it is done.
    @Test func aRepetitionDoesNoHarm() async throws {
        try await withBench(posting: "review") { bench in
            let lease = try await bench.takeLease()
            let withdrawal = try await Self.withdrawal(bench, lease)
            let batch = try #require(withdrawal.invoice.sageBatch)
            try await bench.sage.act("deleteEntry", batch: batch, entry: 1)
            try await bench.steps(lease).withdraw(withdrawal)
            try await bench.steps(lease).withdraw(withdrawal)
            #expect(try await bench.states([1, 2, 9]) == [.skipped, .entered, .skipped])
            #expect(try await bench.standing() == (["US2"], []))
        }
    }

    /// A person took the batch forward meanwhile: the cancellation waits and is credited then.
    @Test(arguments: ["ready", "post"])
    func whatAPersonTookForwardIsCreditedLater(_ action: String) async throws {
        try await withBench(posting: "review") { bench in
            let lease = try await bench.takeLease()
            let withdrawal = try await Self.withdrawal(bench, lease)
            try await bench.sage.act(action, batch: try #require(withdrawal.invoice.sageBatch))
            try await bench.steps(lease).withdraw(withdrawal)
            #expect(try await bench.states([1, 2, 9]) == [.entered, .entered, .held])
        }
    }
}
