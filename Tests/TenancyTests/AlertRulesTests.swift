import Accounting
import Foundation
import Tenancy
import Testing

/// What a tenant file says of alerts.
struct AlertRulesTests {
    private func file(_ alerts: String) -> String { ContractFile.text + "\nalerts:\n" + alerts }

    private static let lines = """
          webhook: https://hooks.example.com/T000/B000
          webhookSecret: {env: HOOK_SECRET}
          email: [ops@example.com, books+acme@example.com]
          digest: {at: "07:30", days: weekdays}
          oldest: 4h
          silence: off
          unattended: 14d
        """

    @Test func isRead() throws {
        let configuration = try TenantFile.parse(file(Self.lines), secrets: ContractFile.secrets)
        let alerts = configuration.alerts
        #expect(alerts.email == ["ops@example.com", "books+acme@example.com"])
        #expect(alerts.digest?.at.description == "07:30" && alerts.digest?.days == .weekdays)
        #expect(alerts.oldest == 14_400 && !alerts.tellsSilence && alerts.unattended == 14)
        #expect(configuration.secrets[.webhook] == Secret("https://hooks.example.com/T000/B000"))
        #expect(configuration.secrets[.webhookSecret] == Secret("value of HOOK_SECRET"))
    }

    @Test func isStoredWithoutItsSecrets() throws {
        let stored = try TenantFile.storedForm(of: file(Self.lines))
        for word in ["hooks.example.com", "webhook", "HOOK_SECRET"] { #expect(!stored.contains(word)) }
        let parsed = try TenantFile.parse(file(Self.lines), secrets: ContractFile.secrets)
        #expect(try TenantFile.parseStored(stored).alerts == parsed.alerts)
    }

    @Test func standardsApplyWhereNothingIsSaid() throws {
        let alerts = try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets).alerts
        #expect(alerts == AlertRules())
        #expect(alerts.email.isEmpty && alerts.digest == nil && alerts.oldest == 7200 && alerts.tellsSilence)
        let some = try TenantFile.parse(file("  digest: {at: \"06:00\"}"), secrets: ContractFile.secrets)
            .alerts
        #expect(some.digest?.days == .daily)
        let off = try TenantFile.parse(
            file("  digest: off\n  oldest: off\n  unattended: off\n  silence: on"),
            secrets: ContractFile.secrets
        ).alerts
        #expect(off.digest == nil && off.oldest == nil && off.unattended == nil && off.tellsSilence)
    }

    @Test(
        arguments: [
            ("  hook: x", "alerts.hook", "unknown key"),
            ("  webhook: ftp://x", "alerts.webhook", "http or https URL"),
            ("  webhook: https://user:hush@x/", "alerts.webhook", "http or https URL"),
            ("  webhook: {url: x}", "alerts.webhook", "{env: NAME}"),
            ("  webhookSecret: x", "alerts.webhookSecret", "goes with webhook only"),
            ("  email: ops@example.com", "alerts.email", "must be a list"),
            ("  email: [ops]", "alerts.email", "different addresses"),
            ("  email: [a@b.example, a@b.example]", "alerts.email", "different addresses"),
            ("  email: [\"Ops <ops@example.com>\"]", "alerts.email", "different addresses"),
            ("  digest: {days: daily}", "alerts.digest.at", "is missing"),
            ("  digest: {at: \"7:30\"}", "alerts.digest.at", "a time such as"),
            ("  digest: {at: \"07:30\", days: sundays}", "alerts.digest.days", "daily, weekdays"),
            ("  digest: daily", "alerts.digest", "must be a mapping"),
            ("  oldest: 1m", "alerts.oldest", "off, or an interval"),
            ("  oldest: soon", "alerts.oldest", "off, or an interval"),
            ("  silence: maybe", "alerts.silence", "on, off"),
            ("  unattended: 36h", "alerts.unattended", "off, or days"),
        ]
    )
    func isRefused(_ lines: String, _ key: String, _ reason: String) throws {
        let problems = ContractFile.problems(of: file(lines))
        #expect(problems.count == 1, "\(problems)")
        let problem = try #require(problems.first)
        #expect(problem.key == key)
        #expect(problem.reason.contains(reason), "\(problem.reason)")
        #expect(
            problem.line == ContractFile.text.split(separator: "\n", omittingEmptySubsequences: false).count
                + 2
        )
        #expect(!problem.reason.contains("hush"))
    }
}
