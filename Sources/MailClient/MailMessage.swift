public import Foundation

/// One mail of plain text.
public struct MailMessage: Sendable {
    /// Who sends it; in the envelope and in the header.
    public var from: MailAddress
    /// Who gets it; in the envelope and in the header.
    public var to: [MailAddress]
    /// Any text: control characters become blanks, what is not ASCII is encoded.
    public var subject: String
    /// Any text, with line feeds.
    public var text: String
    /// When it was written. The same at every try, so that a repeat is the same mail.
    public var date: Date
    /// What it is known by, before the `@` of its Message-ID. The same at every try.
    public var id: String

    /// A mail from its parts.
    public init(
        from: MailAddress,
        to: [MailAddress],
        subject: String,
        text: String,
        date: Date,
        id: String
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.date = date
        self.id = id
    }

    /// `<id@domain>`: characters that have no place in it become dashes.
    public var messageID: String {
        let safe = id.unicodeScalars.map { scalar -> Character in
            let isAllowed =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_"
            return isAllowed ? Character(scalar) : "-"
        }
        return "<\(String(safe))@\(from.domain)>"
    }

    /// The mail as it goes on the wire (RFC 5322), before dots are stuffed.
    public var encoded: [UInt8] {
        let head = [
            "Date: \(Self.text(of: date))", "From: \(from)",
            "To: \(to.map(\.text).joined(separator: ",\r\n "))",
            "Message-ID: \(messageID)", MailHeader.line("Subject", subject), "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
            // Answers of machines to machines end here (RFC 3834).
            "Auto-Submitted: auto-generated",
        ]
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + QuotedPrintable.encode(text)
    }

    private static func text(of date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: date)
    }
}
