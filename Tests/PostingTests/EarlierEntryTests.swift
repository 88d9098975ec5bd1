import Accounting
import ExactJSON
import Foundation
import Messaging
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// A replayed document that stands in Sage 300 already is linked, never entered a second time.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct EarlierEntryTests {
    /// Documents that died, were entered and posted by hand, and are sent back.
    private func drafts(_ bench: Bench, _ ids: [Int64], isReplayed: Bool = true) async throws
        -> [InvoicePosting.Draft]
    {
        _ = try await bench.publish(ids)
        if isReplayed { _ = try await bench.client.query("update documents set replayed_at = now()") }
        var drafts: [InvoicePosting.Draft] = []
        for id in ids {
            drafts.append(
                InvoicePosting.Draft(
                    record: try await bench.document(id),
                    invoice: try Bench.invoice(id, customer: "WEBGUEST"),
                    buyer: nil
                )
            )
        }
        return drafts
    }

    private func postByHand(_ bench: Bench, _ invoices: [ARInvoice]) async throws -> Int64 {
        let batch = try await bench.enter("typed in by hand", invoices.map(\.entryJSON))
        let id = bench.companyID
        try await bench.company.gate.call(id) { session throws(SageError) in
            try await session.makeReady(batch, in: id)
            try await session.postInvoiceBatch(batch, in: id)
        }
        return batch
    }

    private func settle(_ bench: Bench, _ drafts: [InvoicePosting.Draft]) async throws -> [Int64] {
        try await EarlierEntries(context: bench.context, company: bench.company).settle(drafts)
            .map(\.record.key.sourceID)
    }

    @Test func postedByHandItIsLinked() async throws {
        try await withBench { bench in
            let drafts = try await drafts(bench, [1, 2])
            let batch = try await postByHand(bench, [drafts[0].invoice])
            #expect(try await settle(bench, drafts) == [2])
            let linked = try await bench.document(1)
            #expect(linked.state == .posted)
            #expect(linked.sageBatch == batch)
            #expect(linked.sageCustomer == "WEBGUEST")
            #expect(linked.ledgerHash == drafts[0].invoice.ledgerHash)
            #expect(try await bench.events(1).last == "link posted")
            #expect(try await bench.standing().posted == ["US1"])
        }
    }

    @Test func postedWithAnotherTotalItDiesAndSaysBoth() async throws {
        try await withBench { bench in
            let drafts = try await drafts(bench, [1])
            var other = drafts[0].invoice
            other.lines = [
                .init(role: .product, target: .account("4000"), description: "SKU", amount: 11)
            ]
            other.total = 11
            _ = try await postByHand(bench, [other])
            #expect(try await settle(bench, drafts).isEmpty)
            let document = try await bench.document(1)
            #expect(document.state == .dead)
            let letter = try #require(document.deathLetter.flatMap { DeadLetter(parsing: Array($0.utf8)) })
            #expect(letter.failure.code == "number-taken")
            #expect(letter.failure.moneyAtRisk)
            #expect(letter.failure.reason.contains("11"))
        }
    }

    /// A number that another document has is that one's entry, whatever customer and total say.
    @Test func numberOfAnotherDocumentIsNotLinkedToItsEntry() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.steps(lease).enter(bench.claim([1], under: lease), hasDeliveries: true)
            try await bench.database.release(lease)
            _ = try await drafts(bench, [2, 3, 4])
            _ = try await postByHand(bench, [try Bench.invoice(3, customer: "WEBGUEST")])
            var steps: [InvoicePosting.Step] = []
            for (id, number) in [(2, 1), (3, 3), (4, 3)] as [(Int64, Int64)] {
                let invoice = try Bench.invoice(number, customer: "WEBGUEST")
                let record = try await bench.document(id)
                steps.append(.enter(.init(record: record, invoice: invoice, buyer: nil)))
            }
            _ = try await InvoicePosting(context: bench.context).carryOut(steps, of: bench.company)
            #expect(try await bench.states([1, 2, 3, 4]) == [.posted, .dead, .posted, .dead])
            #expect(try await bench.events(3).last == "link posted")
            #expect(try await bench.standing().posted == ["US1", "US3"])
        }
    }

    @Test func firstTryAsksNothing() async throws {
        try await withBench { bench in
            let drafts = try await drafts(bench, [1], isReplayed: false)
            _ = try await bench.batches()
            let before = try await bench.sage.total()
            #expect(try await settle(bench, drafts) == [1])
            #expect(try await bench.sage.total() == before)
        }
    }

    /// The letter of a refused document holds what was sent of it and what Sage 300 said.
    @Test func refusedDocumentKeepsRequestAndAnswer() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1], under: lease)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": "duplicateOtherText", "first": 9]
            )
            _ = await failure { try await bench.steps(lease).enter(claim, hasDeliveries: true) }
            let document = try await bench.document(1)
            try #require(document.state == .dead, "\(document.state)")
            let letter = try #require(document.deathLetter.flatMap { DeadLetter(parsing: Array($0.utf8)) })
            let evidence = try #require(letter.failure.evidence)
            #expect(evidence.operation == "POST AR/ARInvoiceBatches")
            #expect(evidence.request == claim.entries[0].payload)
            #expect(evidence.status == 409)
            #expect(!evidence.answer.isEmpty)
        }
    }
}
