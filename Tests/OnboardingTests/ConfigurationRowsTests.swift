import Accounting
import Onboarding
import Tenancy
import TestBench
import Testing

/// The rows of a tenant file that a preview prints, without Sage 300 to choose from.
@Suite struct ConfigurationRowsTests {
    private func rows(_ code: String, _ subject: String, in company: String? = "SAMINC") throws -> String {
        let tenant = try #require(TenantID("acme"))
        let configuration = try TenantFile.parse(TenantPlan().file(of: tenant))
        let failure = Failure(.mapping, code: code, reason: "", subject: subject, nextStep: "")
        return ConfigurationRows(configuration).rows(for: failure, in: company.flatMap { CompanyID($0) })
    }

    @Test(
        arguments: [
            ("account-missing", "giftCard", "accounts:\n  giftCard: \"…\""),
            ("account-unfit", "4100", "accounts:\n  shipping: \"…\""),
            ("base-currency", "CAD", "currencies:\n  CAD: {group: \"…\", guestCustomer: \"…\", suffix: C}"),
            ("guest-customer-missing", "USD", "customers:\n  guestCustomer: \"…\""),
            (
                "tax-code-unmapped", "US-CA-1",
                "taxAuthorities:\n  \"US-CA-1\": {group: \"…\", authority: \"…\"}"
            ),
            ("terms-missing-in-sage", "CARD", "terms: \"…\""),
            ("tax-group-missing-in-sage", "ECOM", "taxGroup: \"…\""),
            ("group-missing-in-sage", "WEB", "customers:\n  group: \"…\""),
            ("document-number-taken", "", "storeViews: [default, {code: us_en, documentPrefix: \"…\"}]"),
        ]
    )
    func standWhereTheyBelong(_ code: String, _ subject: String, _ expected: String) throws {
        let rows = try rows(code, subject)
        #expect(rows.hasPrefix("# company SAMINC:\n\(expected)"), "\(rows)")
    }

    @Test func aStoreViewJoinsThoseOfACompany() throws {
        let rows = try rows("store-view-unmapped", "us_fr", in: nil)
        #expect(
            rows == "# company SAMINC:\nstoreViews: [default, {code: us_en, documentPrefix: UE}, us_fr]"
        )
    }

    @Test func whatNoRowMendsHasNone() throws {
        for code in ["period-closed", "unbalanced", "customer-unfit", "number-taken"] {
            #expect(try rows(code, "").isEmpty)
        }
    }

    /// What only people know cannot be pasted by mistake.
    @Test func anUnansweredRowIsRefused() throws {
        let tenant = try #require(TenantID("acme"))
        let file = TenantPlan().file(of: tenant).replacing("terms: CARD", with: "terms: \"…\"")
        #expect(throws: TenantFileError.self) { try TenantFile.parse(file) }
    }
}
