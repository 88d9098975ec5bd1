import Accounting
import AdobeCommerce
import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import Posting
import Storage
import Tenancy

struct DeadEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract:
            "Corrects names, addresses or e-mail of a dead document and replays it; without --set, lists the fields.",
        discussion: """
            The correction is a revision of its own; the original is kept. It holds until the store changes the \
            document itself, whose change takes its place.
            """
    )
    @Argument var id: String
    @Option(
        name: .customLong("set"),
        help: "PATH=VALUE, for instance billing_address.company=Acme; may be repeated."
    )
    var settings: [String] = []
    @Option(help: "Why; kept with the document.")
    var reason: String?
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Only show what would change, and whether it would help.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for setting in settings where !setting.contains("=") {
            throw ValidationError("\(setting) is not PATH=VALUE.")
        }
        guard settings.isEmpty || dryRun || reason?.isEmpty == false else {
            throw ValidationError("Say why with --reason; it is kept with the document.")
        }
    }

    func run() async throws {
        try await Reach.database { database, _ in
            let failure = try await DeadCommand.find(id, database)
            let document = try await dead(failure, database)
            guard let source = try? JSON(parsing: document.source) else {
                throw Reach.failure(
                    1,
                    "\(document.document) is kept as something that is no JSON; it cannot be edited."
                )
            }
            guard !settings.isEmpty else { return list(source, document) }
            let correction = try corrected(source, document)
            guard !correction.changes.isEmpty else {
                throw Reach.failure(1, "Nothing would change: the fields hold these values already.")
            }
            let verdict = try await verdict(document.with(source: correction.source.text), database)
            show(correction, document, verdict)
            guard !dryRun else { return }
            try confirm()
            try await apply(correction, failure, document, verdict, database)
        }
    }

    /// The document that is dead of this failure.
    private func dead(_ failure: FailureRecord, _ database: Database) async throws -> DocumentRecord {
        guard failure.key != nil else {
            throw Reach.failure(
                1,
                "\(id) is a message that is no document of ours: there is nothing to edit."
            )
        }
        guard failure.resolution == nil,
            let document = try await database.deadDocuments(ofFailures: [failure.id]).first
        else {
            throw Reach.failure(
                1,
                "\(id) is resolved already (\(failure.resolution ?? "its document moved on"))."
            )
        }
        return document
    }

    private func corrected(_ source: JSON, _ document: DocumentRecord) throws -> SourceCorrection {
        let fields = settings.map { setting in
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (path: String(parts[0]), value: String(parts.last ?? ""))
        }
        do { return try SourceCorrection(source, of: document.key.kind, setting: fields) } catch {
            throw Reach.failure(2, "\(error)")
        }
    }

    /// Prints the difference, and whether the document would get as far as Sage 300 with it.
    private func show(_ correction: SourceCorrection, _ document: DocumentRecord, _ verdict: String?) {
        if dryRun, output.isJSON { return Console.answer(json(correction, document, verdict, nil)) }
        var lines = ["\(document.key.kind.rawValue) \(document.document), revision \(document.revision):"]
        for change in correction.changes {
            lines += ["  \(change.path)", "  - \(change.before ?? "(nothing)")", "  + \(change.after)"]
        }
        lines.append(
            verdict.map { "It would still fail: \($0)" } ?? "With it the document gets as far as Sage 300."
        )
        dryRun ? Console.answer(lines.joined(separator: "\n")) : Console.say(lines.joined(separator: "\n"))
    }

    private func verdict(_ document: DocumentRecord, _ database: Database) async throws -> String? {
        guard let record = try await database.tenant(document.key.tenant) else {
            return "its tenant is gone."
        }
        let tenant = try TenantFile.parseStored(record.configuration)
        return try await Rehearsal(database: database).failure(of: document, tenant)?.reason
    }

    private func confirm() throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw Reach.failure(2, "Nobody is there to be asked: say --yes, or --dry-run to look only.")
        }
        FileHandle.standardError.write(Data("Store and replay it? [y/N] ".utf8))
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
            throw Reach.failure(1, "Nothing was changed.")
        }
    }

    private func apply(
        _ correction: SourceCorrection,
        _ failure: FailureRecord,
        _ document: DocumentRecord,
        _ verdict: String?,
        _ database: Database
    ) async throws {
        let outcome = try await database.edit(
            document,
            of: failure,
            source: correction.source.text,
            paths: correction.changes.map(\.path),
            why: reason ?? "",
            by: Operator.name
        )
        switch outcome {
        case .movedOn:
            throw Reach.failure(
                1,
                "Nothing was changed: the document has moved on meanwhile, and what is newer counts."
            )
        case .stuck(let batch):
            throw Reach.failure(
                1,
                "Its entry still stands in error batch \(batch) of Sage 300 and would stand twice: delete it there first."
            )
        case .replayed(let revision, let replay):
            output.isJSON
                ? Console.answer(json(correction, document, verdict, (revision, replay)))
                : Console.answer(
                    "\(document.document) is revision \(revision) now, and replay \(replay) sends it: "
                        + "`connectorctl why \(document.key.tenant) \(document.document)`."
                )
        }
    }

    private func json(
        _ correction: SourceCorrection,
        _ document: DocumentRecord,
        _ verdict: String?,
        _ stored: (revision: Int, replay: Int64)?
    ) -> JSON {
        [
            "id": .string(id), "document": .string(document.document), "applied": .bool(stored != nil),
            "changes": .array(
                correction.changes.map { change in
                    [
                        "path": .string(change.path), "before": optional(change.before),
                        "after": .string(change.after),
                    ]
                }
            ),
            "revision": (stored?.revision).map(JSON.int) ?? .null,
            "replay": optional(stored.map { String($0.replay) }), "wouldFail": optional(verdict),
        ]
    }

    /// The fields that may be set.
    private func list(_ source: JSON, _ document: DocumentRecord) {
        let fields = SourceCorrection.allowed(document.key.kind, source)
        guard !output.isJSON else {
            return Console.answer(["id": .string(id), "fields": .array(fields.map(JSON.string))])
        }
        Console.answer(
            """
            Of \(document.key.kind.rawValue) \(document.document) these may be set, [] being a position from 0:
            \(fields.map { "  \($0)" }.joined(separator: "\n"))
            Everything else decides about money, numbers or the period: change it in the store.
            """
        )
    }
}
