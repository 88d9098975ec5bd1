public import Accounting
import Synchronization
import Tenancy
import Yams

/// Answers that were given beforehand, by their keys; what is not among them is asked of somebody else.
public final class GivenAnswers: Answering {
    private let answers: Mutex<[String: Secret]>
    private let next: any Answering

    /// Answers from a list.
    /// - Parameter next: who is asked for the rest.
    public init(_ answers: [String: Secret], then next: any Answering) {
        self.answers = Mutex(Self.gathered(answers))
        self.next = next
    }

    /// The store's credentials given one by one, as a tenant file has them, are a block of named lines.
    private static func gathered(_ answers: [String: Secret]) -> [String: Secret] {
        var answers = answers
        let names =
            SecretField.allCases.filter { $0.section == .adobe }.map(\.rawValue)
            + ["organizationId", "scopes", "tokenURL"]
        let lines = names.compactMap { name in
            answers.removeValue(forKey: "adobe.\(name)").map { "\(name): " + $0.withText { $0 } }
        }
        if !lines.isEmpty, answers[StoreCredentials.key] == nil {
            answers[StoreCredentials.key] = Secret(lines.joined(separator: "\n"))
        }
        return answers
    }

    /// The given answer, else that of the next one.
    public func answer(to question: Question) async throws -> Secret {
        if let given = foreseen(question) { return given }
        return try await next.answer(to: question)
    }

    /// The given answer, if there is one.
    public func foreseen(_ question: Question) -> Secret? {
        answers.withLock { $0[question.key] } ?? next.foreseen(question)
    }

    /// A given answer is given once: what is wrong with it, a person may put right.
    public func refuse(_ refusal: Refusal, of question: Question) async throws {
        answers.withLock { $0[question.key] = nil }
        try await next.refuse(refusal, of: question)
    }

    /// Passed on.
    public func note(_ words: String) async { await next.note(words) }
}

/// Accepts every proposal, and has no answer where there is none.
public struct AcceptingAnswers: Answering {
    private let hear: @Sendable (String) -> Void

    /// Somebody who agrees.
    /// - Parameter hear: where notes go.
    public init(hear: @escaping @Sendable (String) -> Void = { _ in }) { self.hear = hear }

    /// The empty answer, which is the proposal.
    public func answer(to question: Question) async throws -> Secret {
        guard question.proposal != nil else { throw InterviewError.unanswered(question) }
        return Secret("")
    }

    /// Ends the interview.
    public func refuse(_ refusal: Refusal, of question: Question) async throws {
        throw InterviewError.refused(key: question.key, refusal)
    }

    /// Passed on.
    public func note(_ words: String) async { hear(words) }
}

extension GivenAnswers {
    /// Reads a file of answers: YAML, each key with its answer. Nested keys stand for those with dots, lists for commas,
    /// and `{env: NAME}` and `{file: PATH}` for `env:NAME` and `@PATH`.
    /// - Throws: `Refusal` with the line and key of what cannot be an answer.
    public static func read(_ text: String) throws(Refusal) -> [String: Secret] {
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch { throw Refusal("The answers are not YAML.") }
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            throw Refusal("Answers are lines of \"key: answer\", for instance \"sage.username: CONNECTOR\".")
        }
        var answers: [String: Secret] = [:]
        try collect(mapping, "", &answers)
        return answers
    }

    private static func collect(_ mapping: Node.Mapping, _ path: String, _ answers: inout [String: Secret])
        throws(Refusal)
    {
        for (key, value) in mapping {
            guard let name = key.scalar?.string, !name.isEmpty else { continue }
            let path = path.isEmpty ? name : "\(path).\(name)"
            if let inner = value.mapping, reference(inner) == nil {
                try collect(inner, path, &answers)
                continue
            }
            guard let text = text(of: value) else {
                throw Refusal(
                    "line \(value.mark?.line ?? 1): \(path): an answer is a text or a list of texts."
                )
            }
            guard answers.updateValue(Secret(text), forKey: path) == nil else {
                throw Refusal("line \(key.mark?.line ?? 1): \(path): given twice.")
            }
        }
    }

    private static func text(of node: Node) -> String? {
        if let scalar = node.scalar { return scalar.string }
        if let mapping = node.mapping { return reference(mapping) }
        let texts = (node.sequence ?? []).map { $0.scalar?.string }
        guard !texts.isEmpty, !texts.contains(nil) else { return nil }
        return texts.compactMap(\.self).joined(separator: ", ")
    }

    /// `{env: NAME}` or `{file: PATH}` as they are typed.
    private static func reference(_ mapping: Node.Mapping) -> String? {
        guard mapping.count == 1, let place = mapping.first, let text = place.value.scalar?.string else {
            return nil
        }
        switch place.key.scalar?.string {
        case "env": return "env:\(text)"
        case "file": return "@\(text)"
        default: return nil
        }
    }
}
