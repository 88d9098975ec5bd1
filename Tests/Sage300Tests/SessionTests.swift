import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Testing

@testable import Sage300

/// One server, one user: what goes over the wire, and what is made of whatever comes back.
@Suite(.timeLimit(.minutes(1)))
struct SessionTests {
    @Test func signsInUpperCaseAndKeepsCookies() async throws {
        try await withScript { request in
            .status(
                200,
                #"{"value":[]}"#,
                headers: request.headers["cookie"] == nil
                    ? ["Set-Cookie: ASP.NET_SessionId=abc; path=/; HttpOnly", "Set-Cookie: node=1"]
                    : ["Set-Cookie: node=2; secure"]
            )
        } _: { session, server in
            for _ in 1...3 { _ = try await session.get(company(), "AR/ARCustomers") }
            let expected = "Basic " + Data("CONNECTOR:PÄSS:WORD".utf8).base64EncodedString()
            #expect(server.requests.map { $0.headers["authorization"] } == [expected, expected, expected])
            #expect(
                server.requests.map { $0.headers["cookie"] } == [
                    nil, "ASP.NET_SessionId=abc; node=1", "ASP.NET_SessionId=abc; node=2",
                ]
            )
            #expect(server.requests[0].target == "/Sage300WebApi/v1.0/-/SAMINC/AR/ARCustomers")
            #expect(server.requests[0].headers["content-type"] == nil)
            #expect(session.user == "CONNECTOR")
        }
    }

    @Test func readsEveryPage() async throws {
        try await withScript { request in
            let skip = request.target.contains("$skip=2") ? 2 : 0
            let link = skip == 0 ? #","@odata.nextLink":"http://inside/x?$skip=2""# : ""
            return .status(200, #"{"value":[{"N":\#(skip)},{"N":\#(skip + 1)}]\#(link)}"#)
        } _: { session, server in
            let rows = try await session.feed(company(), "AR/ARTerms", ODataQuery(select: ["N"]))
            #expect(rows.map { $0["N"]?.int } == [0, 1, 2, 3])
            #expect(server.requests.map(\.target).last?.hasSuffix("AR/ARTerms?$select=N&$skip=2") == true)
        }
    }

    @Test func aFeedThatNeverEndsIsBounded() async throws {
        try await withScript { _ in
            .status(200, #"{"value":[{},{},{}],"@odata.nextLink":"x"}"#)
        } _: {
            session,
            server in
            let rows = try await session.feed(company(), "AR/ARTerms", ODataQuery(), limit: 10)
            #expect(rows.count == 12)
            #expect(server.requests.count == 4)
        }
        try await withScript { _ in
            .status(200, #"{"value":[],"@odata.nextLink":"x"}"#)
        } _: { session, server in
            let rows = try await session.feed(company(), "AR/ARTerms", ODataQuery())
            #expect(rows.isEmpty)
            #expect(server.requests.count == 1)
        }
    }

    private static let oddities: [(String, [UInt8])] = [
        ("a page", answer("<html><head><title>Sign in</title></head></html>")),
        ("half of an answer", answer(#"{"BatchNumber": 12, "Invoices": [{"#)),
        ("an empty body", answer("")),
        (
            "not UTF-8",
            Array("HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n".utf8) + [0xFF, 0xFE, 0x22, 0x80]
        ),
        ("another entity", answer(#"{"value": 1}"#)), ("no batch number", answer(#"{"BatchNumber": 0}"#)),
        ("cut off", Array("HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{\"Batch".utf8)),
        ("no HTTP", Array("hello\r\n\r\n".utf8)),
    ]

    private static func answer(_ text: String) -> [UInt8] {
        Array(
            "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                .utf8
        )
    }

    /// A batch whose answer cannot be read may be there.
    @Test(arguments: oddities.indices)
    func anOddAnswerToAWriteIsNoAnswer(_ index: Int) async throws {
        let bytes = Self.oddities[index].1
        try await withScript { _ in
            .bytes(bytes)
        } _: { session, server in
            let error = await failure { _ = try await session.enter() }
            #expect(error?.cause == .noAnswer, "\(Self.oddities[index].0): \(error?.description ?? "")")
            #expect(server.requests.count == 1)
        }
    }

    @Test func aHugeAnswerIsNotTaken() async throws {
        let head = Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\"".utf8)
        let huge = head + [UInt8](repeating: 0x41, count: 80 << 20)
        try await withScript { _ in
            .bytes(huge)
        } _: { session, _ in
            let read = await failure { _ = try await session.get(company(), "AR/ARTerms") }
            #expect(read != nil)
            let write = await failure { _ = try await session.enter() }
            #expect(write?.cause == .noAnswer)
        }
    }

    @Test(arguments: [ScriptedSage.Answer.drop, .bytes(Array("HTTP/1.1 201 Cre".utf8))])
    func aLostAnswerLeavesAWriteInDoubt(_ answer: ScriptedSage.Answer) async throws {
        try await withScript { _ in
            answer
        } _: { session, server in
            let error = await failure { _ = try await session.enter() }
            #expect(error?.cause == .noAnswer)
            #expect(error?.status == nil)
            #expect(server.requests.count == 1, "it must not be sent again")
        }
    }

    @Test func silenceEndsWithTheTask() async throws {
        try await withScript { _ in
            .silence
        } _: { session, server in
            let call = Task { await failure { _ = try await session.enter() } }
            while server.requests.isEmpty { await Task.yield() }
            call.cancel()
            #expect(await call.value?.cause == .noAnswer)
        }
    }

    @Test func nobodyListens() async throws {
        let server = try ScriptedSage { _ in .drop }
        let address = try server.address
        server.close()
        for coldAfter in [nil, Duration.seconds(600)] {
            let session = SageSession(
                address: address,
                user: "U",
                password: Secret(""),
                http: HTTPClient(),
                coldAfter: coldAfter
            )
            let error = await failure { _ = try await session.enter() }
            #expect(error?.cause == .unreachable)
        }
    }

    @Test func aRefusalCarriesItsCodeAndWords() async throws {
        let body =
            #"{"error":{"code":"FieldInvalid","message":{"lang":"en","value":"Customer \"X\"\ndoes not exist."}}}"#
        try await withScript { _ in
            .status(409, body)
        } _: { session, _ in
            let error = await failure { _ = try await session.enter() }
            #expect(error?.cause == .refused(code: "FieldInvalid"))
            #expect(error?.status == 409)
            #expect(error?.message == #"Customer "X" does not exist."#)
            #expect(error?.operation == "POST AR/ARInvoiceBatches")
            #expect(error?.failure.failureClass == .ledger)
        }
    }

    @Test(arguments: [
        (403, "Forbidden", "sage-forbidden", "a security group of module AR of company SAMINC"),
        (500, "DBLinkError", "sage-unavailable", "companies[].company"),
    ])
    func aRightsFailureNamesWhereAndWho(_ status: Int, _ code: String, _ word: String, _ step: String)
        async throws
    {
        try await withScript { _ in
            .status(status, #"{"error":{"code":"\#(code)","message":{"value":"No."}}}"#)
        } _: { session, _ in
            let error = try #require(await failure { _ = try await session.enter() })
            #expect(error.company == CompanyID("SAMINC") && error.module == "AR")
            #expect(error.failure.failureClass == .rights && error.failure.code == word)
            #expect(error.failure.reason.contains("module AR of company SAMINC"))
            #expect(error.failure.nextStep.contains(step))
            #expect(error.failure.nextStep.contains("administrator of Sage 300"))
        }
    }

    @Test func noErrorSaysThePassword() async throws {
        try await withScript { _ in
            .status(401, "")
        } _: { session, _ in
            let error = try #require(
                await failure { _ = try await session.get(company(), "AR/ARCustomers('W1')") }
            )
            #expect(error.operation == "GET AR/ARCustomers")
            var shown = "\(error) \(error.failure) \(session)"
            dump(error, to: &shown)
            dump(session, to: &shown)
            let encoded = Data("CONNECTOR:PÄSS:WORD".utf8).base64EncodedString()
            for word in ["PÄSS", "Päss", encoded] { #expect(!shown.contains(word)) }
        }
    }
}

extension SageSession {
    /// Enters a batch of nothing.
    func enter() async throws -> Int64 {
        try await enterInvoiceBatch(
            description: "MLC 1/1 acme",
            date: try #require(CalendarDate("2026-03-08")),
            entries: [],
            in: company()
        )
    }
}
