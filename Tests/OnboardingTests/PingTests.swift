import Accounting
import Foundation
import Onboarding
import PostgresClient
import Storage
import TestBench
import Testing

/// Each check of `ping`, failing, with what to do about it; against the simulators over HTTP.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(2)))
struct PingTests {
    @Test func allIsWell() async throws {
        try await withPing { ping in
            let checks = try await ping.checks()
            #expect(checks.filter { !$0.isFine }.map(\.name) == [])
            #expect(
                Set(checks.map(\.name)).count + 3 == checks.count,
                "names but reach, TLS and sign-in are unique"
            )
            #expect(checks.allSatisfy { !$0.detail.isEmpty && $0.fix.isEmpty })
            #expect(try await ping.sageMethods() == ["GET"])
            // What worked is recorded, so that workers need not try it.
            #expect(try await ping.bench.text("select state from sign_ins") == "proven")
        }
    }

    /// A fault of the tenant file or of Sage 300, the check that finds it, and a word of the fix.
    struct Fault: Sendable {
        var what: String
        var file: [(String, String)] = []
        var sage = ""
        var store = ""
        var check: String
        var fix: String
    }

    @Test("each fault is found by one check, and said with its fix", .timeLimit(.minutes(5)))
    func findsFaults() async throws {
        try await withBench(hasBroker: false) { bench in
            for fault in PingFaults.all {
                let setting = PingSetting(file: fault.file, sage: fault.sage, store: fault.store)
                try await bench.withPing(setting) { ping in
                    let failed = try await ping.checks().filter { !$0.isFine && $0.isChecked }
                    #expect(failed.map(\.name) == [fault.check], "\(fault.what): \(failed.map(\.detail))")
                    #expect(
                        failed.first?.fix.contains(fault.fix) == true,
                        "\(fault.what): \(failed.map(\.fix))"
                    )
                    #expect(try await ping.sageMethods() == ["GET"])
                }
            }
        }
    }

    // MARK: Sign-in

    @Test func oneRefusedSignInWhateverTheNumberOfCompanies() async throws {
        let sage = "companies: [{code: SAMINC}, {code: SAMTWO}, {code: SAMTRE}]"
        let companies = [("password: secret", "password: wrong")]
        try await withPing(
            PingSetting(file: companies, sage: sage, companies: ["SAMINC", "SAMTWO", "SAMTRE"])
        ) { ping in
            for round in 1...3 {
                let checks = try await ping.checks()
                let signIn = try #require(checks.first { $0.kind == .signIn && $0.system == .sage })
                #expect(!signIn.isFine && signIn.fix.contains("tenant apply"), "round \(round)")
                #expect(try await ping.refusals() == 1, "round \(round)")
                #expect(
                    checks.filter { $0.system == .sage && $0.isFine && $0.kind != .reach && $0.kind != .tls }
                        == []
                )
            }
            #expect(try await ping.bench.text("select state from sign_ins") == "refused")
        }
    }

    @Test func anUnknownCompanyStopsTheAskingOfFurtherOnes() async throws {
        try await withPing(PingSetting(companies: ["SAMINC", "NOSUCH", "NEITHR"])) { ping in
            let checks = try await ping.checks()
            #expect(checks.first { $0.kind == .signIn && $0.system == .sage }?.isFine == true)
            #expect(checks.first { $0.name == "company SAMINC" }?.isFine == true)
            let unknown = try #require(checks.first { $0.name == "company NOSUCH" })
            #expect(unknown.isChecked && !unknown.isFine && unknown.fix.contains("companies[].company"))
            #expect(checks.first { $0.name == "company NEITHR" }?.isChecked == false)
            #expect(try await ping.refusals() == 1)
            #expect(try await ping.bench.text("select state from sign_ins") == "proven")
        }
    }

    @Test("a company that cannot be opened is said, others are looked into", arguments: [404, 500])
    func companyThatDoesNotOpen(_ status: Int) async throws {
        try await withPing(PingSetting(sage: "unknownCompany: \(status)", companies: ["NOSUCH", "SAMINC"])) {
            ping in
            let checks = try await ping.checks()
            let failed = checks.filter { !$0.isFine && $0.isChecked }
            #expect(failed.map(\.name) == ["company NOSUCH"])
            #expect(checks.first { $0.name == "company SAMINC" }?.isFine == true)
            #expect(checks.contains { $0.name == "SAMINC: account revenue 4000" && $0.isFine })
            #expect(checks.contains { $0.name == "NOSUCH: account revenue 4000" && !$0.isChecked })
        }
    }

    @Test func aMissingRightIsSaidOnce() async throws {
        let sage = "users: [{name: CONNECTOR, password: SECRET, modules: [AR, TX]}]"
        try await withPing(PingSetting(sage: sage)) { ping in
            let checks = try await ping.checks()
            let failed = checks.filter { !$0.isFine && $0.isChecked }
            #expect(
                failed.map(\.name) == [
                    "SAMINC: rights: GL/GLAccounts", "SAMINC: rights: CS/CSFiscalCalendars",
                    "SAMINC: home currency",
                ]
            )
            #expect(failed.allSatisfy { $0.fix.contains("Sage 300 Web API") })
            #expect(checks.contains { $0.name == "SAMINC: account revenue 4000" && !$0.isChecked })
        }
    }

    @Test func aTenantThatIsPausedIsPingedAllTheSame() async throws {
        try await withPing { ping in
            _ = try await ping.bench.database.client.query("update tenants set paused = true")
            #expect(try await ping.checks().allSatisfy { $0.isFine })
        }
    }

    @Test func secretsAreNeverShown() async throws {
        try await withPing(PingSetting(file: [("password: secret", "password: Pl4ntedWord")])) { ping in
            let text = try await ping.checks().map { "\($0)" }.joined()
            #expect(!text.lowercased().contains("pl4ntedword"))
            #expect(!text.contains("democonsumersecret") && !text.contains("demoaccesstoken"))
        }
    }
}

/// The catalogue that people read and the faults that tests make are the same.
struct PingFaultTests {
    @Test func everyFaultIsListed() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../docs/configuration-faults.md"
        )
        let text = try String(contentsOf: file, encoding: .utf8)
        for fault in PingFaults.all {
            let check = fault.check
            #expect(text.contains("| \(fault.what) | `\(check)` |"), "\(fault.what)")
        }
    }
}
