import Foundation
import Tenancy
import Testing

/// One thing wrong with the contract's file, and what must be said about it.
struct Fault: Sendable, CustomTestStringConvertible {
    let passage: String
    let replacement: String
    let line: Int
    let key: String
    let reason: String

    init(_ passage: String, _ replacement: String, _ line: Int, _ key: String, _ reason: String) {
        self.passage = passage
        self.replacement = replacement
        self.line = line
        self.key = key
        self.reason = reason
    }

    var testDescription: String { "\(key): \(replacement)" }
}

/// Everything wrong is refused with its line, its key and what is allowed; nothing else is said.
struct FaultTests {
    @Test(arguments: Fault.ofTenant + Fault.ofSystems + Fault.ofSchedule + Fault.ofCompany + Fault.ofAmounts)
    func isRefused(_ fault: Fault) throws {
        try #require(ContractFile.text.contains(fault.passage))
        let file = ContractFile.replacing(fault.passage, with: fault.replacement)
        let problems = ContractFile.problems(of: file)
        #expect(problems.count == 1)
        let problem = try #require(problems.first)
        #expect(problem.line == fault.line)
        #expect(problem.key == fault.key)
        #expect(problem.reason.contains(fault.reason), "\(problem.reason)")
    }

    @Test func thereAreEnough() {
        let faults = Fault.ofTenant + Fault.ofSystems + Fault.ofSchedule + Fault.ofCompany + Fault.ofAmounts
        #expect(faults.count >= 60)
    }

    @Test func everythingWrongIsSaidAtOnceInTheFilesOrder() {
        let file = ContractFile.replacing("posting: review", with: "posting: maybe")
            .replacingOccurrences(of: "auth: oauth1", with: "auth: basic")
            .replacingOccurrences(of: "tenant: acme", with: "tenant: ACME")
        let problems = ContractFile.problems(of: file)
        #expect(problems.map(\.key) == ["tenant", "adobe.auth", "companies[0].posting"])
        #expect(problems.map(\.line) == [1, 6, 27])
    }

    @Test(arguments: [
        ("", "is empty"), ("\n# nothing\n", "is empty"), ("- a\n- b", "must be a mapping"),
        ("a: [b", "is not YAML"), ("a: {b: c", "is not YAML"), ("a: *b", "is not YAML"),
        ("\tb: c", "is not YAML"),
    ])
    func whatIsNoFile(_ text: String, _ reason: String) throws {
        let problem = try #require(ContractFile.problems(of: text).first)
        #expect(problem.key == "file")
        #expect(problem.reason.contains(reason), "\(problem.reason)")
    }

    @Test func aFileBeyondOneMebibyte() throws {
        let file = ContractFile.text + "\n# " + String(repeating: "x", count: 1 << 20)
        #expect(ContractFile.problems(of: file).map(\.reason) == ["is larger than 1 MiB"])
    }

    @Test func aSecondDocument() {
        let problems = ContractFile.problems(of: ContractFile.text + "\n---\ntenant: other\n")
        #expect(problems.count == 1)
        #expect(problems.first?.line == 44)
        #expect(problems.first?.reason.contains("document") == true)
    }

    @Test func aCompanyAndAStoreViewBelongOnce() {
        let start = ContractFile.text.range(of: "  - company")?.lowerBound ?? ContractFile.text.endIndex
        let twice = ContractFile.text + "\n" + ContractFile.text[start...]
        let problems = ContractFile.problems(of: twice)
        #expect(
            problems.map(\.key) == [
                "companies[1].company", "companies[1].storeViews", "companies[1].storeViews",
            ]
        )
        #expect(problems.map(\.line) == [44, 45, 45])
    }
}
