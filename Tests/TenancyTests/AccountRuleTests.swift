import Accounting
import Foundation
import Tenancy
import Testing

/// `rules` of a company: what decides before its own accounts.
@Suite(.timeLimit(.minutes(3)))
struct AccountRuleTests {
    private static func file(_ rules: String) -> String {
        ContractFile.replacing(
            "    roundingCap: 0.02",
            with: "    roundingCap: 0.02\n    shippingRecognition: share\n    rules:\n\(rules)"
        )
    }

    @Test func rulesAreReadInTheirSequence() throws {
        let text = Self.file(
            """
                  - name: kits
                    when: {productType: bundle, sku: ["KIT-*", "SET-*"]}
                    accounts: {revenue: "4010", deferredRevenue: "2510"}
                  - when: {customerGroup: [3, "4"], paymentMethod: purchaseorder, storeView: us_en}
                    distributionCodes: {shipping: WEBSHP}
                    terms: NET30
                    taxGroup: EXEMPT
                    optionalFields: {CHANNEL: PARTNER}
            """
        )
        let company = try #require(try TenantFile.parse(text, secrets: ContractFile.secrets).companies.first)
        #expect(company.shippingRecognition == .share)
        #expect(company.accountRules.map(\.name) == ["kits", "rule 2"])
        let kits = company.accountRules[0]
        #expect(kits.targets == [.revenue: .account("4010"), .deferredRevenue: .account("2510")])
        #expect(kits.condition.skus.map(\.text) == ["KIT-*", "SET-*"])
        #expect(kits.condition.productTypes.map(\.text) == ["bundle"])
        let partners = company.accountRules[1]
        #expect(partners.targets == [.shipping: .distributionCode("WEBSHP")])
        #expect(partners.condition.customerGroups == [3, 4])
        #expect(partners.condition.paymentMethods.map(\.text) == ["purchaseorder"])
        #expect(partners.condition.storeViews.map(\.text) == ["us_en"])
        #expect(partners.terms == "NET30" && partners.taxGroup == "EXEMPT")
        #expect(partners.optionalFields == ["CHANNEL": "PARTNER"])
    }

    @Test(
        "what a rule must not be",
        arguments: [
            ("- {name: a, when: {sku: A}}", "name", "decides nothing"),
            ("- {name: a, accounts: {revenue: \"1\"}}", "when", "is missing"),
            ("- {name: a, when: {colour: red}, terms: N}", "when.colour", "unknown key"),
            ("- {name: a, when: {}, accounts: {sales: \"1\"}}", "accounts.sales", "unknown key"),
            ("- {name: a, when: {sku: A}, terms: N}", "terms", "whole document"),
            ("- {name: a, when: {sku: A}, accounts: {shipping: \"1\"}}", "when", "belongs to no product"),
            ("- {name: a, when: {customerGroup: vip}, terms: N}", "when.customerGroup", "not the id"),
            ("- {name: a, when: {sku: []}, accounts: {revenue: \"1\"}}", "when.sku", "must be a text"),
            ("- {name: a, when: {}, terms: TOOLONG}", "terms", "6 characters"),
            (
                "- {name: a, when: {}, distributionCodes: {revenue: TOOLONG}}", "distributionCodes.revenue",
                "6"
            ),
            (
                "- {name: a, when: {}, accounts: {revenue: \"1\"}, distributionCodes: {revenue: A}}",
                "distributionCodes.revenue", "one of the two"
            ),
            (
                "- {name: a, when: {}, optionalFields: {AVERYLONGNAME: X}, terms: N}", "optionalFields",
                "1 to 12"
            ),
        ]
    )
    func refusal(_ rule: String, _ key: String, _ reason: String) {
        let problems = ContractFile.problems(of: Self.file("      \(rule)\n"))
        #expect(problems.map(\.key) == ["companies[0].rules[0].\(key)"], "\(problems)")
        #expect(problems.first?.reason.contains(reason) == true, "\(problems)")
    }

    @Test func twoRulesOfOneNameAreRefused() {
        let rule = "      - {name: a, when: {}, terms: N}\n"
        let problems = ContractFile.problems(of: Self.file(rule + rule))
        #expect(problems.map(\.key) == ["companies[0].rules[1].name"])
    }

    @Test(
        "patterns",
        arguments: [
            ("KIT-*", "KIT-1", true), ("KIT-*", "KIT-", true), ("KIT-*", "kit-1", false), ("*", "", true),
            ("*-S-*", "A-S-B", true), ("*-S-*", "A-S", false), ("A*A", "A", false), ("A*A", "AA", true),
            ("A**B", "AxB", true), ("", "A", false), ("A", "A", true), ("*é", "café", true),
            ("a*bc*bc", "abcbc", true), ("a*bc*bc", "abc", false),
        ]
    )
    func pattern(_ pattern: String, _ text: String, _ isMatch: Bool) {
        #expect(TextPattern(pattern).matches(text) == isMatch)
    }
}
