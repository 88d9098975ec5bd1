import Accounting
import ExactJSON
import Foundation
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// What somebody typed into Sage 300 by hand is not entered a second time.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct CutOverTests {
    /// An invoice as a person types it: for a customer of theirs, with the order's number somewhere.
    private static func typed(_ number: String, _ changes: JSONObject) -> JSON {
        var invoice: JSONObject = [
            "CustomerNumber": "WEBGUEST", "DocumentType": "Invoice", "InvoiceType": "Summary",
            "DocumentNumber": .string(number), "DocumentDate": "2026-03-15T00:00:00Z",
            "PostingDate": "2026-03-15T00:00:00Z", "DoNotCalculationTax": "Yes",
        ]
        for (name, value) in changes where name != "amount" { invoice[name] = value }
        invoice["InvoiceDetails"] = [
            [
                "RevenueAccount": "4000", "Description": "typed",
                "ExtendedAmountWithTIP": changes["amount"] ?? 10,
            ]
        ]
        return .object(invoice)
    }

    private static func post(_ bench: Bench, _ invoices: JSON...) async throws -> Int64 {
        let batch = try await bench.enter("March, by hand", invoices)
        try await bench.sage.act("ready", batch: batch)
        try await bench.sage.act("post", batch: batch)
        return batch
    }

    /// Has documents entered as a worker does; one of `posting` for all of them, or it is made.
    private static func work(
        _ bench: Bench,
        _ ids: [Int64],
        _ posting: InvoicePosting? = nil,
        customer: String = "WEBGUEST"
    ) async throws {
        var steps: [InvoicePosting.Step] = []
        for id in ids {
            let invoice = try Bench.invoice(id, customer: customer)
            steps.append(.enter(.init(record: try await bench.document(id), invoice: invoice, buyer: nil)))
        }
        let posting = posting ?? InvoicePosting(context: bench.context)
        _ = try await posting.carryOut(steps, of: bench.company)
    }

    private static func review(_ bench: Bench) -> CutOverReview {
        CutOverReview(
            gate: bench.company.gate,
            database: bench.database,
            tenant: bench.tenant,
            rules: bench.company.rules
        )
    }

    @Test func whatNamesTheOrderIsHeldUntilAPersonLinksIt() async throws {
        try await withBench { bench in
            let batch = try await Self.post(bench, Self.typed("IN123", ["OrderNumber": "1"]))
            _ = try await bench.publish([1, 2])
            try await Self.work(bench, [1, 2])
            #expect(try await bench.states([1, 2]) == [.held, .posted])
            let reason = try #require(try await bench.document(1).reason)
            #expect(reason.hasPrefix("already in Sage 300 as IN123"), "\(reason)")
            #expect(reason.contains("connectorctl existing acme"))
            let review = Self.review(bench)
            let match = try #require(try await review.openMatches().first)
            #expect(match.found.strength == .certain)
            #expect(try await review.link([match], by: "pat").map(\.1) == [.done])
            let linked = try await bench.document(1)
            #expect(linked.state == .posted && linked.sageDocument == "IN123" && linked.sageBatch == batch)
            #expect(try await bench.standing().posted == ["IN123", "US2"])
        }
    }

    /// Sage 300 would take a second one of that number for another customer, and refuses it for the same.
    @Test func ourNumberIsHeldForAnotherCustomerAndTakenForTheSame() async throws {
        try await withBench { bench in
            _ = try await Self.post(bench, Self.typed("US1", [:]), Self.typed("US2", ["amount": 11]))
            _ = try await bench.publish([1, 2])
            try await Self.work(bench, [1], customer: "W00000007")
            try await Self.work(bench, [2])
            #expect(try await bench.states([1, 2]) == [.held, .dead])
        }
    }

    @Test func anotherAmountIsHeldToo() async throws {
        try await withBench { bench in
            _ = try await Self.post(bench, Self.typed("IN123", ["OrderNumber": "1", "amount": 11]))
            _ = try await bench.publish([1])
            try await Self.work(bench, [1])
            #expect(try await bench.states([1]) == [.held])
            #expect(try await bench.document(1).reason?.contains("10.00 ≠ 11.00") == true)
        }
    }

    @Test func anEntryNobodyPostedYetIsSeenAndWatched() async throws {
        try await withBench { bench in
            let batch = try await bench.enter("by hand", [Self.typed("IN123", ["PONumber": "1"])])
            _ = try await bench.publish([1])
            try await Self.work(bench, [1])
            #expect(try await bench.states([1]) == [.held])
            let review = Self.review(bench)
            let match = try #require(try await review.openMatches().first)
            #expect(try await review.link([match], by: "pat").map(\.1) == [.done])
            #expect(try await bench.states([1]) == [.entered])
            try await bench.sage.act("ready", batch: batch)
            try await bench.sage.act("post", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await bench.document(1).sageDocument == "IN123")
        }
    }

    @Test func itsBatchIsDeletedAfterItWasLinked() async throws {
        try await withBench { bench in
            let batch = try await bench.enter("by hand", [Self.typed("IN123", ["OrderNumber": "1"])])
            _ = try await bench.publish([1])
            try await Self.work(bench, [1])
            let review = Self.review(bench)
            _ = try await review.link(try await review.openMatches(), by: "pat")
            try await bench.sage.act("delete", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1]) == [.dead])
            #expect(try await bench.document(1).sageDocument == nil)
            #expect(try await bench.database.matches(of: [bench.key(1)]).isEmpty, "typed again, it is found")
            // Sent back, it is entered under its own number.
            _ = try await bench.client.query(
                "update documents set state = 'waiting', death_id = null, death = null, replayed_at = now()"
            )
            try await Self.work(bench, [1])
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await bench.document(1).sageDocument == nil)
            #expect(try await bench.standing().posted == ["US1"])
        }
    }

    @Test func whatIsGoneSinceIsNotLinked() async throws {
        try await withBench { bench in
            let batch = try await bench.enter("by hand", [Self.typed("IN123", ["OrderNumber": "1"])])
            _ = try await bench.publish([1])
            try await Self.work(bench, [1])
            try await bench.sage.act("delete", batch: batch)
            let review = Self.review(bench)
            #expect(try await review.link(try await review.openMatches(), by: "pat").map(\.1) == [.gone])
            _ = try await review.look(since: nil) { _ in }
            #expect(try await review.openMatches().isEmpty)
            #expect(try await bench.states([1]) == [.waiting], "it goes on by itself")
        }
    }

    @Test func rejectedItIsEntered() async throws {
        try await withBench { bench in
            _ = try await Self.post(bench, Self.typed("IN123", ["OrderNumber": "1"]))
            _ = try await bench.publish([1])
            try await Self.work(bench, [1])
            let match = try #require(try await Self.review(bench).openMatches().first)
            #expect(try await bench.database.reject(match, why: "another shop's", by: "pat") == .done)
            try await Self.work(bench, [1])
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await bench.standing().posted == ["IN123", "US1"])
        }
    }

    /// Two batches of the cut-over ask no more than the first did; long after it nothing is asked at all.
    @Test func askingCostsNoCallABatch() async throws {
        try await withBench { bench in
            let posting = InvoicePosting(context: bench.context)
            _ = try await bench.publish([1, 2, 3])
            func calls(_ id: Int64) async throws -> Int {
                let before = try await bench.sage.count("GET AR/ARPostedDocuments")
                try await Self.work(bench, [id], posting)
                return try await bench.sage.count("GET AR/ARPostedDocuments") - before
            }
            #expect(try await calls(1) == 1)
            #expect(try await calls(2) == 0)
            _ = try await bench.client.query("update companies set since = '2026-01-01'")
            try await Self.work(bench, [3])
            #expect(try await bench.states([1, 2, 3]) == [.posted, .posted, .posted])
            #expect(try await bench.sage.count("GET AR/ARPostedDocuments") == 1)
        }
    }

    /// Looked at from a later day on, what stands before that day has not gone.
    @Test func whatStandsBeforeTheDaysThatAreReadStillHoldsIt() async throws {
        try await withBench { bench in
            _ = try await Self.post(
                bench,
                Self.typed("IN123", ["OrderNumber": "1", "DocumentDate": "2026-02-20T00:00:00Z"])
            )
            _ = try await bench.publish([1])
            let posting = InvoicePosting(context: bench.context)
            _ = try await bench.client.query("update documents set source_created_at = '2026-02-20'")
            try await Self.work(bench, [1], posting)
            #expect(try await bench.states([1]) == [.held])
            _ = try await bench.client.query("update documents set source_created_at = '2026-03-15'")
            let review = Self.review(bench)
            _ = try await review.look(since: nil) { _ in }
            #expect(try await bench.states([1]) == [.held])
            #expect(try await review.openMatches().count == 1)
        }
    }

    /// Filled and posted between two looks, a batch that was empty at the first must not be missed: it is known to be there.
    @Test func anEmptyBatchIsRemembered() async throws {
        try await withBench { bench in
            let surveyor = LedgerSurveyor(gate: bench.company.gate, company: bench.companyID)
            let batch = try await bench.enter("by hand", [])
            let survey = try await surveyor.survey(from: try #require(CalendarDate("2026-03-01")))
            let empty = survey.unposted.keys.filter { $0.entries == 0 }
            #expect(empty.map(\.number) == [batch])
        }
    }

    @Test func whatIsMerelyPossibleIsEntered() async throws {
        try await withBench { bench in
            _ = try await Self.post(bench, Self.typed("IN123", [:]))
            _ = try await bench.publish([1])
            let review = Self.review(bench)
            let scope = try await review.look(since: nil) { _ in }
            #expect(scope.sought == 1 && scope.posted == 1 && scope.remarks.isEmpty)
            let match = try #require(try await review.openMatches().first)
            #expect(match.found.strength == .possible, "\(match.found.reason)")
            try await Self.work(bench, [1])
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await review.openMatches().isEmpty, "it is decided by that")
        }
    }

    private static func look(_ bench: Bench) async throws {
        _ = try await bench.client.query("update watched_batches set next_look_at = now()")
        let lease = try await bench.takeLease()
        await bench.steps(lease).lookAfterEarlierBatches()
        try await bench.database.release(lease)
    }
}
