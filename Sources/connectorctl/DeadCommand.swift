import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Storage

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Dead letters: documents that need somebody.",
        subcommands: [List.self, Groups.self, Show.self, Discard.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists dead letters, newest first.")
        @Option var tenant: String?
        @Option var group: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                if let tenant { _ = try await Reach.tenant(tenant, in: database) }
                let failures = try await database.openFailures(
                    tenant: tenant.flatMap { TenantID($0) },
                    group: group
                )
                if output.isJSON { return Console.answer(.array(failures.map(\.json))) }
                guard !failures.isEmpty else { return Console.answer("There are no dead letters.") }
                var table = Table([
                    ("ID", .right), ("TENANT", .left), ("COMPANY", .left), ("KIND", .left),
                    ("DOCUMENT", .left),
                    ("AMOUNT", .right), ("CLASS", .left), ("FAILED", .left), ("REASON", .left),
                ])
                for failure in failures {
                    table.add([
                        String(failure.id), failure.tenant ?? "-", failure.company ?? "-",
                        failure.kind?.rawValue ?? "-", failure.document ?? "-", failure.amountText,
                        failure.failureClass.rawValue, Console.time(failure.failedAt), failure.reason,
                    ])
                }
                Console.answer(table.text)
            }
        }
    }

    struct Groups: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Dead letters by cause.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let groups = try await database.failureGroups()
                if output.isJSON { return Console.answer(.array(groups.map(\.json))) }
                guard !groups.isEmpty else { return Console.answer("There are no dead letters.") }
                var table = Table([
                    ("GROUP", .left), ("COUNT", .right), ("AMOUNT", .right), ("LAST", .left),
                    ("REASON", .left),
                ])
                for group in groups {
                    let amount = group.amount.map { amountText($0, group.currency) } ?? "-"
                    table.add([
                        group.group, String(group.count), amount, Console.time(group.lastAt), group.reason,
                    ])
                }
                Console.answer(table.text)
                for group in groups { Console.answer("\n\(group.group)\n  next: \(group.nextStep)") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one dead letter whole.")
        @Argument var id: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let failure = try await find(id, database)
                if output.isJSON {
                    var object = failure.json.object ?? [:]
                    object["code"] = .string(failure.code)
                    object["nextStep"] = .string(failure.nextStep)
                    object["moneyAtRisk"] = .bool(failure.moneyAtRisk)
                    object["resolution"] = failure.resolution.map(JSON.string) ?? .null
                    object["message"] = (try? JSON(parsing: failure.message)) ?? .string(failure.message)
                    return Console.answer(.object(object))
                }
                Console.answer(
                    """
                    \(failure.kind?.rawValue ?? "message") \(failure.document ?? "-") of \(failure.tenant ?? "-")/\(failure.company ?? "-"), \(failure.amountText)
                    failed    \(Console.time(failure.failedAt)), attempt \(failure.attempts)
                    class     \(failure.failureClass.rawValue) (\(failure.code)), group \(failure.group)
                    reason    \(failure.reason)
                    money     \(failure.moneyAtRisk ? "the ledger may be wrong because of it" : "the ledger is right")
                    next      \(failure.nextStep)
                    \(failure.resolution.map { "resolved  \($0)" } ?? "replay    connectorctl replay --id \(failure.id)")
                    """
                )
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Resolves a dead letter without posting it."
        )
        @Argument var id: String
        @Option(help: "Why; kept with the document.")
        var reason: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Reach.database { database, _ in
                let failure = try await find(id, database)
                guard try await database.discard(failure.id, why: reason) else {
                    throw Reach.failure(1, "\(id) is resolved already.")
                }
                if output.isJSON {
                    Console.answer(["id": .string(id), "discarded": true])
                } else {
                    Console.answer("\(failure.document ?? id) is discarded: \(reason)")
                }
            }
        }
    }

    static func find(_ id: String, _ database: Database) async throws -> FailureRecord {
        guard let number = Int64(id), let failure = try await database.failure(number) else {
            throw Reach.failure(1, "There is no dead letter \(id).")
        }
        return failure
    }
}

private func amountText(_ amount: Decimal, _ currency: String?) -> String {
    guard let currency = currency.flatMap({ Currency($0) }), let exact = Amount(amount) else {
        return amount.description
    }
    return Money(exact, currency).description
}

extension FailureRecord {
    fileprivate var amountText: String { amount.map { connectorctl.amountText($0, currency) } ?? "-" }

    fileprivate var json: JSON {
        [
            "id": .string(String(id)), "tenant": tenant.map(JSON.string) ?? .null,
            "company": company.map(JSON.string) ?? .null, "kind": kind.map { .string($0.rawValue) } ?? .null,
            "document": document.map(JSON.string) ?? .null, "number": number.map(JSON.string) ?? .null,
            "class": .string(failureClass.rawValue), "reason": .string(reason), "group": .string(group),
            "attempts": .int(attempts), "failedAt": .string(Console.time(failedAt)),
            "amount": decimalText(amount, currency), "currency": currency.map(JSON.string) ?? .null,
            "nextStep": .string(nextStep),
        ]
    }
}

extension FailureGroup {
    fileprivate var json: JSON {
        [
            "group": .string(group), "class": .string(failureClass.rawValue), "reason": .string(reason),
            "count": .int(count), "amount": decimalText(amount, currency),
            "currency": currency.map(JSON.string) ?? .null, "firstAt": .string(Console.time(firstAt)),
            "lastAt": .string(Console.time(lastAt)), "tenants": .array(tenants.map(JSON.string)),
            "nextStep": .string(nextStep),
        ]
    }
}

/// Amounts are decimal strings (contract, JSON shapes).
private func decimalText(_ amount: Decimal?, _ currency: String?) -> JSON {
    guard let amount else { return .null }
    guard let currency = currency.flatMap({ Currency($0) }), let exact = Amount(amount) else {
        return .string(amount.description)
    }
    return .string(Money(exact, currency).amountText)
}
