import ArgumentParser
import ExactJSON
import Storage

struct DeadDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract:
            "Resolves a dead letter, or all of a group, without posting it; `dead restore` takes it back."
    )
    @Argument(help: "The dead letter.") var id: String?
    @Option(help: "All of one cause.") var group: String?
    @Option(help: "Why; kept with the document.")
    var reason: String
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try DeadTarget(id: id, group: group) }

    func run() async throws {
        let target = try DeadTarget(id: id, group: group)
        try await Reach.database { database, _ in
            try await target.require(database)
            let count = try await database.discard(target.filter, why: reason, by: Operator.name)
            if let id {
                guard count > 0 else { throw Reach.failure(1, "\(id) is resolved already.") }
                let document = try await DeadCommand.find(id, database).document
                return output.isJSON
                    ? Console.answer(["id": .string(id), "discarded": true, "count": 1])
                    : Console.answer("\(document ?? id) is discarded: \(reason)")
            }
            guard count > 0 else { throw Reach.failure(1, "There is no open dead letter of that group.") }
            output.isJSON
                ? Console.answer(["group": optional(group), "discarded": true, "count": .int(count)])
                : Console.answer("\(DeadTarget.counted(count)) discarded: \(reason)")
        }
    }
}

struct DeadRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes what was discarded dead again, as it was, to be replayed."
    )
    @Argument(help: "The dead letter.") var id: String?
    @Option(help: "All of one cause.") var group: String?
    @Option(help: "Why; kept with the document.")
    var reason: String
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try DeadTarget(id: id, group: group) }

    func run() async throws {
        let target = try DeadTarget(id: id, group: group)
        try await Reach.database { database, _ in
            try await target.require(database)
            let count = try await database.restore(target.filter, why: reason, by: Operator.name)
            if let id, count == 0 {
                let failure = try await DeadCommand.find(id, database)
                guard failure.resolution == "discarded" else {
                    throw Reach.failure(1, "\(id) was not discarded: it is \(failure.resolution ?? "open").")
                }
                throw Reach.failure(1, "\(id) stays discarded: its document has moved on since.")
            }
            guard count > 0 else {
                throw Reach.failure(1, "There is no discarded dead letter of that group to restore.")
            }
            output.isJSON
                ? Console.answer([
                    "id": optional(id), "group": optional(group), "restored": true, "count": .int(count),
                ])
                : Console.answer(
                    "\(DeadTarget.counted(count)) restored: `connectorctl dead list`, then replay."
                )
        }
    }
}
