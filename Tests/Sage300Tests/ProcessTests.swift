import Accounting
import ExactJSON
import Testing

@testable import Sage300

/// Processes whose properties have other names than those documented.
@Suite(.timeLimit(.minutes(1)))
struct ProcessTests {
    private static let refusal = #"{"error":{"code":"InvalidPayload","message":{"value":"Not known."}}}"#

    @Test func otherNamesAreReadOnceAndRemembered() async throws {
        let template =
            #"{"AllBatches":"Donotpostall","FromBatchNumber":0,"BatchNumberTo":999999999,"Mode":1}"#
        try await withScript { request in
            if request.target.hasSuffix("('$template')") { return .status(200, template) }
            return request.body.contains("FromBatchNumber") ? .status(204, "") : .status(400, Self.refusal)
        } _: { session, server in
            for _ in 1...2 { try await session.postInvoiceBatch(7, in: company()) }
            #expect(
                server.requests.map(\.body) == [
                    #"{"PostAllBatches":"Donotpostallbatches","PostBatchFrom":7,"PostBatchTo":7}"#, "{}",
                    #"{"AllBatches":"Donotpostall","FromBatchNumber":7,"BatchNumberTo":7}"#,
                    #"{"AllBatches":"Donotpostall","FromBatchNumber":7,"BatchNumberTo":7}"#,
                ]
            )
        }
    }

    @Test(
        arguments: [
            (200, #"{"PostAllBatches":"Donotpostallbatches","PostBatchFrom":0,"PostBatchTo":0}"#, 2),
            (200, #"{"ActionSelector":""}"#, 2), (405, "", 2), (404, "", 2),
        ]
    )
    func whereTheTemplateDoesNotHelpTheRefusalStands(_ status: Int, _ template: String, _ requests: Int)
        async throws
    {
        try await withScript { request in
            request.target.hasSuffix("('$template')") ? .status(status, template) : .status(400, Self.refusal)
        } _: { session, server in
            let error = await failure { try await session.postInvoiceBatch(7, in: company()) }
            #expect(error?.cause == .refused(code: "InvalidPayload") || error?.cause == .unreadable)
            #expect(server.requests.count == requests)
        }
    }

    /// Posting did not begin, so nothing is in doubt.
    @Test func aLostTemplateIsNoLostPosting() async throws {
        try await withScript { request in
            request.target.hasSuffix("('$template')") ? .drop : .status(400, Self.refusal)
        } _: { session, _ in
            let error = await failure { try await session.postInvoiceBatch(7, in: company()) }
            #expect(error?.cause == .unreachable)
        }
    }

    @Test func aJournalBatchGoesByItsTemplate() async throws {
        try await withScript { request in
            request.target.hasSuffix("('$template')")
                ? .status(200, #"{"PostAllBatches":false,"FROMBATCH":"","THROUGHBATCH":""}"#)
                : .status(204, "")
        } _: { session, server in
            for _ in 1...2 { try await session.postJournalBatch(123, in: company()) }
            let body = #"{"PostAllBatches":false,"FROMBATCH":"000123","THROUGHBATCH":"000123"}"#
            #expect(server.requests.map(\.body) == ["{}", body, body])
        }
    }

    @Test(
        arguments: [
            (["PostBatchFrom": 1, "PostBatchTo": 1, "BatchTotal": 0, "DateFrom": ""], true),
            (["BATCHIDFROM": "", "BATCHIDTO": ""], true), (["FromBatch": 1, "ToBatch": 1], true),
            (["FromBatch": 1], false), (["FromBatch": 1, "BatchFrom": 1, "ToBatch": 1], false),
            (["FromBatch": 1, "ToBatch": 1, "PostAllBatches": 5], false),
            (["FromBatch": 1, "ToBatch": 1, "PostAllBatches": "Somebatches"], false), ([], false),
            (.null, false),
        ] as [(JSON, Bool)]
    )
    func namesAreChosenByMeaning(_ template: JSON, _ isTold: Bool) {
        #expect((SageProcess.Names(template: template) != nil) == isTold)
    }

    @Test func theValueThatDoesNotSayAll() {
        for (given, taken) in [
            ("Donotpostallbatches", "Donotpostallbatches"), ("Postallbatches", "Donotpostallbatches"),
            ("Yes", "No"),
        ] as [(JSON, JSON)] {
            let names = SageProcess.Names(template: ["FromBatch": 1, "ToBatch": 1, "PostAllBatches": given])
            #expect(names?.onlyRange?.value == taken)
        }
    }
}
