import Accounting
import ExactJSON
import Foundation
import Sage300
import Testing

/// What stands in receivables, whoever typed it, and servers that filter less than others.
@Suite(.timeLimit(.minutes(1)))
struct StandingDocumentTests {
    private static let entry: JSON = [
        "CustomerNumber": "WEBGUEST", "DocumentType": "Invoice", "InvoiceType": "Summary",
        "DocumentNumber": "IN123", "OrderNumber": "000000042", "PONumber": "P-1",
        "InvoiceDescription": "typed",
        "DocumentDate": "2026-03-14T00:00:00Z", "PostingDate": "2026-03-14T00:00:00Z",
        "DoNotCalculationTax": "Yes",
        "InvoiceDetails": [["RevenueAccount": "4000", "Description": "x", "ExtendedAmountWithTIP": 126]],
    ]

    private func enter(_ session: SageSession, _ description: String) async throws -> Int64 {
        try await session.enterInvoiceBatch(
            description: description,
            date: try #require(CalendarDate("2026-03-14")),
            entries: [Self.entry],
            in: company()
        )
    }

    @Test func entriesOfBatchesThatAreNotPosted() async throws {
        try await withRehearsal { sage in
            let batch = try await enter(sage.session, "by hand")
            let heads = try await sage.session.unpostedInvoiceBatches(in: company())
            #expect(heads.map(\.number) == [batch] && heads.first?.description == "by hand")
            let found = try await sage.session.standingDocuments(ofBatch: batch, in: company())
            let document = try #require(found.first)
            #expect(document.document == "IN123" && document.customer == "WEBGUEST")
            #expect(document.orderNumber == "000000042" && document.purchaseOrder == "P-1")
            #expect(document.description == "typed" && document.date?.description == "2026-03-14")
            #expect(document.total == 126 && document.currency == "USD" && document.type == "Invoice")
            #expect(document.batch == batch && document.entry == 1 && !document.isPosted)
            #expect(try await sage.session.standingDocuments(ofBatch: 99, in: company()).isEmpty)
        }
    }

    @Test func postedOnesByDateByBatchAndByNumber() async throws {
        try await withRehearsal { sage in
            let session = sage.session
            let batch = try await enter(session, "by hand")
            try await session.makeReady(batch, in: company())
            try await session.postInvoiceBatch(batch, in: company())
            #expect(try await session.unpostedInvoiceBatches(in: company()).isEmpty)
            #expect(try await session.standingDocuments(ofBatch: batch, in: company()).isEmpty)
            func dated(_ from: String, _ to: String) async throws -> [String] {
                try await session.standingDocuments(
                    from: try #require(CalendarDate(from)),
                    to: try #require(CalendarDate(to)),
                    limit: 1000,
                    in: company()
                ).documents.map(\.document)
            }
            #expect(try await dated("2026-03-14", "2026-03-14") == ["IN123"])
            #expect(try await dated("2026-03-15", "2026-12-31") == [])
            func after(_ batch: Int64) async throws -> [String] {
                try await session.standingDocuments(afterBatch: batch, limit: 10, in: company())
                    .documents.map(\.document)
            }
            #expect(try await after(batch - 1) == ["IN123"])
            #expect(try await after(batch) == [])
            for (orders, documents) in [(["000000042"], []), (["P-1"], []), ([], ["IN123"])] {
                let found = try await session.standingDocuments(
                    ofOrders: orders,
                    documents: documents,
                    in: company()
                )
                let document = try #require(found.first)
                #expect(document.orderNumber == "000000042" && document.total == 126 && document.isPosted)
                #expect(document.date?.description == "2026-03-14" && document.description == "typed")
            }
        }
    }

    private static let row = #"""
        {"CustomerNumber":"1200","DocumentNumber":"IN1","OrderNumber":"42","DocumentType":1,
        "CustomerCurrencyInvoiceAmount":5.00,"DocumentDate":"2026-03-14T00:00:00Z","BatchNumber":3}
        """#

    /// A release without `PONumber` is asked about it once.
    @Test func aPropertyThatIsNotKnownIsLeftOut() async throws {
        try await withScript { request in
            guard request.target.contains("PONumber") else {
                return .status(200, #"{"value":[\#(Self.row)]}"#)
            }
            let text = "Could not find a property named 'PONumber' on type 'PostedDocument'."
            return .status(
                400,
                #"{"error":{"code":"InvalidParameters","message":{"value":"\#(text)"}}}"#
            )
        } _: { session, server in
            for _ in 1...2 {
                let found = try await session.standingDocuments(
                    ofOrders: ["42"],
                    documents: [],
                    in: company()
                )
                #expect(found.map(\.document) == ["IN1"] && found.first?.total == 5)
                #expect(found.first?.type == "Invoice")
            }
            #expect(server.requests.count { $0.target.contains("PONumber") } <= 2)
        }
    }

    /// A server that takes no filter by order at all is asked by document number alone.
    @Test func whereOrdersCannotBeFilteredNumbersCan() async throws {
        try await withScript { request in
            request.target.contains("$filter=DocumentNumber") && !request.target.contains("OrderNumber%20eq")
                ? .status(200, #"{"value":[\#(Self.row)]}"#)
                : .status(400, #"{"error":{"code":"InvalidParameters"}}"#)
        } _: { session, _ in
            let found = try await session.standingDocuments(
                ofOrders: ["42"],
                documents: ["IN1"],
                in: company()
            )
            #expect(found.map(\.document) == ["IN1"])
        }
    }

    /// What lies outside of the days is not taken for what lies within, and a limit is told.
    @Test func aServerThatIgnoresFiltersGivesNoOtherYears() async throws {
        let old = Self.row.replacing("2026-03-14", with: "2020-03-14").replacing("IN1", with: "IN0")
        try await withScript { _ in
            .status(200, #"{"value":[\#(Self.row),\#(old)]}"#)
        } _: { session, _ in
            func read(_ limit: Int) async throws -> (documents: [StandingDocument], isComplete: Bool) {
                try await session.standingDocuments(
                    from: try #require(CalendarDate("2026-03-01")),
                    to: try #require(CalendarDate("2026-04-01")),
                    limit: limit,
                    in: company()
                )
            }
            let (all, some) = (try await read(100), try await read(2))
            #expect(all.documents.map(\.document) == ["IN1"])
            #expect(all.isComplete && !some.isComplete)
        }
    }
}
