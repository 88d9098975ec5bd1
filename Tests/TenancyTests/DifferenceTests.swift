import Tenancy
import Testing

/// What two tenant files have differently, as people read it.
struct DifferenceTests {
    private static func differences(_ passage: String, _ replacement: String) throws -> [String] {
        try TenantFile.differences(
            from: TenantFile.storedForm(of: ContractFile.text),
            to: TenantFile.storedForm(of: ContractFile.replacing(passage, with: replacement))
        ).map(\.description)
    }

    @Test(arguments: [
        ("posting: review", "posting: review", []),
        ("posting: review", "posting: automatic", ["companies[SAMINC].posting: \"review\" → \"automatic\""]),
        (
            "      giftCard: \"2310\"\n", "",
            ["companies[SAMINC].accounts.giftCard: \"2310\" → (absent)"]
        ),
        (
            "deferredRevenue: \"2500\"", "deferredRevenue: \"2500\"\n      fee: \"4950\"",
            ["companies[SAMINC].accounts.fee: (absent) → \"4950\""]
        ),
        (
            "statuses: [processing, complete, closed]", "statuses: [processing]",
            ["companies[SAMINC].statuses: [\"processing\", \"complete\", \"closed\"] → [\"processing\"]"]
        ),
        (
            "[default, {code: us_en, documentPrefix: UE}]", "[default, us_en]",
            [
                "companies[SAMINC].storeViews[us_en]: (absent) → \"us_en\"",
                "companies[SAMINC].storeViews[us_en].documentPrefix: \"UE\" → (absent)",
            ]
        ),
        ("pageSize: 100", "pageSize: 50", ["adobe.pageSize: \"100\" → \"50\""]),
        // Of secrets a stored form knows nothing.
        ("{env: ACME_SAGE_PASSWORD}", "another", []),
    ])
    func areNamedByKey(_ passage: String, _ replacement: String, _ expected: [String]) throws {
        #expect(try Self.differences(passage, replacement) == expected)
    }

    @Test func theOrderOfRulesCounts() throws {
        func file(_ names: [String]) throws -> String {
            let rules = names.map { "{name: \($0), when: {}, terms: \($0.uppercased())}" }.joined(
                separator: ", "
            )
            return try TenantFile.storedForm(
                of: ContractFile.replacing("    roundingCap: 0.02", with: "    rules: [\(rules)]")
            )
        }
        let differences = try TenantFile.differences(from: file(["a", "b"]), to: file(["b", "a"]))
        #expect(differences.map(\.description) == ["companies[SAMINC].rules (order): a, b → b, a"])
    }

    @Test func everythingIsNewToNothing() throws {
        let differences = try TenantFile.differences(
            from: nil,
            to: TenantFile.storedForm(of: ContractFile.text)
        )
        #expect(differences.count > 30)
        #expect(differences.allSatisfy { $0.before == nil })
    }
}
