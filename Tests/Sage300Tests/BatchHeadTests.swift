import Accounting
import ExactJSON
import Foundation
import Sage300
import Testing

/// Open batches by description, without their entries.
@Suite(.timeLimit(.minutes(1)))
struct BatchHeadTests {
    @Test func openOnesAlone() async throws {
        try await withRehearsal { sage in
            let first = try await BatchTests.enter(sage, "US1", "US2", token: "MLC 1/1 acme")
            let ready = try await BatchTests.enter(sage, "US3", token: "MLC 1/2 acme")
            _ = try await BatchTests.enter(sage, "US4", token: "VOID duplicate of MLC 1/")
            try await sage.session.makeReady(ready, in: company())
            let found = try await sage.session.openInvoiceBatches(describedBy: "MLC ", in: company())
            let head = try #require(found.first)
            #expect(found.map(\.number) == [first])
            #expect(head.description == "MLC 1/1 acme" && head.entries == 2 && head.total == 20)
        }
    }

    @Test func everyPageAndWhatTheFilterLetThroughIsLeftOut() async throws {
        let rows = (1...100).map { number in
            #"{"BatchNumber":\#(number),"Description":"MLC \#(number)","BatchStatus":"Open"}"#
        }
        let others = #"""
            {"BatchNumber":200,"Description":"mlc 200","BatchStatus":"Open"},
            {"BatchNumber":201,"Description":"MLC 201","BatchStatus":7},
            {"BatchNumber":202,"BatchStatus":"Open"},{"BatchNumber":203,"Description":"MLC 203","BatchStatus":1}
            """#
        try await withScript { request in
            request.target.contains("$skip=100")
                ? .status(200, #"{"value":[\#(others)]}"#)
                : .status(200, #"{"value":[\#(rows.joined(separator: ","))],"@odata.nextLink":"x"}"#)
        } _: { session, server in
            let found = try await session.openInvoiceBatches(describedBy: "MLC ", in: company())
            #expect(found.map(\.number) == Array(1...100) + [203])
            #expect(found.first?.entries == nil && found.first?.total == nil)
            #expect(server.requests.count == 2)
            #expect(server.requests[0].target.contains("BatchStatus%20eq%20%27Open%27&$select=BatchNumber,"))
        }
    }

    @Test func whereTheCaptionIsRefusedItIsAskedForWithout() async throws {
        try await withScript { request in
            request.target.contains("%20and%20")
                ? .status(400, #"{"error":{"code":"InvalidParameters"}}"#) : .status(200, #"{"value":[]}"#)
        } _: { session, server in
            let found = try await session.openInvoiceBatches(describedBy: "MLC ", in: company())
            #expect(found.isEmpty && server.requests.count == 2)
        }
    }

    @Test func anEntrySaysWhatItIsAndWhatItIsAppliedTo() async throws {
        let batch = """
            {"BatchNumber":7,"BatchStatus":"Open","Invoices":[
              {"EntryNumber":1,"DocumentType":"CreditNote","ApplytoDocument":"US1"},
              {"EntryNumber":2,"DocumentType":1,"ApplytoDocument":""},{"EntryNumber":3,"DocumentType":"4"},
              {"EntryNumber":4}]}
            """
        try await withScript { _ in
            .status(200, batch)
        } _: { session, _ in
            let entries = try #require(try await session.invoiceBatch(7, in: company())).entries
            #expect(entries.map(\.type) == ["CreditNote", "Invoice", "4", nil])
            #expect(entries.map(\.appliesTo) == ["US1", nil, nil, nil])
        }
    }
}
