import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Onboarding
import ServiceRuntime
import Storage
import Tenancy

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "Tenants and their files.",
        subcommands: [
            Apply.self, List.self, Show.self, Pause.self, Resume.self, TenantVersions.self, TenantDiff.self,
            TenantRollback.self, TenantRemove.self, TenantSchema.self,
        ]
    )

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a tenant file and puts it in force."
        )
        @Argument(help: "The tenant file.")
        var file: String
        @Flag(help: "Check the file and tell what applying it would change; nothing is applied.")
        var dryRun = false
        @Flag(help: "Store a new tenant paused: nothing is read or posted before `tenant resume`.")
        var paused = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let input = try TenantFileInput(file)
            // A file that reads badly is refused whether or not the database is there.
            _ = try await input.take(output) { try TenantFile.parse($0) }
            try await Reach.database { database, environment in
                let onboarding = TenantOnboarding(
                    database: database,
                    vault: try Connections.vault(environment),
                    policy: environment.addressPolicy
                )
                if dryRun {
                    let change = try await input.take(output) { try await onboarding.rehearse($0) }
                    return TenantChange(change).answer(output)
                }
                do {
                    answer(
                        try await input.take(output) {
                            try await onboarding.apply($0, by: Operator.name, startsPaused: paused)
                        }
                    )
                } catch let error as TenantIsBeingRemoved { throw Reach.failure(2, error.description) }
            }
        }

        private func answer(_ outcome: TenantOnboarding.Outcome) {
            for warning in outcome.warnings { Console.say("warning: \(warning)") }
            if output.isJSON {
                Console.answer([
                    "tenant": .string(outcome.tenant.name), "version": .int(outcome.version),
                    "changed": .bool(outcome.isChanged), "paused": .bool(outcome.isPaused),
                    "warnings": .array(outcome.warnings.map(JSON.string)),
                ])
            } else {
                let what = outcome.isChanged ? "is in force" : "was in force already"
                let paused =
                    outcome.isPaused
                    ? " It is paused: `connectorctl tenant resume \(outcome.tenant)` starts it." : ""
                Console.answer("Tenant \(outcome.tenant): version \(outcome.version) \(what).\(paused)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tenants.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let tenants = try await database.tenantSummaries()
                // Of files that an earlier release applied it is in the file alone.
                var schedules: [TenantID: String] = [:]
                for tenant in tenants where tenant.schedule == nil {
                    guard let record = try await database.tenant(tenant.tenant) else { continue }
                    schedules[tenant.tenant] = try TenantFile.parseStored(record.configuration).schedule.text
                }
                func schedule(_ tenant: TenantSummary) -> String {
                    tenant.schedule ?? schedules[tenant.tenant] ?? ""
                }
                if output.isJSON { return Console.answer(.array(tenants.map { $0.json(schedule($0)) })) }
                var table = Table([
                    ("TENANT", .left), ("NAME", .left), ("COMPANIES", .left), ("SCHEDULE", .left),
                    ("VERSION", .right), ("STATE", .left),
                ])
                for tenant in tenants {
                    table.add([
                        tenant.tenant.name, tenant.name, tenant.companies.joined(separator: ","),
                        schedule(tenant), String(tenant.version), tenant.state,
                    ])
                }
                Console.answer(table.text)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a tenant as configured, without secrets."
        )
        @Argument var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { control, environment in
                let record = try await Reach.tenant(tenant, in: control)
                let database = try await Reach.bound(control, to: record.tenant)
                let sheet = TenantSheet(
                    record: record,
                    configuration: try TenantFile.parseStored(record.configuration),
                    credentials: try await database.credentialRecords(of: record.tenant),
                    accessToken: try await control.accessToken(of: record.tenant),
                    findings: try await database.findings(of: record.tenant),
                    usage: try await database.usage(of: record.tenant),
                    limits: environment.limits
                )
                guard output.isJSON else { return Console.answer(try sheet.text(at: Date())) }
                var shown = try record.json().object ?? [:]
                shown["configuration"] = try JSON(parsing: record.configuration)
                shown["credentials"] = .array(sheet.credentials(at: Date()))
                if let token = sheet.token { shown["accessToken"] = token }
                shown["limits"] = sheet.limitsShown
                shown["findings"] = .array(sheet.findings.map(\.json))
                Console.answer(.object(shown))
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stops all work for a tenant.")
        @Argument var tenant: String
        @OptionGroup var output: OutputOptions
        func run() async throws { try await setPaused(true, tenant, output) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Goes on with a paused tenant.")
        @Argument var tenant: String
        @OptionGroup var output: OutputOptions
        func run() async throws { try await setPaused(false, tenant, output) }
    }

    private static func setPaused(_ isPaused: Bool, _ name: String, _ output: OutputOptions) async throws {
        try await Reach.database { database, _ in
            let record = try await Reach.tenant(name, in: database)
            guard try await database.setPaused(isPaused, tenant: record.tenant) else {
                throw Reach.failure(
                    2,
                    "Tenant \(name) is being removed. `connectorctl tenant remove \(name)` carries that to its end."
                )
            }
            if output.isJSON {
                Console.answer(["tenant": .string(name), "paused": .bool(isPaused)])
            } else {
                Console.answer("Tenant \(name) is \(isPaused ? "paused" : "active").")
            }
        }
    }
}

extension LedgerFinding {
    fileprivate var json: JSON {
        [
            "company": .string(target.company.name), "batch": .int(Int(batch)),
            "kind": .string(kind.rawValue),
            "detail": .string(detail), "foundAt": .string(Console.time(foundAt)),
        ]
    }
}

extension TenantSummary {
    fileprivate var state: String {
        removingSince != nil ? "being removed" : isPaused ? "paused" : "active"
    }

    fileprivate func json(_ schedule: String) -> JSON {
        [
            "tenant": .string(tenant.name), "name": .string(name), "version": .int(version),
            "companies": .array(companies.map(JSON.string)), "schedule": .string(schedule),
            "paused": .bool(isPaused), "removing": .bool(removingSince != nil),
            "appliedAt": .string(Console.time(appliedAt)),
        ]
    }
}

extension TenantRecord {
    fileprivate func json() throws -> JSON {
        let configuration = try TenantFile.parseStored(configuration)
        return [
            "tenant": .string(tenant.name), "name": .string(name), "version": .int(version),
            "companies": .array(configuration.companies.map { .string($0.company.name) }),
            "schedule": .string(configuration.schedule.text), "paused": .bool(isPaused),
            "appliedAt": .string(Console.time(appliedAt)),
        ]
    }
}
