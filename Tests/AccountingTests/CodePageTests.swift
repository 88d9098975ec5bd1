import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3)))
struct CodePageTests {
    /// Against the platform's own tables, every letter and sign of the basic plane.
    @Test(
        "holds what Windows says it holds",
        arguments: [(CodePage.windows1252, String.Encoding.windowsCP1252), (.windows1250, .windowsCP1250)]
    )
    func holds(_ page: CodePage, _ encoding: String.Encoding) {
        let untouched = CodePage.unicode.fitted("")
        var wrong: [String] = []
        for value in UInt32(0x20)...0xFFFF where !(0x7F...0x9F).contains(value) {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else {
                continue
            }
            let text = String(scalar)
            guard text.precomposedStringWithCanonicalMapping.unicodeScalars.first == scalar else { continue }
            let isThere = text.data(using: encoding).map { String(data: $0, encoding: encoding) == text }
            let isKept = page.fitted(text) == untouched.with(text)
            if isKept != (isThere ?? false) { wrong.append("U+\(String(value, radix: 16))") }
        }
        #expect(wrong == [])
    }

    @Test(
        "the closest letters",
        arguments: [
            ("Łódź", "Lódz", "Łódź"), ("Erdős Pál", "Erdos Pál", "Erdős Pál"),
            ("Đặng Thị Hương", "Dang Thi Huong", "Đăng Thi Huong"), ("Nguyễn", "Nguyên", "Nguyen"),
            ("Ștefan Țepeș", "Stefan Tepes", "Ştefan Ţepeş"), ("Þórður", "Þórður", "THórđur"),
            ("Œuvre", "Œuvre", "OEuvre"), ("ÆRØ", "ÆRØ", "AERO"), ("GROẞ", "GROSS", "GROSS"),
            ("Ħal Għaxaq", "Hal Ghaxaq", "Hal Ghaxaq"),
            ("ISTANBULlı İzmir", "ISTANBULli Izmir", "ISTANBULli Izmir"),
            ("João Peña", "João Peña", "Joao Pena"), ("“quote” – dash", "“quote” – dash", "“quote” – dash"),
            ("a‐b‑c−d", "a-b-c-d", "a-b-c-d"), ("5′ 3″ ‛x", "5' 3\" 'x", "5' 3\" 'x"),
            ("ﬁn Ｗｉｄｅ №1", "fin Wide No1", "fin Wide No1"), ("x̂y", "xy", "xy"), ("ǖ ǿ", "ü ø", "ü o"),
        ]
    )
    func closest(_ text: String, _ western: String, _ central: String) {
        #expect(CodePage.windows1252.fitted(text).text == western)
        #expect(CodePage.windows1250.fitted(text).text == central)
        for page in [CodePage.windows1252, .windows1250] {
            let fitted = page.fitted(text)
            #expect(fitted.wasReplaced == (fitted.text != text))
            #expect(!fitted.hasForeign && !fitted.hasLostSigns)
            #expect(page.fitted(fitted.text) == page.fitted("").with(fitted.text), "what fits stays")
        }
        #expect(CodePage.unicode.fitted(text) == CodePage.unicode.fitted("").with(text))
    }

    @Test(
        "emoji and signs go, and no double blank stays",
        arguments: [
            ("Ada 🎉 Byron", "Ada Byron"), ("🎉", ""), ("🎉 Ada", "Ada"), ("Ada 👩🏽", "Ada"), ("Ada 🇫🇷🇩🇪", "Ada"),
            ("Ada ❤️ B", "Ada B"), ("★ Ada ★", "Ada"), ("a🎉b", "ab"),
        ]
    )
    func signs(_ text: String, _ rest: String) {
        let fitted = CodePage.windows1252.fitted(text)
        #expect(fitted.text == rest)
        #expect(fitted.hasLostSigns && !fitted.hasForeign && !fitted.wasReplaced)
    }

    @Test("other scripts stay", arguments: ["東京", "Лавлейс", "Αθήνα", "محمد", "नमस्ते", "й"])
    func foreign(_ text: String) {
        for page in [CodePage.windows1252, .windows1250] {
            let fitted = page.fitted(text)
            #expect(fitted.text == text.precomposedStringWithCanonicalMapping)
            #expect(fitted.hasForeign && !fitted.wasReplaced && !fitted.hasLostSigns)
        }
        #expect(!CodePage.unicode.fitted(text).hasForeign)
    }

    @Test func bothScriptsInOneField() {
        let fitted = CodePage.windows1252.fitted("Łódź 東京")
        #expect(fitted.text == "Lódz 東京" && fitted.hasForeign && fitted.wasReplaced)
    }

    @Test func decomposedTextIsTheSameText() {
        #expect(CodePage.windows1252.fitted("e\u{301}") == CodePage.windows1252.fitted("\u{e9}"))
    }
}

extension FittedText {
    /// What untouched text comes back as.
    fileprivate func with(_ text: String) -> FittedText { CodePage.unicode.fitted(text) }
}
