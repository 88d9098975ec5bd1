import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Onboarding
import ServiceRuntime
import Storage
import Tenancy

struct TenantVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Lists what was in force: each version of a tenant's file, by whom, and what it changed."
    )
    @Argument var tenant: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, _ in
            let record = try await Reach.tenant(tenant, in: database)
            var former: String?
            let rows = try await database.versions(of: record.tenant).map { version in
                defer { former = version.configuration }
                let differences = TenantFile.differences(from: former, to: version.configuration)
                return (
                    version, isFirst: former == nil, changes: TenantDifferences(differences: differences)
                )
            }
            if output.isJSON {
                let list = rows.map { version, isFirst, changes -> JSON in
                    [
                        "version": .int(version.version),
                        "appliedAt": .string(Console.time(version.appliedAt)),
                        "by": version.appliedBy.isEmpty ? .null : .string(version.appliedBy),
                        "reason": version.reason.isEmpty ? .null : .string(version.reason),
                        "restores": version.restores.map(JSON.int) ?? .null,
                        "inForce": .bool(version.version == record.version),
                        "differences": isFirst ? [] : changes.json,
                    ]
                }
                return Console.answer(.array(list))
            }
            var table = Table([
                ("VERSION", .right), ("APPLIED", .left), ("BY", .left), ("CHANGE", .left), ("REASON", .left),
            ])
            for (version, isFirst, changes) in rows.reversed() {
                let restored = version.restores.map { "back to version \($0)" }
                table.add([
                    version.version == record.version ? "* \(version.version)" : "\(version.version)",
                    Console.time(version.appliedAt), version.appliedBy.isEmpty ? "-" : version.appliedBy,
                    restored ?? (isFirst ? "first" : changes.summary), version.reason,
                ])
            }
            Console.answer(table.text)
        }
    }
}

struct TenantDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows, key by key, what differs between two versions of a tenant's file, or from a file.",
        discussion: """
            tenant diff T          the version in force and the one before it
            tenant diff T 3        version 3 and the one in force
            tenant diff T 3 5      versions 3 and 5
            tenant diff T FILE     the version in force and a file; its secrets are not read
            """
    )
    @Argument var tenant: String
    @Argument(help: "A version, or a tenant file.") var from: String?
    @Argument(help: "A version.") var to: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let to, Int(to) == nil { throw ValidationError("\(to) is not a version.") }
        if let from, to != nil, Int(from) == nil { throw ValidationError("\(from) is not a version.") }
    }

    func run() async throws {
        let file = try from.flatMap { Int($0) == nil ? try TenantFileInput($0) : nil }
        try await Reach.database { database, _ in
            let record = try await Reach.tenant(tenant, in: database)
            if let file {
                return answer(
                    TenantFile.differences(from: record.configuration, to: try stored(file, of: record)),
                    from: .int(record.version),
                    to: .string(file.path)
                )
            }
            let to = to.flatMap { Int($0) } ?? record.version
            let from = from.flatMap { Int($0) } ?? to - 1
            let former = from == 0 && self.from == nil ? nil : try await version(from, record, database)
            answer(
                TenantFile.differences(
                    from: former?.configuration,
                    to: try await version(to, record, database).configuration
                ),
                from: .int(from),
                to: .int(to)
            )
        }
    }

    /// Checked like a file that is applied, but for its secrets.
    private func stored(_ file: TenantFileInput, of record: TenantRecord) throws -> String {
        do {
            let configuration = try TenantFile.parse(file.text, secrets: .unread)
            guard configuration.tenant == record.tenant else {
                throw Reach.failure(2, "\(file.path) is the file of tenant \(configuration.tenant).")
            }
            return try TenantFile.storedForm(of: file.text)
        } catch let error as TenantFileError { throw file.refusal(error.problems, output) }
    }

    private func version(_ number: Int, _ record: TenantRecord, _ database: Database) async throws
        -> TenantVersionRecord
    {
        if let version = try await database.version(number, of: record.tenant) { return version }
        throw Reach.failure(
            2,
            "Tenant \(tenant) has no version \(number). `connectorctl tenant versions \(tenant)` shows them."
        )
    }

    private func answer(_ differences: [TenantFileDifference], from: JSON, to: JSON) {
        let shown = TenantDifferences(differences: differences)
        if output.isJSON {
            return Console.answer([
                "tenant": .string(tenant), "from": from, "to": to, "differences": shown.json,
            ])
        }
        Console.answer(styled: differences.isEmpty ? "Nothing differs." : shown.text)
    }
}

struct TenantRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract:
            "Puts an earlier version of a tenant's file in force again, as a new version; secrets stay as they are."
    )
    @Argument var tenant: String
    @Option(help: "Which version; without it the one before that in force.") var to: Int?
    @Option(help: "Why; kept with the version.") var reason: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, environment in
            let record = try await Reach.tenant(tenant, in: database)
            let onboarding = TenantOnboarding(
                database: database,
                vault: try Connections.vault(environment),
                policy: environment.addressPolicy
            )
            let target = to ?? record.version - 1
            do {
                let outcome = try await onboarding.rollback(
                    record.tenant,
                    to: to,
                    reason: reason,
                    by: Operator.name
                )
                answer(outcome, restored: target)
            } catch let error as OnboardingError {
                throw Reach.failure(2, "\(error) Nothing was changed.")
            } catch let error as TenantIsBeingRemoved { throw Reach.failure(2, error.description) }
        }
    }

    private func answer(_ outcome: TenantOnboarding.Outcome, restored: Int) {
        for warning in outcome.warnings { Console.say("warning: \(warning)") }
        if output.isJSON {
            return Console.answer([
                "tenant": .string(outcome.tenant.name), "version": .int(outcome.version),
                "restores": .int(restored), "changed": .bool(outcome.isChanged),
                "warnings": .array(outcome.warnings.map(JSON.string)),
            ])
        }
        Console.answer(
            outcome.isChanged
                ? "Tenant \(outcome.tenant): version \(outcome.version), with what version \(restored) said, is in force."
                : "Tenant \(outcome.tenant): version \(outcome.version) says just what version \(restored) said."
        )
    }
}
