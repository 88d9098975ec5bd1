import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Storage

struct DeadShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Shows one dead letter whole: what happened, what was sent and answered, every attempt before."
    )
    @Argument var id: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database { database, _ in
            let failure = try await DeadCommand.find(id, database)
            let story = try await FailureStory(failure, database)
            Console.answer(output.isJSON ? story.json.prettyText : story.text)
        }
    }
}

/// Everything that is known of one dead letter.
private struct FailureStory {
    let failure: FailureRecord
    /// Every death of the document, newest first; of a stray its own.
    let attempts: [FailureAttempt]
    let actions: [FailureAction]
    let edits: [DocumentEdit]
    /// The document as it is now; nil for strays.
    let document: DocumentRecord?
    let letter: String

    init(_ failure: FailureRecord, _ database: Database) async throws {
        self.failure = failure
        actions = try await database.actions(ofFailure: failure.id)
        letter = try await database.letter(ofFailure: failure.id) ?? ""
        if let key = failure.key {
            let known = try await database.attempts(at: key)
            // Of more than a hundred the oldest are left out, never the one that is asked for.
            let isKnown = known.contains { $0.failure.id == failure.id }
            let own = isKnown ? nil : try await database.attempt(failure.id)
            attempts = known + [own].compactMap { $0 }
            edits = try await database.edits(of: key)
            document = try await database.documents([key])[key]
        } else {
            attempts = [try await database.attempt(failure.id)].compactMap { $0 }
            edits = []
            document = nil
        }
    }

    private var own: FailureAttempt? { attempts.first { $0.failure.id == failure.id } }

    var json: JSON {
        var object = failure.json.object ?? [:]
        object["code"] = .string(failure.code)
        object["moneyAtRisk"] = .bool(failure.moneyAtRisk)
        object["resolution"] = optional(failure.resolution)
        object["resolvedWhy"] = optional(failure.resolvedWhy)
        object["state"] = optional(document?.state.rawValue)
        object["message"] = (try? JSON(parsing: letter)) ?? .string(letter)
        for (name, value) in own?.evidenceJSON ?? [:] { object[name] = value }
        object["history"] = .array(attempts.map(\.json))
        object["actions"] = .array(
            actions.map { action in
                [
                    "at": .string(Console.time(action.at)), "by": .string(action.actor),
                    "action": .string(action.action), "detail": .string(action.detail),
                ]
            }
        )
        object["edits"] = .array(
            edits.map { edit in
                [
                    "at": .string(Console.time(edit.at)), "by": .string(edit.actor),
                    "revision": .int(edit.revision), "reason": .string(edit.reason),
                    "paths": .array(edit.paths.map(JSON.string)),
                ]
            }
        )
        return .object(object)
    }

    var text: String {
        let place = "\(failure.tenant ?? "-")/\(failure.company ?? "-")"
        var lines = [
            "\(failure.kind?.rawValue ?? "message") \(failure.document ?? "-") of \(place), \(failure.amountText)",
            "failed    \(Console.time(failure.failedAt)), attempt \(failure.attempts)",
            "class     \(failure.failureClass.rawValue) (\(failure.code)), group \(failure.group)",
            "reason    \(failure.reason)",
            "money     \(failure.moneyAtRisk ? "the ledger may be wrong because of it" : "the ledger is right")",
            "next      \(failure.nextStep)", ending,
        ]
        if failure.assignee != nil || !failure.tags.isEmpty {
            lines.append(
                "assigned  \(failure.assignee ?? "to nobody") \(failure.tags.map { "#\($0)" }.joined(separator: " "))"
            )
        }
        lines += (own?.evidenceLines ?? []) + historyLines + actionLines
        return lines.joined(separator: "\n")
    }

    private var ending: String {
        guard let resolution = failure.resolution else {
            return "replay    connectorctl replay --id \(failure.id)"
        }
        let now = document.map { "; the document is \($0.state.rawValue) now, revision \($0.revision)" } ?? ""
        return "resolved  \(resolution)\(failure.resolvedWhy.map { ": \($0)" } ?? "")\(now)"
    }

    private var historyLines: [String] {
        let others = attempts.filter { $0.failure.id != failure.id }
        guard !others.isEmpty else { return [] }
        return ["", "Every death of this document, newest first:"]
            + attempts.flatMap { attempt -> [String] in
                let other = attempt.failure
                let mark = other.id == failure.id ? "*" : " "
                let revision = other.revision.map { "revision \($0)" } ?? "no revision"
                let line =
                    "\(mark) \(other.id)  \(Console.time(other.failedAt))  \(revision)  \(other.resolution ?? "open")"
                let evidence = other.id == failure.id ? [] : attempt.evidenceLines.map { "    \($0)" }
                return [line, "    \(other.reason)"] + evidence
            }
    }

    private var actionLines: [String] {
        guard !actions.isEmpty || !edits.isEmpty else { return [] }
        return ["", "What people did, newest first:"]
            + actions.map { "  \(Console.time($0.at))  \($0.actor)  \($0.action)  \($0.detail)" }
    }
}

extension FailureAttempt {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "id": .string(String(failure.id)), "failedAt": .string(Console.time(failure.failedAt)),
            "revision": failure.revision.map(JSON.int) ?? .null,
            "class": .string(failure.failureClass.rawValue),
            "code": .string(failure.code), "group": .string(failure.group), "reason": .string(failure.reason),
            "resolution": optional(failure.resolution), "resolvedWhy": optional(failure.resolvedWhy),
        ]
        for (name, value) in evidenceJSON { object[name] = value }
        return .object(object)
    }

    /// `request`, `answer` and `trace`, null where there is none.
    fileprivate var evidenceJSON: JSONObject {
        let answer: JSON? = evidence.flatMap { call in
            guard call.status != nil || !call.answer.isEmpty else { return nil }
            return ["status": call.status.map(JSON.int) ?? .null, "body": .string(call.answerText)]
        }
        return [
            "request": evidence.map { call -> JSON in
                [
                    "operation": .string(call.operation),
                    "body": call.request.map { (try? JSON(parsing: $0)) ?? .string($0) } ?? .null,
                ]
            } ?? .null,
            "answer": answer ?? .null, "trace": optional(trace),
        ]
    }

    /// What was sent and what came back, for people.
    fileprivate var evidenceLines: [String] {
        var lines: [String] = []
        if let evidence {
            lines.append("sent      \(evidence.operation)")
            if let request = evidence.request { lines += Self.indented(request) }
            if evidence.status != nil || !evidence.answer.isEmpty {
                lines.append(
                    "answered  \(evidence.status.map { "HTTP \($0)" } ?? "nothing that can be told apart")"
                )
                lines += Self.indented(evidence.answerText)
            } else if failure.code == "never-answered" {
                lines.append("answered  nothing")
            }
        }
        if let trace { lines += ["trace"] + Self.indented(trace) }
        return lines
    }

    private static func indented(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { "          \($0)" }
    }
}
