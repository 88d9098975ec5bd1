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
        subcommands: [Apply.self, List.self, Show.self, Pause.self, Resume.self]
    )

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a tenant file and puts it in force."
        )
        @Argument(help: "The tenant file.")
        var file: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let data = FileManager.default.contents(atPath: file),
                let text = String(data: data, encoding: .utf8)
            else { throw Reach.failure(2, "\(file) cannot be read as UTF-8 text.") }
            // A file that reads badly is refused whether or not the database is there.
            do { _ = try TenantFile.parse(text) } catch { throw refusal(error) }
            try await Reach.database { database, environment in
                let onboarding = TenantOnboarding(
                    database: database,
                    vault: try Connections.vault(environment),
                    policy: environment.addressPolicy
                )
                do { answer(try await onboarding.apply(text)) } catch let error as OnboardingError {
                    throw Reach.failure(2, "\(file): \(error)")
                }
            }
        }

        private func refusal(_ error: TenantFileError) -> ExitCode {
            if output.isJSON {
                let problems = error.problems.map { problem -> JSON in
                    [
                        "line": .int(problem.line), "key": .string(problem.key),
                        "reason": .string(problem.reason),
                    ]
                }
                Console.answer(["problems": .array(problems)])
            }
            for problem in error.problems {
                Console.say("\(file):\(problem.line): \(problem.key): \(problem.reason)")
            }
            return Reach.failure(2, "Nothing was applied.")
        }

        private func answer(_ outcome: TenantOnboarding.Outcome) {
            for warning in outcome.warnings { Console.say("warning: \(warning)") }
            if output.isJSON {
                Console.answer([
                    "tenant": .string(outcome.tenant.name), "version": .int(outcome.version),
                    "changed": .bool(outcome.isChanged),
                    "warnings": .array(outcome.warnings.map(JSON.string)),
                ])
            } else {
                let what = outcome.isChanged ? "is in force" : "was in force already"
                Console.answer("Tenant \(outcome.tenant): version \(outcome.version) \(what).")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tenants.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let tenants = try await database.tenants()
                if output.isJSON { return Console.answer(.array(try tenants.map { try $0.json() })) }
                var table = Table([
                    ("TENANT", .left), ("NAME", .left), ("COMPANIES", .left), ("SCHEDULE", .left),
                    ("VERSION", .right), ("STATE", .left),
                ])
                for tenant in tenants {
                    let configuration = try TenantFile.parseStored(tenant.configuration)
                    table.add([
                        tenant.tenant.name, tenant.name,
                        configuration.companies.map(\.company.name).joined(separator: ","),
                        configuration.schedule.text, String(tenant.version),
                        tenant.isPaused ? "paused" : "active",
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
            try await Reach.database { database, _ in
                let record = try await Reach.tenant(tenant, in: database)
                let sheet = TenantSheet(
                    record: record,
                    configuration: try TenantFile.parseStored(record.configuration),
                    credentials: try await database.credentialRecords(of: record.tenant),
                    accessToken: try await database.accessToken(of: record.tenant),
                    findings: try await database.findings(of: record.tenant)
                )
                guard output.isJSON else { return Console.answer(try sheet.text(at: Date())) }
                var shown = try record.json().object ?? [:]
                shown["configuration"] = try JSON(parsing: record.configuration)
                shown["credentials"] = .array(sheet.credentials(at: Date()))
                if let token = sheet.token { shown["accessToken"] = token }
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
            _ = try await database.setPaused(isPaused, tenant: record.tenant)
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
