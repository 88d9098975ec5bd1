import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Storage

struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists dead letters, newest first."
    )
    @OptionGroup var chosen: FailureOptions
    @Option(help: "At most so many.")
    var limit = 10_000
    @Option(help: "The next page: what follows the dead letter with this id.")
    var after: Int64?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on.") }
    }

    func run() async throws {
        try await Reach.database { control, _ in
            let filter = try await chosen.filter(control)
            let tenant = chosen.tenant.flatMap { TenantID($0) }
            let database = if let tenant { try await Reach.bound(control, to: tenant) } else { control }
            let failures = try await database.openFailures(filter, limit: limit, after: after)
            if output.isJSON {
                Console.answer(.array(failures.map(\.json)))
            } else if failures.isEmpty {
                Console.answer(
                    chosen.isEmpty ? "There are no dead letters." : "There are no such dead letters."
                )
            } else {
                Console.answer(Self.table(failures).text)
            }
            guard failures.count == limit, let last = failures.last else { return }
            let more = try await database.openFailureCount(filter, after: last.id)
            guard more > 0 else { return }
            Console.say(
                "\(more) more: repeat it with --after \(last.id) for the next page, or with a larger --limit."
            )
        }
    }

    private static func table(_ failures: [FailureRecord]) -> Table {
        // Only where somebody has used them.
        let hasPeople = failures.contains { $0.assignee != nil || !$0.tags.isEmpty }
        var table = Table(
            [
                ("ID", .right), ("TENANT", .left), ("COMPANY", .left), ("KIND", .left), ("DOCUMENT", .left),
                ("AMOUNT", .right), ("CLASS", .left), ("FAILED", .left),
            ] + (hasPeople ? [("ASSIGNEE", .left), ("TAGS", .left)] : []) + [("REASON", .left)]
        )
        for failure in failures {
            let people = hasPeople ? [failure.assignee ?? "-", failure.tags.joined(separator: ",")] : []
            table.add(
                [
                    String(failure.id), failure.tenant ?? "-", failure.company ?? "-",
                    failure.kind?.rawValue ?? "-", failure.document ?? "-", failure.amountText,
                    failure.failureClass.rawValue, Console.time(failure.failedAt),
                ] + people + [failure.reason]
            )
        }
        return table
    }
}

struct DeadGroups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups",
        abstract: "Dead letters by cause."
    )
    @OptionGroup var chosen: FailureOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, _ in
            let groups = try await database.failureGroups(try await chosen.filter(database))
            if output.isJSON { return Console.answer(.array(groups.map(\.json))) }
            guard !groups.isEmpty else { return Console.answer("There are no dead letters.") }
            var table = Table([
                ("GROUP", .left), ("COUNT", .right), ("AMOUNT", .right), ("LAST", .left), ("REASON", .left),
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
