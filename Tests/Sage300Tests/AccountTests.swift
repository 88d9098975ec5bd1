import Accounting
import ExactJSON
import Sage300
import Testing

/// Accounts and the codes that stand for them.
@Suite(.timeLimit(.minutes(1)))
struct AccountTests {
    private static let yaml = """
        companies:
          - code: SAMINC
            accounts:
              - {code: "4777", status: Inactive}
              - {code: "4778", control: true}
        """

    @Test func whatIsKnownOfAnAccount() async throws {
        try await withRehearsal(Self.yaml) { sage in
            let revenue = try #require(try await sage.session.account("4000", in: company()))
            #expect(revenue.unformatted == "4000" && revenue.number == "4000")
            #expect(revenue.isActive && revenue.allowsPosting && !revenue.isControl)
            #expect(try await sage.session.account("4777", in: company())?.isActive == false)
            #expect(try await sage.session.account("4778", in: company())?.isControl == true)
            for number in ["9999", "", "'", "40%00", "ü"] {
                #expect(try await sage.session.account(number, in: company()) == nil)
            }
        }
    }

    @Test func aFormattedNumberIsFoundByItsKey() async throws {
        try await withScript { request in
            request.target.hasSuffix("GL/GLAccounts('4000100')")
                ? .status(
                    200,
                    """
                    {"UnformattedAccount":"4000100","AccountNumber":"4000-100","Status":"Active",\
                    "PostToAccount":"Prohibited"}
                    """
                ) : .drop
        } _: { session, server in
            let account = try await session.account("4000-100", in: company())
            #expect(account?.number == "4000-100" && account?.allowsPosting == false)
            #expect(server.requests.count == 1)
        }
    }

    @Test func elseByTheNumberItself() async throws {
        let rows =
            #"{"value":[{"UnformattedAccount":"X"},{"UnformattedAccount":"4000AB","AccountNumber":"4000-ab"}]}"#
        try await withScript { request in
            request.method == "GET" && request.target.contains("$filter=AccountNumber%20eq%20%274000-AB%27")
                ? .status(200, rows) : .status(404, #"{"error":{"code":"RecordNotFound"}}"#)
        } _: { session, server in
            let account = try await session.account("4000-AB", in: company())
            #expect(account?.unformatted == "4000AB")
            #expect(server.requests.count == 2)
        }
    }

    @Test func distributionCodes() async throws {
        try await withRehearsal { sage in
            let code = try #require(try await sage.session.distributionCode("websal", in: company()))
            #expect(code.code == "WEBSAL" && code.isActive && code.revenueAccount == "4000")
            for code in ["NOSUCH", "A/B", "A'B"] {
                #expect(try await sage.session.distributionCode(code, in: company()) == nil)
            }
        }
    }

    @Test func aModuleThatIsNotActivated() async throws {
        try await withScript { _ in
            .status(404, #"{"error":{"code":"ResourceNotFound","message":{"value":"None."}}}"#)
        } _: { session, _ in
            let error = await failure { _ = try await session.account("4000", in: company()) }
            #expect(error?.cause == .unavailable(code: "ResourceNotFound"))
            #expect(error?.failure.reason.contains("module GL of company SAMINC") == true)
        }
    }
}
