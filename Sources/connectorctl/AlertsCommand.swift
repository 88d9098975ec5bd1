import Accounting
import Alerting
import ArgumentParser
import ExactJSON
import Foundation
import HTTPClient
import ServiceRuntime
import Storage
import Tenancy

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "What needs somebody now, and whether they are told.",
        subcommands: [List.self, Test.self, Digest.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what needs somebody now, whether or not anybody is to be told."
        )
        @Option(help: "That tenant's alone.")
        var tenant: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                if let tenant { _ = try await Reach.tenant(tenant, in: database) }
                let standing = try await AlertDesk(database: database).conditions(
                    of: tenant.flatMap { TenantID($0) }
                )
                if output.isJSON { return Console.answer(.array(standing.map(\.json))) }
                guard !standing.isEmpty else { return Console.answer("Nothing needs anybody.") }
                var table = Table([
                    ("KIND", .left), ("TENANT", .left), ("SINCE", .left), ("TOLD", .left), ("", .left),
                ])
                for item in standing {
                    let condition = item.condition
                    let figures = condition.figures.isEmpty ? "" : " (\(condition.figures))"
                    table.add([
                        condition.kind.rawValue, condition.tenant ?? "-", Console.time(condition.since),
                        item.toldAt.map(Console.time) ?? "-", condition.title + figures,
                    ])
                }
                Console.answer(table.text)
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Sends a test to each destination of a tenant, or of the host, and says how it was taken."
        )
        @Option(help: "To that tenant's destinations.")
        var tenant: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, environment in
                let settings = try AlertsCommand.settings()
                let record =
                    if let tenant { try await Reach.tenant(tenant, in: database) } else { TenantRecord?.none }
                let tenantHTTP = Connections.http(environment, name: "connectorctl")
                let hostHTTP = HTTPClient()
                let answers = try await AlertDesk(database: database).test(
                    record?.tenant,
                    vault: try Connections.vault(environment),
                    tenantHTTP: tenantHTTP,
                    hostHTTP: hostHTTP,
                    settings: settings
                )
                await tenantHTTP.close()
                await hostHTTP.close()
                answer(answers)
                guard !answers.isEmpty else {
                    throw Reach.failure(1, "There is no destination: docs/alerts.md tells how to name some.")
                }
                if answers.contains(where: { !$0.isGood }) { throw ExitCode(1) }
            }
        }

        private func answer(_ answers: [AlertDesk.Answer]) {
            if output.isJSON {
                return Console.answer(
                    .array(
                        answers.map {
                            [
                                "destination": .string($0.destination), "ok": .bool($0.isGood),
                                "detail": .string($0.detail),
                            ]
                        }
                    )
                )
            }
            for answer in answers {
                Console.answer(
                    "\(answer.isGood ? "ok    " : "FAILED") \(answer.destination): \(answer.detail)"
                )
            }
        }
    }

    struct Digest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a tenant's digest as it would be sent now."
        )
        @Option(help: "Whose.")
        var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let record = try await Reach.tenant(tenant, in: database)
                let configuration = try TenantFile.parseStored(record.configuration)
                let now = try await database.now()
                let told = try await database.digestsTold()[record.tenant.name]
                let digest = try await DigestWriter(database: database).digest(
                    of: record.tenant,
                    name: record.name,
                    from: told ?? now - 86_400,
                    to: now
                )
                let zone = configuration.companies.first?.timeZone ?? .gmt
                Console.answer(
                    output.isJSON ? digest.json(at: now).prettyText : digest.text(at: now, in: zone)
                )
            }
        }
    }

    fileprivate static func settings() throws(EnvironmentError) -> AlertSettings {
        do throws(AlertSettingsError) {
            return try AlertSettings(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw EnvironmentError(error.description)
        }
    }
}

extension AlertDesk.Standing {
    fileprivate var json: JSON {
        var object = condition.json(nil, at: Date()).object ?? [:]
        object["toldAt"] = toldAt.map { .string(Console.time($0)) } ?? .null
        return .object(object)
    }
}
