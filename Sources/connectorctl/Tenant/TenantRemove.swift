import AMQPClient
import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import Messaging
import Onboarding
import Polling
import ServiceRuntime
import Storage
import Synchronization

struct TenantRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a tenant: its work, its queues, its secrets, and what is personal.",
        discussion: """
            What is in Sage 300 stays there. The audit stays, too, without the store's documents, unless --erase-audit \
            says otherwise. Run again after an interruption, it goes on where it was.
            """
    )
    @Argument var tenant: String
    @Option(help: "The tenant's name once more, instead of typing it.") var yes: String?
    @Flag(help: "Also while documents are being written or in doubt.") var force = false
    @Option(help: "Write the audit to this file first, as JSON lines.") var export: String?
    @Flag(help: "Erase the audit, too.") var eraseAudit = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.both { database, broker, _ in
            guard let id = TenantID(tenant) else {
                throw Reach.failure(2, "\(tenant) is not a tenant name (a-z, 0-9 and -).")
            }
            guard try await database.tenant(id) != nil else { return try await answerGone(id, database) }
            try await confirm(id, database)
            let line = ProgressLine()
            var options = TenantRemoval.Options(operatorName: Operator.name)
            (options.isForced, options.erasesAudit, options.export) = (force, eraseAudit, export)
            let removal = TenantRemoval(
                database: database,
                broker: broker,
                readingLocks: StoreReading.locks(of: id),
                progress: { line.show($0) }
            )
            do {
                let outcome = try await removal.remove(id, options)
                line.end()
                answer(outcome)
            } catch let error as OnboardingError {
                line.end()
                throw Reach.failure(1, error.description)
            }
        }
    }

    /// A removal that came to its end and was not heard of.
    private func answerGone(_ id: TenantID, _ database: Database) async throws {
        guard let removal = try await database.removal(of: id) else {
            throw Reach.failure(
                2,
                "There is no tenant \(tenant). `connectorctl tenant list` shows those there are."
            )
        }
        guard !output.isJSON else {
            return Console.answer([
                "tenant": .string(tenant), "removed": false,
                "removedAt": .string(Console.time(removal.removedAt)), "by": .string(removal.removedBy),
            ])
        }
        Console.answer(
            "Tenant \(tenant) was removed at \(Console.time(removal.removedAt)) by \(removal.removedBy)."
        )
    }

    private func confirm(_ id: TenantID, _ database: Database) async throws {
        if let yes {
            guard yes == tenant else { throw Reach.failure(2, "--yes says \(yes), the tenant is \(tenant).") }
            return
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw Reach.failure(2, "Nobody can be asked here: --yes \(tenant) says that it is meant.")
        }
        let standing = try await database.standing(of: id)
        let counts = DocumentState.allCases.compactMap { state in
            standing.states[state].map { "\($0) \(state.rawValue)" }
        }
        Console.say("Tenant \(tenant): \(counts.isEmpty ? "no documents" : counts.joined(separator: ", ")).")
        for line in left(standing) { Console.say(line) }
        Console.say("Its secrets, its documents and its dead letters are erased, and cannot be brought back.")
        FileHandle.standardError.write(Data("Type the tenant's name to remove it: ".utf8))
        guard readLine()?.trimmingCharacters(in: .whitespaces) == tenant else {
            throw Reach.failure(1, "Nothing was removed.")
        }
    }

    /// What a person finds in Sage 300 afterwards.
    private func left(_ standing: TenantStanding) -> [String] {
        var lines = standing.openBatches.map { company, batch, count in
            "Left in Sage 300, \(company): batch \(batch), Open, with \(count) of its documents. Post or delete it there."
        }
        if !standing.doubtfulTokens.isEmpty {
            lines.append(
                "Left in Sage 300, perhaps: batches whose description begins with "
                    + "\(standing.doubtfulTokens.joined(separator: ", ")). Look for them there."
            )
        }
        if !standing.twinTokens.isEmpty {
            lines.append(
                "May still arrive in Sage 300 a second time: batches whose description begins with "
                    + "\(standing.twinTokens.joined(separator: ", ")). Look for them for a day, and delete those there are twice."
            )
        }
        lines += standing.stuckBatches.map { company, batch, count in
            "Left in Sage 300, \(company): error batch \(batch), with \(count) of its documents. Post or delete it there."
        }
        return lines
    }

    private func answer(_ outcome: TenantRemoval.Outcome) {
        for remark in outcome.remarks { Console.say("warning: \(remark)") }
        let kept = outcome.standing.states.filter { [.entered, .posted].contains($0.key) }.values.reduce(0, +)
        if output.isJSON {
            let erased = JSONObject(outcome.counts.counts.map { ($0.name, JSON.int($0.count)) })
            return Console.answer([
                "tenant": .string(tenant), "removed": true, "queues": .int(outcome.queues),
                "messages": .int(outcome.messages), "erased": .object(erased),
                "audit": .string(eraseAudit ? "erased" : "kept"),
                "exported": outcome.exported.map(JSON.int) ?? .null, "numbersKept": .int(kept),
                "left": .array(left(outcome.standing).map(JSON.string)),
            ])
        }
        var lines = ["Tenant \(tenant) is removed."]
        lines.append("  \(outcome.queues) queues, \(outcome.messages) messages deleted")
        for (name, count) in outcome.counts.counts where count > 0 {
            lines.append("  \(count) \(name) erased")
        }
        if let exported = outcome.exported, let export {
            lines.append("  \(exported) lines of audit in \(export)")
        }
        lines.append("  audit: \(eraseAudit ? "erased" : "kept, without the store's documents")")
        if kept > 0 {
            lines.append(
                "  \(kept) numbers of documents in Sage 300 kept: should it come back, none is entered twice"
            )
        }
        Console.answer((lines + left(outcome.standing)).joined(separator: "\n"))
    }
}

/// What is under way, on one line of a terminal; elsewhere a line for each thing that is new.
private final class ProgressLine: Sendable {
    private let last = Mutex("")

    func show(_ text: String) { last.withLock { Console.progress(text, last: &$0) } }

    func end() { last.withLock { Console.endProgress($0) } }
}
