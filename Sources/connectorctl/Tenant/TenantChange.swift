import Accounting
import ExactJSON
import Onboarding

/// What `tenant apply --dry-run` answers.
struct TenantChange {
    private let change: TenantOnboarding.Change

    init(_ change: TenantOnboarding.Change) { self.change = change }

    func answer(_ output: OutputOptions) {
        for warning in change.warnings { Console.say("warning: \(warning)") }
        let shown = TenantDifferences(differences: change.differences)
        if output.isJSON {
            return Console.answer([
                "tenant": .string(change.tenant.name), "version": change.version.map(JSON.int) ?? .null,
                "differences": shown.json, "secrets": .array(change.secrets.map(JSON.string)),
                "reconsidered": .int(change.reconsidered),
                "warnings": .array(change.warnings.map(JSON.string)),
            ])
        }
        var lines: [String] = []
        if let version = change.version {
            lines.append(
                change.differences.isEmpty
                    ? "Tenant \(change.tenant): the file says what version \(version) says."
                    : "Tenant \(change.tenant): version \(version) is in force; this would make version \(version + 1):"
            )
            if !change.differences.isEmpty { lines.append(shown.text) }
        } else {
            lines.append("Tenant \(change.tenant) is new: \(change.differences.count) keys.")
        }
        if !change.secrets.isEmpty {
            lines.append("Secrets that are not those stored: \(change.secrets.joined(separator: ", ")).")
        }
        if change.reconsidered > 0 {
            lines.append("\(change.reconsidered) held or skipped documents would be looked at again.")
        }
        Console.answer(styled: (lines + ["Nothing was applied."]).joined(separator: "\n"))
    }
}
