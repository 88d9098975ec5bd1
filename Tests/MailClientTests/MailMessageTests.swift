import Foundation
import Testing

@testable import MailClient

/// A mail as it goes on the wire, and what may be in it.
struct MailMessageTests {
    private func message(subject: String = "A subject", text: String = "A text") throws -> MailMessage {
        MailMessage(
            from: try #require(MailAddress("connector@example.com")),
            to: [
                try #require(MailAddress("ops@example.com")), try #require(MailAddress("books@example.org")),
            ],
            subject: subject,
            text: text,
            date: Date(timeIntervalSince1970: 1_796_022_000),
            id: "6f0c"
        )
    }

    private func lines(_ message: MailMessage) -> [String] {
        String(decoding: message.encoded, as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test func headersAreThoseOfAPlainText() throws {
        let lines = lines(try message())
        #expect(lines[0] == "Date: Mon, 30 Nov 2026 07:00:00 +0000")
        #expect(lines[1] == "From: connector@example.com")
        #expect(lines[2...3] == ["To: ops@example.com,", " books@example.org"])
        #expect(lines[4] == "Message-ID: <6f0c@example.com>")
        #expect(lines[5] == "Subject: A subject")
        #expect(lines.contains("Content-Type: text/plain; charset=utf-8"))
        #expect(lines.suffix(3) == ["", "A text", ""])
    }

    @Test(arguments: [
        "a\r\nBcc: all@example.com", "a\nBcc: b", "a\rBcc: b", "a\u{2028}Bcc: b", "a\u{0}b", "a\u{85}Bcc: b",
    ])
    func subjectsInjectNoHeader(_ subject: String) throws {
        let head = lines(try message(subject: subject)).prefix { !$0.isEmpty }
        #expect(!head.contains { $0.hasPrefix("Bcc") })
        #expect(head.count == 10)
    }

    @Test func idsInjectNothing() throws {
        var message = try message()
        message.id = "a>\r\nBcc: b@c"
        #expect(
            message.messageID == "<a---Bcc--b-c@example.com>"
                || message.messageID == "<a--Bcc--b-c@example.com>"
        )
        #expect(!lines(message).contains { $0.hasPrefix("Bcc") })
    }

    @Test(arguments: [
        "Grüße aus Köln", "日本語の件名がとても長いので、いくつかの語に分けなければならないのです。そうでしょう？",
        "an =?UTF-8?B?IQ==?= encoded word", String(repeating: "x", count: 200),
        "👩‍👩‍👧‍👦 family " + String(repeating: "ü", count: 90),
    ])
    func subjectsReadBackTheSame(_ subject: String) throws {
        let lines = lines(try message(subject: subject))
        let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
        let folded = lines[start...].prefix { $0.hasPrefix("Subject: ") || $0.hasPrefix(" ") }
        #expect(
            folded.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
        )
        let words = folded.map { line in
            line.replacingOccurrences(of: "Subject: ", with: "").trimmingCharacters(in: .whitespaces)
        }
        let decoded = try words.map { word in
            let base64 = String(word.dropFirst("=?UTF-8?B?".count).dropLast(2))
            let bytes = try #require(Data(base64Encoded: base64))
            return try #require(String(data: bytes, encoding: .utf8))
        }
        #expect(decoded.joined() == subject)
    }

    @Test func longPlainSubjectsAreFoldedAtBlanks() throws {
        let subject = Array(repeating: "words", count: 40).joined(separator: " ")
        let head = lines(try message(subject: subject)).prefix { !$0.isEmpty }
        #expect(head.allSatisfy { $0.utf8.count <= 76 })
        #expect(head.joined(separator: "\r\n").replacingOccurrences(of: "\r\n ", with: " ").contains(subject))
    }

    @Test(arguments: [
        ("a = b", "a =3D b\r\n"), ("Grüße", "Gr=C3=BC=C3=9Fe\r\n"), ("end \nx", "end=20\r\nx\r\n"),
        ("a\r\nb\rc\nd", "a\r\nb\r\nc\r\nd\r\n"), ("", ""), ("a\n\nb\n", "a\r\n\r\nb\r\n"), (".", ".\r\n"),
    ])
    func textsAreQuotedPrintable(_ text: String, _ encoded: String) {
        #expect(String(decoding: QuotedPrintable.encode(text), as: UTF8.self) == encoded)
    }

    @Test func linesAreNeverLongerThan76() {
        let text = String(repeating: "ü", count: 500) + "\n" + String(repeating: "a ", count: 500)
        let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self).components(
            separatedBy: "\r\n"
        )
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test(arguments: ["a@b", "ops+x@mail.example.com", "o.k@example.co", "a_b-c@1x.example"])
    func areAddresses(_ text: String) { #expect(MailAddress(text)?.text == text) }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@b@c", "a b@c", "A <a@b>", "a@b\r\nBcc: c", ".a@b", "a..b@c", "a@.b",
        "\"a\"@b", "ü@b",
        "a@ü", "a,b@c", String(repeating: "a", count: 65) + "@b",
    ])
    func areNoAddresses(_ text: String) { #expect(MailAddress(text) == nil) }

    @Test(arguments: [
        ("smtp://mail.example.com", "smtp://mail.example.com:25", MailServer.Encryption.optional),
        ("smtp://me:p%40ss@mail.example.com", "smtp://mail.example.com:587", .required),
        ("smtp://me:pass@mail.example.com:2525?starttls=off", "smtp://mail.example.com:2525", .off),
        ("smtp://mail.example.com?starttls=required", "smtp://mail.example.com:25", .required),
        ("smtps://me:pass@mail.example.com/", "smtps://mail.example.com:465", .implicit),
    ])
    func areServers(_ url: String, _ plain: String, _ encryption: MailServer.Encryption) throws {
        let server = try #require(MailServer(url: url))
        #expect(server.description == plain)
        #expect(server.encryption == encryption)
        #expect(!"\(server)".contains("pass") && !String(reflecting: server).contains("pass"))
        var dumped = ""
        dump(server, to: &dumped)
        #expect(!dumped.contains("pass"))
    }

    @Test(arguments: [
        "mail.example.com", "http://mail.example.com", "smtp://", "smtp://host/path", "smtp://me@host",
        "smtp://host?starttls=maybe", "smtps://host?starttls=off", "smtp://host?x=1", "smtp://host:0",
        "smtp://host#x",
    ])
    func areNoServers(_ url: String) { #expect(MailServer(url: url) == nil) }
}
