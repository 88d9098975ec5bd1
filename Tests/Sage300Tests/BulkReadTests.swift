import Accounting
import ExactJSON
import Foundation
import Sage300
import Testing

/// Many rows by number: few requests, whatever the server takes.
@Suite(.timeLimit(.minutes(1)))
struct BulkReadTests {
    private static func numbers(_ count: Int) throws -> [CustomerNumber] {
        try (1...count).map { try #require(CustomerNumber("W\(10_000_000 + $0)")) }
    }

    /// Rows for the customers a request names.
    private static func rows(_ target: String) -> String {
        let filter = target.removingPercentEncoding ?? ""
        let numbers = filter.matches(of: /CustomerNumber eq '([^']*)'/).map { $0.1 }
        let rows = numbers.map { #"{"CustomerNumber":"\#($0)","Status":"Active"}"# }
        return #"{"value":[\#(rows.joined(separator: ","))]}"#
    }

    private static let refusal = #"{"error":{"code":"InvalidParameters","message":{"value":"No."}}}"#

    @Test func fewRequestsForManyCustomers() async throws {
        try await withScript { request in
            .status(200, Self.rows(request.target))
        } _: { session, server in
            let found = try await session.customers(Self.numbers(100), in: company())
            #expect(found.count == 100)
            #expect(found["W10000007"]?.isActive == true)
            #expect((3...4).contains(server.requests.count))
            for request in server.requests { #expect(request.target.utf8.count < 2048) }
            let none = try await session.customers([], in: company())
            #expect(none.isEmpty)
            #expect((3...4).contains(server.requests.count), "nothing to ask")
        }
    }

    @Test(arguments: [(400, refusal), (400, "<html>Bad Request</html>"), (414, "")])
    func whereOrIsRefusedTheyAreAskedForOneByOne(_ status: Int, _ body: String) async throws {
        try await withScript { request in
            request.target.contains("%20or%20")
                ? .status(status, body) : .status(200, Self.rows(request.target))
        } _: { session, server in
            let found = try await session.customers(Self.numbers(20), in: company())
            #expect(found.count == 20)
            let first = server.requests.count
            #expect(first <= 20 + 6)
            let again = try await session.customers(Self.numbers(20), in: company())
            #expect(again.count == 20)
            #expect(server.requests.count == first + 20, "remembered")
        }
    }

    @Test func otherFaultsAreNotTriedAgain() async throws {
        try await withScript { _ in
            .status(503, "")
        } _: { session, server in
            let error = await failure { _ = try await session.customers(Self.numbers(20), in: company()) }
            #expect(error?.cause == .busy)
            #expect(server.requests.count == 1)
        }
    }

    @Test func aServerThatIgnoresTheFilterIsNotBelieved() async throws {
        let others = (1...100).map { #"{"CustomerNumber":"X\#($0)"}"# }.joined(separator: ",")
        try await withScript { request in
            .status(200, #"{"value":[\#(others)],"@odata.nextLink":"more"}"#)
        } _: { session, _ in
            let error = await failure { _ = try await session.customers(Self.numbers(2), in: company()) }
            #expect(error?.cause == .unreadable)
        }
    }

    /// Taken for an empty page, a maintenance page in JSON would say that a batch in doubt is not there.
    @Test(arguments: ["{}", #"{"status":"maintenance"}"#, "[]", #"{"value":{}}"#])
    func whatIsNoPageIsNotAnEmptyOne(_ body: String) async throws {
        try await withScript { _ in
            .status(200, body)
        } _: { session, _ in
            let number = try #require(CustomerNumber("W'1"))
            let date = try #require(CalendarDate("2026-03-08"))
            for error in [
                await failure { _ = try await session.invoiceBatches(describedBy: "MLC 1/", in: company()) },
                await failure { _ = try await session.openInvoiceBatches(describedBy: "MLC", in: company()) },
                await failure { _ = try await session.isPosted("US1", customer: number, in: company()) },
                await failure { _ = try await session.postedDocuments(["US1"], in: company()) },
                await failure { _ = try await session.customer(number, in: company()) },
                await failure { _ = try await session.customers([number], in: company()) },
                await failure { _ = try await session.account("4000", in: company()) },
                await failure { _ = try await session.distributionCode("A", in: company()) },
                await failure { _ = try await session.fiscalPeriod(of: date, in: company()) },
            ] { #expect(error?.cause == .unreadable) }
        }
    }

    @Test func customersOfTheCompany() async throws {
        try await withRehearsal { sage in
            let asked = try ["WEBGUEST", "guesteur", "NOSUCH", "W'1"].map { try #require(CustomerNumber($0)) }
            let found = try await sage.session.customers(asked, in: company())
            #expect(found.keys.sorted() == ["GUESTEUR", "WEBGUEST"])
            #expect(found["GUESTEUR"]?.properties["CurrencyCode"] == "EUR")
        }
    }

    @Test func documentsAmongThePosted() async throws {
        try await withRehearsal { sage in
            let number = try await BatchTests.enter(sage, "US1", "US2")
            #expect(try await sage.session.postedDocuments(["US1", "US2"], in: company()).isEmpty)
            try await sage.session.makeReady(number, in: company())
            try await sage.session.postInvoiceBatch(number, in: company())
            let found = try await sage.session.postedDocuments(["US2", "US3"], in: company())
            let document = try #require(found.first)
            #expect(found.count == 1)
            #expect(document.document == "US2" && document.customer == "WEBGUEST")
            #expect(document.batch == number && document.type == "Invoice" && document.total == 10)
        }
    }

    @Test func aTotalOfAnotherNameIsDoneWithout() async throws {
        try await withScript { request in
            request.target.contains("$select")
                ? .status(400, Self.refusal)
                : .status(
                    200,
                    #"{"value":[{"DocumentNumber":"us1","CustomerNumber":"W1","DocumentType":3},{"x":1}]}"#
                )
        } _: { session, server in
            _ = try await session.postedDocuments(["US1"], in: company())
            let found = try await session.postedDocuments(["US1"], in: company())
            #expect(server.requests.count == 3, "remembered")
            #expect(found.map(\.type) == ["CreditNote"])
            #expect(found.first?.total == nil && found.first?.batch == nil)
        }
    }

    @Test func olderDatesAreTriedOnceAndRemembered() async throws {
        try await withScript { request in
            request.target.contains("datetime")
                ? .status(200, #"{"value":[]}"#) : .status(400, Self.refusal)
        } _: { session, server in
            let day = ODataLiteral.day(try #require(CalendarDate("2026-11-30")))
            let query = ODataQuery(filter: .compare("DocumentDate", .atLeast, day))
            for _ in 1...3 { _ = try await session.get(company(), "AR/ARPostedDocuments", query) }
            #expect(server.requests.map { $0.target.contains("datetime") } == [false, true, true, true])
        }
    }

    @Test func newerDatesThatWorkedAreKept() async throws {
        try await withScript { request in
            request.target.contains("Unknown") ? .status(400, Self.refusal) : .status(200, #"{"value":[]}"#)
        } _: { session, server in
            let day = ODataLiteral.day(try #require(CalendarDate("2026-11-30")))
            for name in ["DocumentDate", "Unknown"] {
                let query = ODataQuery(filter: .compare(name, .below, day))
                _ = await failure { _ = try await session.get(company(), "AR/ARPostedDocuments", query) }
            }
            #expect(server.requests.count == 2)
        }
    }
}
