import Accounting
import ExactJSON
import Sage300
import Storage
import Testing

@testable import Posting

/// Claim, enter, adopt, verify, post, record: every document once, whatever is lost on the way.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct EnteringTests {
    @Test func aReviewedCompanysBatchStaysOpen() async throws {
        try await withBench(posting: "review") { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.states([1, 2]) == [.entered, .entered])
            #expect(try await bench.document(2).sageBatch == 1)
            #expect(try await bench.document(2).sageEntry == 2)
            #expect(try await bench.standing() == (["US1", "US2"], []))
            #expect(try await bench.batches().first?.description == "MLC \(claim.id)/1 acme")
            #expect(try await bench.openClaims() == 0)
        }
    }

    @Test func anAutomaticCompanysBatchIsPosted() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.steps(lease).enter(bench.claim([1, 2], under: lease), hasDeliveries: true)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.standing() == ([], ["US1", "US2"]))
            #expect(try await bench.sage.count("POST AR/ARPostInvoices") == 1)
        }
    }

    /// Enter, read back, ready, post, read: at a second a call that is what an invoice costs.
    @Test func aBatchTakesFiveCalls() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim(Array(1...20), under: lease)
            // A company that has been silent is woken up first, which costs a call.
            _ = try await bench.batches()
            let before = try await bench.sage.total()
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.sage.total() - before <= 5)
            #expect(Set(try await bench.states(Array(1...20))) == [.posted])
        }
    }

    /// The answer was lost: whether or not the batch is there, it is there once in the end.
    @Test(arguments: [
        ("commitThenDrop", 1), ("truncate", 1), ("resetMidBody", 1), ("dropBefore", 2), ("status502", 2),
        ("orphanBatch", 2), ("htmlOK", 2),
    ])
    func theAnswerIsLost(_ fault: String, _ posts: Int) async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2, 3], under: lease)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": .string(fault), "first": 1]
            )
            let error = await failure { try await bench.steps(lease).enter(claim, hasDeliveries: true) }
            #expect((error as? SageError)?.cause == .noAnswer)
            #expect(try await bench.states([1, 2, 3]) == [.inDoubt, .inDoubt, .inDoubt])
            try await bench.resolve(lease)
            #expect(try await bench.states([1, 2, 3]) == [.posted, .posted, .posted])
            #expect(try await bench.standing() == ([], ["US1", "US2", "US3"]))
            #expect(try await bench.sage.count("POST AR/ARInvoiceBatches") == posts)
            #expect(try await bench.openClaims() == 0)
        }
    }

    /// Every later step may lose its answer too: the batch tells where it stands.
    @Test(
        arguments: ["PATCH AR/ARInvoiceBatches", "POST AR/ARPostInvoices"],
        ["commitThenDrop", "dropBefore"]
    )
    func theAnswerToALaterStepIsLost(_ operation: String, _ fault: String) async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.sage.setFaults(["on": .string(operation), "kind": .string(fault), "first": 1])
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.standing() == ([], ["US1", "US2"]))
        }
    }

    @Test func whatNeverReachedSageWaitsAgain() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.setFaults(["on": "POST AR/ARInvoiceBatches", "kind": "conflict", "first": 1])
            let claim = try await bench.claim([1], under: lease)
            let error = await failure { try await bench.steps(lease).enter(claim, hasDeliveries: true) }
            #expect((error as? SageError)?.cause == .busy)
            #expect(try await bench.states([1]) == [.waiting])
            #expect(try await bench.document(1).publishedRevision == 1, "its delivery brings it back")
            #expect(try await bench.openClaims() == 0)
        }
    }

    @Test func aTotalThatDiffersIsNeverPosted() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": "roundingOffBy001", "first": 1]
            )
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.states([1, 2]) == [.dead, .posted])
            #expect(try await bench.document(1).reason?.contains("10.01") == true)
            #expect(try await bench.standing() == ([], ["US2"]))
        }
    }

    @Test func nothingRightLeavesAnEmptyBatchOpen() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": "roundingOffBy001", "first": 1]
            )
            try await bench.steps(lease).enter(bench.claim([1], under: lease), hasDeliveries: true)
            #expect(try await bench.states([1]) == [.dead])
            #expect(try await bench.standing() == ([], []))
            #expect(try await bench.sage.count("POST AR/ARPostInvoices") == 0)
            #expect(try await bench.openClaims() == 0)
        }
    }

    @Test func whatFailsAtPostingIsTakenOutOfTheErrorBatch() async throws {
        let scenario = """
            companies: [{code: SAMINC, customers: [{number: SLEEPER, status: Inactive}]}]
            """
        try await withBench(scenario: scenario) { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease, customers: [2: "SLEEPER"])
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.states([1, 2]) == [.posted, .dead])
            let reason = try #require(try await bench.document(2).reason)
            #expect(reason.contains("customer SLEEPER is inactive"))
            #expect(reason.contains("deleted from error batch"))
            #expect(try await bench.standing() == ([], ["US1"]))
        }
    }
}
