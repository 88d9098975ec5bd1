import Accounting
import ExactJSON
import Sage300
import Testing

/// A company that has been silent is woken before it is written to.
@Suite(.timeLimit(.minutes(1)))
struct WarmUpTests {
    private static let made = ScriptedSage.Answer.status(201, #"{"BatchNumber":7}"#)

    @Test func beforeTheFirstWriteOnly() async throws {
        try await withScript(coldAfter: .seconds(600)) { request in
            request.method == "GET" ? .status(200, #"{"value":[]}"#) : Self.made
        } _: { session, server in
            for _ in 1...2 { _ = try await session.enter() }
            #expect(server.requests.map(\.method) == ["GET", "POST", "POST"])
            #expect(server.requests[0].target.contains("AR/ARCustomers?$select=CustomerNumber&$top=1"))
        }
    }

    @Test func notAfterARead() async throws {
        try await withScript(coldAfter: .seconds(600)) { request in
            request.method == "GET" ? .status(404, #"{"error":{"code":"RecordNotFound"}}"#) : Self.made
        } _: { session, server in
            _ = try await session.invoiceBatch(1, in: company())
            _ = try await session.enter()
            #expect(server.requests.map(\.method) == ["GET", "POST"])
        }
    }

    @Test func againAfterASilence() async throws {
        try await withScript(coldAfter: .milliseconds(1)) { request in
            request.method == "GET" ? .status(200, #"{"value":[]}"#) : Self.made
        } _: { session, server in
            for _ in 1...2 {
                _ = try await session.enter()
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(server.requests.filter { $0.method == "GET" }.count >= 2)
        }
    }

    /// Nothing was written, so nothing is in doubt.
    @Test(
        arguments: [
            (.drop, .unreachable), (.status(503, ""), .busy), (.status(401, ""), .credentials),
            (.status(200, "<html>"), .unreadable),
        ] as [(ScriptedSage.Answer, SageError.Cause)]
    )
    func itsFailureIsTheCalls(_ answer: ScriptedSage.Answer, _ cause: SageError.Cause) async throws {
        try await withScript(coldAfter: .seconds(600)) { _ in
            answer
        } _: { session, server in
            let error = await failure { _ = try await session.enter() }
            #expect(error?.cause == cause)
            #expect(server.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test func aUserWhoMayNotReadCustomersMayWriteAllTheSame() async throws {
        try await withScript(coldAfter: .seconds(600)) { request in
            request.method == "GET" ? .status(403, #"{"error":{"code":"Forbidden"}}"#) : Self.made
        } _: { session, _ in
            let number = try await session.enter()
            #expect(number == 7)
        }
    }
}
