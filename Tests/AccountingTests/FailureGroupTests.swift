import Accounting
import Testing

/// Failures of one cause share a group, and those of two do not.
@Suite(.timeLimit(.minutes(3)))
struct FailureGroupTests {
    private func refusal(_ message: String, code: String = "FieldInvalid") -> Failure {
        Failure(
            .ledger,
            code: "sage-refused",
            reason: "Sage 300 refused it: \(message)",
            subject: code,
            words: message,
            nextStep: ""
        )
    }

    @Test func causesOfOurOwnAreNamedByCodeAndSubject() {
        let failure = Failure(
            .mapping,
            code: "account-missing",
            reason: "x 1",
            subject: "giftCard",
            nextStep: ""
        )
        #expect(failure.group == "mapping:account-missing:giftCard")
        #expect(
            Failure(.crash, code: "worker-killed", reason: "", nextStep: "").group == "crash:worker-killed"
        )
    }

    @Test(
        "what is one document's own does not part a group",
        arguments: [
            ("Invoice US100000001 already exists.", "Invoice US100000002 already exists."),
            (
                "Document \"US1\", total 1,234.56, is out of balance",
                "Document \"UX22\", total 7, is out of balance"
            ),
            ("Date 2026-11-30T10:00:00Z is locked", "Date 2025-01-02 is locked"),
            ("Date November 30, 2026 is locked", "Date 1 May 2025 is locked"),
            (
                "Customer W00000042: jo@example.com is no e-mail",
                "Customer W00000043: al@example.org is no e-mail"
            ),
            ("Entry 12 of batch 4711 (#5)", "Entry 1 of batch 2 (#77)"),
            ("Key {D4C6-11} is gone", "Key {A0} is gone"), ("It is  LOCKED.", "it is locked"),
        ]
    )
    func numbersDoNotPart(_ one: String, _ other: String) {
        #expect(refusal(one).group == refusal(other).group)
    }

    @Test(
        "two refusals of Sage 300 are two groups",
        arguments: [
            ("Account set WEB does not exist.", "Account set RETAIL does not exist."),
            ("Terms code is inactive", "Tax group is inactive"),
            ("Customer is on hold", "Customer is inactive"),
        ]
    )
    func wordsPart(_ one: String, _ other: String) {
        #expect(refusal(one).group != refusal(other).group)
        #expect(refusal(one).group != refusal(one, code: "RecordNotFound").group)
    }

    @Test func groupsAreShortStableAndFitForAShell() {
        #expect(
            refusal("Account set WEB does not exist.").group == "ledger:sage-refused:FieldInvalid:5bbd5f88"
        )
        let odd = Failure(
            .mapping,
            code: "x",
            reason: "",
            subject: "größe; rm -rf \"/\" " + String(repeating: "x", count: 500),
            words: String(repeating: "word ", count: 500),
            nextStep: ""
        ).group
        #expect(odd.utf8.count < 80)
        #expect(odd.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\$;&|<>()".utf8.contains($0) })
        let other = Failure(
            .mapping,
            code: "x",
            reason: "",
            subject: "größe; rm -rf \"/\" y",
            nextStep: ""
        )
        #expect(!odd.hasPrefix(other.group), "what was cut keeps its own identity")
    }
}
