import ArgumentParser
import ExactJSON
import Storage

struct DeadNote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Writes a remark to a dead letter, or to all of a group."
    )
    @Argument(help: "The dead letter, then the text; with --group the text alone.")
    var words: [String]
    @Option(help: "All of one cause.") var group: String?
    @OptionGroup var output: OutputOptions

    private var text: String { (group == nil ? words.dropFirst() : words[...]).joined(separator: " ") }

    func validate() throws {
        _ = try DeadTarget(id: group == nil ? words.first : nil, group: group)
        guard !text.isEmpty, text.count <= 2000 else {
            throw ValidationError("A note has 1 to 2000 letters.")
        }
    }

    func run() async throws {
        let target = try DeadTarget(id: group == nil ? words.first : nil, group: group)
        try await Reach.database { database, _ in
            try await target.require(database)
            let count = try await database.note(target.filter, text: text, by: Operator.name)
            DeadAnswer.counted(count, "noted", output)
        }
    }
}

struct DeadTag: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Adds tags to a dead letter (+x) and takes others off (-y): `dead tag 17 +vip -later`.",
        usage:
            "connectorctl dead tag ID +TAG… -TAG… [--json]\n       connectorctl dead tag --group G +TAG… -TAG…"
    )
    @Option(help: "All of one cause.") var group: String?
    // A word that begins with a dash is an option everywhere else.
    @Argument(
        parsing: .captureForPassthrough,
        help: "The dead letter, then +TAG and -TAG; with --group the tags alone."
    )
    var words: [String] = []

    private var isJSON: Bool { words.contains("--json") }
    private var changes: [String] {
        words.filter { $0 != "--json" && $0 != "--" && ($0.hasPrefix("+") || $0.hasPrefix("-")) }
    }
    private var id: String? { words.first { !$0.hasPrefix("+") && !$0.hasPrefix("-") } }

    func validate() throws {
        _ = try DeadTarget(id: id, group: group)
        let ids = words.filter { !$0.hasPrefix("+") && !$0.hasPrefix("-") }
        guard !changes.isEmpty, ids.count <= 1 else {
            throw ValidationError("Say which tags: +TAG adds one, -TAG takes one off.")
        }
        for change in changes where !Self.isTag(change.dropFirst()) {
            throw ValidationError("\(change.dropFirst()) is no tag: 1 to 32 of a-z, 0-9, '.', '_' and '-'.")
        }
    }

    func run() async throws {
        let target = try DeadTarget(id: id, group: group)
        try await Reach.database { database, _ in
            try await target.require(database)
            let count = try await database.tag(
                target.filter,
                add: changes.filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) },
                remove: changes.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) },
                by: Operator.name
            )
            var output = OutputOptions()
            output.isJSON = isJSON
            DeadAnswer.counted(count, "tagged", output)
        }
    }

    private static func isTag(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count) && text.first != "-"
            && text.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || "._-".contains($0) }
    }
}

struct DeadAssign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign",
        abstract: "Says who looks after a dead letter, or after all of a group."
    )
    @Argument(help: "The dead letter, then the person; with --group the person alone.")
    var words: [String] = []
    @Flag(help: "Nobody looks after it.") var nobody = false
    @Option(help: "All of one cause.") var group: String?
    @OptionGroup var output: OutputOptions

    private var person: String? { group == nil ? words.dropFirst().first : words.first }

    func validate() throws {
        _ = try DeadTarget(id: group == nil ? words.first : nil, group: group)
        let count = (group == nil ? 1 : 0) + (nobody ? 0 : 1)
        guard words.count == count else {
            throw ValidationError("Name one person, or say --nobody.")
        }
        if let person, !Self.isPerson(person) {
            throw ValidationError("A person's name has 1 to 64 letters without blanks.")
        }
    }

    func run() async throws {
        let target = try DeadTarget(id: group == nil ? words.first : nil, group: group)
        try await Reach.database { database, _ in
            try await target.require(database)
            let count = try await database.assign(target.filter, to: person, by: Operator.name)
            DeadAnswer.counted(count, person.map { "assigned to \($0)" } ?? "assigned to nobody", output)
        }
    }

    private static func isPerson(_ text: String) -> Bool {
        (1...64).contains(text.count)
            && text.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7F
            }
    }
}

/// How commands that act on all that match answer.
enum DeadAnswer {
    static func counted(_ count: Int, _ what: String, _ output: OutputOptions) {
        output.isJSON
            ? Console.answer(["count": .int(count), "done": .string(what)])
            : Console.answer("\(DeadTarget.counted(count)) \(what).")
    }
}
