import Testing

@testable import Accounting

@Suite(.timeLimit(.minutes(3)))
struct LedgerTextTests {
    @Test(
        "entities, controls and blanks",
        arguments: [
            ("plain", "plain"), ("", ""), (" \t\n", ""), ("a\r\n b", "a b"), ("a\u{0}b", "a b"),
            ("R&amp;D", "R&D"), ("&amp;lt;", "&lt;"), ("&lt;b&gt;", "<b>"), ("5 & 6; 7", "5 & 6; 7"),
            ("&unknown;", "&unknown;"), ("&", "&"), ("&;", "&;"), ("&#;", "&#;"), ("&#xZ;", "&#xZ;"),
            ("&#65;&#x42;&#X43;", "ABC"), ("&#xD800;", "&#xD800;"), ("&#x110000;", "&#x110000;"),
            ("a&#10;b", "a b"), ("a&nbsp;b", "a b"), ("&eacute;&yuml;&Agrave;&szlig;&euro;", "éÿÀß€"),
            ("&&amp;&", "&&&"), ("e\u{301}", "\u{e9}"), ("zero\u{200B}width\u{202E}", "zerowidth"),
        ]
    )
    func cleans(_ text: String, _ expected: String) {
        #expect(LedgerText.clean(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("no character is cut in two", arguments: [(3, "ab"), (4, "ab👍"), (5, "ab👍c"), (1, "a"), (0, "")])
    func prefixes(_ limit: Int, _ expected: String) {
        #expect(LedgerText.prefix("ab👍c", limit) == expected)
    }

    @Test func endlessEntitiesAreLinear() {
        let text = String(repeating: "&", count: 100_000)
        #expect(LedgerText.clean(text) == text)
    }
}
