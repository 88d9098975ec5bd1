import Accounting
import Foundation
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// Documents of a customer that Sage 300 refuses wait under one problem, and go on together.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct BuyerTests {
    private static func drafts(_ bench: Bench, _ ids: [Int64], group: String, storeID: Int64?) async throws
        -> [InvoicePosting.Draft]
    {
        let records = try await bench.publish(ids)
        var customer = ARCustomer(
            number: try #require(CustomerNumber("W00000042")),
            group: group,
            name: "Jane"
        )
        customer.email = "jane@example.com"
        return try ids.map { id in
            InvoicePosting.Draft(
                record: try #require(records.first { $0.key.sourceID == id }),
                invoice: try Bench.invoice(id, customer: "W00000042"),
                buyer: EntryDrafting.Buyer(customer: customer, storeID: storeID)
            )
        }
    }

    /// Nothing else brings the customer: the first document dies of it and the others wait under that.
    @Test func theFirstDiesAndTheOthersWait() async throws {
        try await withBench { bench in
            let buyers = BatchBuyers(context: bench.context, company: bench.company)
            let drafts = try await Self.drafts(bench, [1, 2, 3], group: "NOSUCH", storeID: nil)
            #expect(try await buyers.ensure(drafts).isEmpty)
            #expect(try await bench.states([1, 2, 3]) == [.dead, .held, .held])
            #expect(
                try await bench.document(2).reason?.contains("customer W00000042 is not in Sage 300") == true
            )
            // Those that come later wait under the same one.
            let later = try await Self.drafts(bench, [4], group: "NOSUCH", storeID: nil)
            _ = try await buyers.ensure(later)
            #expect(try await bench.states([4]) == [.held])
            #expect(try await bench.database.releaseDependents().isEmpty)
            // The first fails of something else now: the customer is no reason to wait any more.
            _ = try await bench.client.query("update documents set refused_customer = null")
            #expect(try await bench.database.releaseDependents().count == 3)
        }
    }

    /// Its own document is dead or on its way: all wait under that, and go on once it is in Sage 300.
    @Test func allWaitUnderTheCustomersOwnDocument() async throws {
        try await withBench { bench in
            let key = DocumentKey(
                tenant: bench.tenant,
                company: bench.companyID,
                kind: .customer,
                sourceID: 42
            )
            let observed = ObservedDocument(
                key: key,
                number: "42",
                document: "W00000042",
                storeView: "default",
                createdAt: Date(timeIntervalSince1970: 1_773_600_000),
                updatedAt: Date(timeIntervalSince1970: 1_773_600_000),
                observedAt: Date(timeIntervalSince1970: 1_773_600_000),
                source: #"{"id":42}"#,
                contentHash: [42],
                amount: nil,
                currency: nil
            )
            let customer = try await bench.database.record([observed], run: 1)
            try await bench.database.markPublished(customer)
            let buyers = BatchBuyers(context: bench.context, company: bench.company)
            let drafts = try await Self.drafts(bench, [1, 2], group: "NOSUCH", storeID: 42)
            #expect(try await buyers.ensure(drafts).isEmpty)
            #expect(try await bench.states([1, 2]) == [.held, .held])
            #expect(try await bench.database.releaseDependents().isEmpty)
            try await bench.database.settle(
                try #require(customer.first),
                as: .posted,
                customer: try #require(CustomerNumber("W00000042")),
                detail: ""
            )
            #expect(try await bench.database.releaseDependents().count == 2)
            #expect(try await bench.states([1, 2]) == [.waiting, .waiting])
        }
    }

    /// One read for all of them, not one each.
    @Test func customersAreReadTogether() async throws {
        try await withBench { bench in
            let records = try await bench.publish(Array(1...30))
            let drafts = try records.map { record in
                let number = try #require(CustomerNumber("W\(10_000_000 + record.key.sourceID)"))
                let customer = ARCustomer(number: number, group: "WEB", name: "Buyer \(record.key.sourceID)")
                return InvoicePosting.Draft(
                    record: record,
                    invoice: try Bench.invoice(record.key.sourceID, customer: number.text),
                    buyer: EntryDrafting.Buyer(customer: customer, storeID: nil)
                )
            }
            let buyers = BatchBuyers(context: bench.context, company: bench.company)
            #expect(try await buyers.ensure(drafts).count == 30)
            #expect(try await bench.sage.count("POST AR/ARCustomers") == 30)
            #expect(try await bench.sage.count("GET AR/ARCustomers") <= 2)
            #expect(try await buyers.ensure(drafts).count == 30)
            #expect(try await bench.sage.count("GET AR/ARCustomers") <= 2, "they are known now")
        }
    }
}
