import Foundation
import Tenancy
import Testing

/// Files that editors, shells and people make of a tenant file.
struct FileFormTests {
    @Test func lineEndsOfWindowsAndAByteOrderMark() throws {
        let windows = ContractFile.text.replacingOccurrences(of: "\n", with: "\r\n")
        #expect(ContractFile.problems(of: windows).isEmpty)
        #expect(ContractFile.problems(of: "\u{FEFF}" + windows).isEmpty)
        #expect(
            try TenantFile.storedForm(of: "\u{FEFF}" + windows)
                == TenantFile.storedForm(of: ContractFile.text)
        )
        let faulty = windows.replacingOccurrences(of: "posting: review", with: "posting: maybe")
        #expect(ContractFile.problems(of: faulty).map(\.line) == [27])
    }

    @Test("what is nested deeply is refused, and nothing overflows", arguments: [100, 900, 20_000, 200_000])
    func deepNesting(_ depth: Int) {
        for text in [
            "tenant: " + String(repeating: "[", count: depth),
            "tenant: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
            String(repeating: "{a: ", count: depth / 4),
            "tenant:\n  " + String(repeating: "- ", count: depth),
        ] { #expect(!ContractFile.problems(of: text).isEmpty) }
    }

    @Test func nothingIsMergedIntoAMapping() throws {
        let file = ContractFile.replacing("    terms: CARD", with: "    <<: {terms: CARD}")
        let problem = try #require(ContractFile.problems(of: file).first)
        #expect(problem.key == "companies[0].<<")
        #expect(problem.reason.hasPrefix("unknown key"))
    }

    @Test func aNameThatStandsForGigabytesIsRefusedAtOnce() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let row = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(row)]\n"
        }
        let began = ContinuousClock.now
        #expect(ContractFile.problems(of: text).first?.reason.contains("its aliases followed") == true)
        #expect(ContinuousClock.now - began < .seconds(2))
    }

    @Test(arguments: [
        ("pagesize", "pageSize"), ("overlaps", "overlap"), ("tokenUrl", "tokenURL"),
        ("pageSize2", "pageSize"),
    ])
    func whatIsMeantIsSuggested(_ written: String, _ meant: String) throws {
        let file = ContractFile.replacing("pageSize: 100", with: "\(written): 1")
        let problem = try #require(ContractFile.problems(of: file).first)
        #expect(problem.reason.hasSuffix("; did you mean \(meant)?"), "\(problem.reason)")
    }

    @Test func nothingIsSuggestedForWhatIsFarOff() throws {
        let file = ContractFile.replacing("pageSize: 100", with: "colour: 1")
        #expect(try #require(ContractFile.problems(of: file).first).reason.contains("did you mean") == false)
    }

    @Test func everythingWrongWithACompanyIsSaidAtOnce() {
        let file = ContractFile.replacing("currency: USD", with: "currency: dollars")
            .replacingOccurrences(of: "roundingCap: 0.02", with: "roundingCap: 99")
            .replacingOccurrences(of: "url: https://shop.example.com", with: "url: shop")
            .replacingOccurrences(of: "  accessToken: {env: ACME_ACCESS_TOKEN}\n", with: "")
        #expect(
            ContractFile.problems(of: file).map(\.key) == [
                "adobe.accessToken", "adobe.url", "companies[0].currency", "companies[0].roundingCap",
            ]
        )
    }

    @Test func whatWillCostADeadLetterIsRemarked() throws {
        let file = ContractFile.replacing(", guestCustomer: GUESTEUR", with: "")
            .replacingOccurrences(
                of: "    roundingCap: 0.02",
                with: "    rules: [{name: outlet, when: {storeView: outlet}, taxGroup: OUT}]"
            )
        let remarks = try TenantFile.parse(file, secrets: ContractFile.secrets).remarks
        #expect(remarks.count == 2)
        #expect(remarks.contains { $0.hasPrefix("companies[SAMINC].currencies.EUR.guestCustomer") })
        #expect(remarks.contains { $0.hasPrefix("companies[SAMINC].rules[outlet].when.storeView") })
    }

    @Test func aSecretsFileThatOthersMayReadIsRemarked() throws {
        let path = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
        try Data("hush-hush".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (mode, count) in [(0o644, 1), (0o600, 0)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let file = ContractFile.text.replacingOccurrences(
                of: "{env: ACME_CONSUMER_KEY}",
                with: "{file: \(path)}"
            )
            .replacing(/{env: \w+}/, with: "hush-hush")
            let remarks = try TenantFile.parse(file).remarks
            #expect(remarks.count == count)
            #expect(remarks.allSatisfy { $0.contains(path) && !$0.contains("hush") })
        }
    }
}
