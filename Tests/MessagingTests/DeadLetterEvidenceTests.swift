import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

/// What was sent and answered travels with the letter, whatever it is.
@Suite(.timeLimit(.minutes(1)))
struct DeadLetterEvidenceTests {
    private func letter(_ evidence: CallEvidence?, trace: String? = nil) -> DeadLetter {
        var letter = DeadLetter(
            content: .stray(beginning: [1], queue: "q"),
            failure: Failure(
                .ledger,
                code: "sage-refused",
                reason: "No.",
                words: "No.",
                nextStep: "",
                evidence: evidence
            ),
            failedAt: Date(timeIntervalSince1970: 1_767_225_600),
            attempts: 1
        )
        letter.trace = trace
        return letter
    }

    @Test(
        arguments: [
            Array(#"{"error":{"code":"FieldInvalid"}}"#.utf8), Array("<html>".utf8), [], [0xFF, 0xFE, 0x00],
            Array("{\"cut".utf8), [0x00, 0x41], Array("größe".utf8),
        ]
    )
    func answersComeBackAsTheyWere(_ answer: [UInt8]) throws {
        let evidence = CallEvidence(operation: "POST AR/X", request: #"{"a":1}"#, status: 400, answer: answer)
        let read = try #require(DeadLetter(parsing: letter(evidence).json.bytes))
        #expect(read.failure.evidence == evidence)
        #expect(read.failure.group == letter(evidence).failure.group)
    }

    @Test func callWithoutAnAnswerSaysSo() throws {
        let evidence = CallEvidence(operation: "POST AR/X", request: "{}")
        let read = try #require(DeadLetter(parsing: letter(evidence).json.bytes))
        #expect(read.failure.evidence == evidence)
        #expect(letter(evidence).json["answer"] == nil)
    }

    @Test func lettersOfEarlierReleasesHaveNone() throws {
        let json = letter(nil).json
        #expect(json["request"] == nil)
        #expect(json["trace"] == nil)
        let read = try #require(DeadLetter(parsing: json.bytes))
        #expect(read.failure.evidence == nil)
        #expect(read.trace == nil)
        #expect(json["schema"] == 1)
    }

    @Test func traceIsKept() throws {
        #expect(DeadLetter(parsing: letter(nil, trace: "0 main\n1 map").json.bytes)?.trace == "0 main\n1 map")
    }

    @Test func longAnswersAreCutAndShownAsText() {
        let evidence = CallEvidence(operation: "x", status: 500, answer: Array(repeating: 0x61, count: 9000))
        #expect(evidence.answer.count == CallEvidence.keptAnswer)
        #expect(CallEvidence(operation: "x", answer: [0x41, 0x00, 0xFF]).answerText == "A \u{FFFD}")
        let request = CallEvidence(operation: "x", request: String(repeating: "ü", count: 100_000)).request
        #expect((request?.utf8.count ?? 0) <= CallEvidence.keptRequest + 8)
    }
}
