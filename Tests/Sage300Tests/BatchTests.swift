import Accounting
import ExactJSON
import Foundation
import Sage300
import Testing

/// Invoice batches against a simulated Sage 300 over HTTP.
@Suite(.timeLimit(.minutes(1)))
struct BatchTests {
    private static func entry(_ number: String, _ amount: String = "10.00") throws -> JSON {
        ARInvoice(
            type: .invoice,
            number: try #require(DocumentNumber(number)),
            orderNumber: number,
            customer: try #require(CustomerNumber("WEBGUEST")),
            date: try #require(CalendarDate("2026-03-15")),
            currency: try #require(Currency("USD")),
            terms: nil,
            taxGroup: nil,
            description: "Order \(number)",
            lines: [try EntryTests.line(amount)],
            total: try #require(Amount(amount))
        ).entryJSON
    }

    static func enter(_ sage: Rehearsal, _ numbers: String..., token: String = "MLC 1/1 acme")
        async throws -> Int64
    {
        try await sage.session.enterInvoiceBatch(
            description: token,
            date: try #require(CalendarDate("2026-03-15")),
            entries: try numbers.map { try entry($0) },
            in: company()
        )
    }

    @Test func enteredAndRead() async throws {
        try await withRehearsal { sage in
            let number = try await Self.enter(sage, "US1", "US2")
            let batch = try #require(try await sage.session.invoiceBatch(number, in: company()))
            #expect(batch.number == number)
            #expect(batch.description == "MLC 1/1 acme")
            #expect(batch.status == .open)
            #expect(batch.entries.map(\.number) == [1, 2])
            #expect(batch.entries.map(\.document) == ["US1", "US2"])
            #expect(batch.entries.map(\.customer) == ["WEBGUEST", "WEBGUEST"])
            #expect(batch.entries.map(\.total) == [10, 10])
            #expect(batch.entries.allSatisfy { $0.errorBatch == nil && $0.errorEntry == nil })
            #expect(try await sage.session.invoiceBatch(number + 1, in: company()) == nil)
        }
    }

    /// `MLC 1/` finds neither `MLC 10/` nor what merely mentions it.
    @Test func foundByToken() async throws {
        try await withRehearsal { sage in
            let first = try await Self.enter(sage, "US1", token: "MLC 1/1 acme")
            _ = try await Self.enter(sage, "US2", token: "MLC 10/1 acme")
            let second = try await Self.enter(sage, "US3", token: "MLC 1/2 acme")
            _ = try await Self.enter(sage, "US4", token: "VOID duplicate of MLC 1/")
            let found = try await sage.session.invoiceBatches(describedBy: "MLC 1/", in: company())
            #expect(found.map(\.number) == [first, second])
            #expect(found.map { $0.entries.map(\.document) } == [["US1"], ["US3"]])
        }
    }

    @Test func madeReadyPostedAndFoundAmongThePosted() async throws {
        try await withRehearsal { sage in
            let number = try await Self.enter(sage, "US1")
            let guest = try #require(CustomerNumber("WEBGUEST"))
            #expect(try await !sage.session.isPosted("US1", customer: guest, in: company()))
            try await sage.session.makeReady(number, in: company())
            #expect(try await sage.session.invoiceBatch(number, in: company())?.status == .readyToPost)
            let refused = await failure {
                try await sage.session.deleteEntries([1], ofBatch: number, in: company())
            }
            #expect(refused != nil)
            try await sage.session.postInvoiceBatch(number, in: company())
            let batch = try #require(try await sage.session.invoiceBatch(number, in: company()))
            #expect(batch.status == .posted)
            #expect(batch.errors == 0)
            #expect(try await sage.session.isPosted("US1", customer: guest, in: company()))
            #expect(try await !sage.session.isPosted("US2", customer: guest, in: company()))
        }
    }

    @Test func entriesAreDeletedAndTheBatchRenamed() async throws {
        try await withRehearsal { sage in
            let number = try await Self.enter(sage, "US1", "US2", "US3")
            try await sage.session.deleteEntries([1, 3], ofBatch: number, in: company())
            try await sage.session.describe(number, as: "VOID duplicate of MLC 1/", in: company())
            let batch = try #require(try await sage.session.invoiceBatch(number, in: company()))
            #expect(batch.entries.map(\.document) == ["US2"])
            #expect(batch.description == "VOID duplicate of MLC 1/")
            #expect(try await sage.session.invoiceBatches(describedBy: "MLC 1/", in: company()).isEmpty)
        }
    }

    @Test func whatFailsAtPostingIsFollowed() async throws {
        let yaml = "companies: [{code: SAMINC, customers: [{number: WEBGUEST, status: Inactive}]}]"
        try await withRehearsal(yaml) { sage in
            let number = try await Self.enter(sage, "US1")
            try await sage.session.makeReady(number, in: company())
            try await sage.session.postInvoiceBatch(number, in: company())
            let batch = try #require(try await sage.session.invoiceBatch(number, in: company()))
            #expect(batch.status == .posted)
            #expect(batch.errors == 1)
            let copy = try #require(batch.entries.first?.errorBatch)
            let errors = try #require(try await sage.session.invoiceBatch(copy, in: company()))
            #expect(errors.status == .open)
            #expect(errors.entries.map(\.document) == ["US1"])
            #expect(errors.entries.first?.number == batch.entries.first?.errorEntry)
        }
    }

    /// What may have been done is told from what was not.
    @Test(arguments: [
        ("commitThenDrop", SageError.Cause.noAnswer, 1), ("dropBefore", .noAnswer, 0),
        ("truncate", .noAnswer, 1), ("resetMidBody", .noAnswer, 1), ("htmlOK", .noAnswer, 0),
        ("status500html", .noAnswer, 0), ("status502", .noAnswer, 0), ("status503html", .noAnswer, 0),
        ("orphanBatch", .noAnswer, 1), ("status429", .busy, 0), ("conflict", .busy, 0),
        ("duplicateOtherText", .refused(code: "RecordDuplicate"), 0), ("textPlainError", .noAnswer, 0),
    ])
    func faults(_ kind: String, _ cause: SageError.Cause, _ batches: Int) async throws {
        try await withRehearsal("faults: [{on: POST AR/ARInvoiceBatches, kind: \(kind), first: 1}]") { sage in
            let error = await failure { _ = try await Self.enter(sage, "US1") }
            #expect(error?.cause == cause)
            let found = try await sage.session.invoiceBatches(describedBy: "MLC 1/", in: company())
            #expect(found.count == batches)
        }
    }
}
