import Accounting
import Foundation
import Onboarding

/// Answers that come line by line on standard input: one that is wrong ends the interview, for the lines behind it would
/// answer other questions.
struct PipedAnswers: Answering {
    func answer(to question: Question) async throws -> Secret {
        let prompt = Prompt(question: question)
        Console.say(prompt.lines)
        // The answer itself is not repeated: lines that are out of step may hold a password.
        Console.say(prompt.mark)
        guard case .block(let isWhole) = question.form else {
            guard let line = await BlockingInput.line() else { throw InterviewError.unanswered(question) }
            return Secret(line)
        }
        var block = ""
        while let line = await BlockingInput.line() {
            if line.isEmpty, !block.isEmpty { break }
            block += line + "\n"
            if isWhole(block) { break }
        }
        guard !block.isEmpty else { throw InterviewError.unanswered(question) }
        return Secret(block)
    }

    func refuse(_ refusal: Refusal, of question: Question) async throws {
        throw InterviewError.refused(key: question.key, refusal)
    }

    func note(_ words: String) async { Console.say(words) }
}

/// Reading from a terminal or a pipe waits, and must not wait on a thread that tasks share.
enum BlockingInput {
    private static let queue = DispatchQueue(label: "standard-input")

    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    /// A line; nil at the end.
    static func line() async -> String? { await run { readLine(strippingNewline: true) } }
}
