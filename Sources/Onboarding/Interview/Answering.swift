public import Accounting

/// Who answers an interview: a person at a terminal, lines of a pipe, a list of answers.
public protocol Answering: Sendable {
    /// The answer to a question as it was typed; an empty one accepts the proposal.
    /// - Throws: `InterviewError` when there is none to be had.
    func answer(to question: Question) async throws -> Secret

    /// An answer was not taken; returns where the question can be asked again.
    /// - Throws: `InterviewError.refused` where it cannot.
    func refuse(_ refusal: Refusal, of question: Question) async throws

    /// An answer that was given before anybody asked; most know none.
    func foreseen(_ question: Question) -> Secret?

    /// Something to know on the way.
    func note(_ words: String) async
}

extension Answering {
    /// None.
    public func foreseen(_ question: Question) -> Secret? { nil }
}

/// Why an interview ended without a tenant file. Nothing has been written.
public enum InterviewError: Error, Sendable, CustomStringConvertible {
    /// Nobody is there to answer.
    case unanswered(Question)
    /// The answer is wrong, and nobody is there to give another.
    case refused(key: String, Refusal)
    /// The person left.
    case left
    /// The answers contradict one another in a way that no single question could see.
    case contradiction(String)

    /// What is missing or wrong, by key, with what is allowed.
    public var description: String {
        switch self {
        case .unanswered(let question):
            "\(question.key) has no answer: \(question.words). Allowed: \(question.allowedText)."
        case .refused(let key, let refusal): "\(key): \(refusal)"
        case .left: "Left; nothing was written."
        case .contradiction(let words): words
        }
    }
}
