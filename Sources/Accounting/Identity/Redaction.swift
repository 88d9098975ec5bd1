import Foundation

/// A name, an address, an e-mail or a phone number of a buyer: never printed. What is to be entered in Sage 300 carries it;
/// no log, error, dead letter's evidence or audit does.
public struct PersonalText: Sendable, Hashable {
    private let text: String

    /// Keeps a text.
    public init(_ text: String) { self.text = text }

    /// Hands the text to `body`, the only way to it. It must not be logged there.
    public func withText<Result, Failure>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(text)
    }

    /// What stands in its place: how long it is may be why it was refused.
    public var mask: String { "[personal, \(text.count) characters]" }

    /// Too short to be told from other words.
    fileprivate var isTooShort: Bool { text.count < 4 }

    /// `other` with every occurrence of this blotted out, whatever its case.
    fileprivate func redacted(from other: String) -> String {
        isTooShort
            ? other : other.replacingOccurrences(of: text, with: mask, options: [.caseInsensitive, .literal])
    }
}

extension PersonalText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How long it is.
    public var description: String { mask }
    /// How long it is.
    public var debugDescription: String { mask }
    /// Shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Blots out of another system's words what no log, error, dead letter or audit may hold.
public struct Redaction: Sendable {
    private let secrets: [Secret]
    private let personal: [PersonalText]

    /// Of these secrets, in every spelling that a server gives them back in, and of what these buyers are called.
    public init(secrets: [Secret], personal: [PersonalText] = []) {
        // The longer first: one may be a part of another.
        func longest<Part>(_ parts: Set<Part>, _ count: (Part) -> Int) -> [Part] {
            parts.map { ($0, count($0)) }.sorted { $0.1 > $1.1 }.map(\.0)
        }
        self.secrets = longest(Set(secrets.flatMap(\.spellings))) { $0.withBytes(\.count) }
        self.personal = longest(Set(personal.filter { !$0.isTooShort })) { $0.withText(\.utf8.count) }
    }

    /// `text` with all of it blotted out.
    public func text(_ text: String) -> String {
        let plain = secrets.reduce(text) { $1.redacted(from: $0) }
        return Self.common(personal.reduce(plain) { $1.redacted(from: $0) })
    }

    /// `text` without what is recognised by its form alone, whosever it is: e-mail addresses, the sign-in of a URL, and what
    /// follows `Basic` or `Bearer`.
    public static func common(_ text: String) -> String {
        var text = text
        let mark = UInt8(ascii: "@")
        if text.utf8.contains(mark) || text.contains("%40") {
            text.replace(#/(:\/\/)[^\/\s@"'<>]+@/#) { "\($0.1)\(Secret.mask)@" }
            text.replace(#/[\p{L}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/#) { _ in
                "[e-mail]"
            }
        }
        if text.contains("asic ") || text.contains("earer ") || text.contains("ASIC ")
            || text.contains("EARER ")
        {
            text.replace(#/(?i)\b(Basic|Bearer) +[A-Za-z0-9+\/=._~-]{8,}/#) { "\($0.1) \(Secret.mask)" }
        }
        return text
    }
}

extension Secret {
    /// The text as servers give it back: in other letters, in base 64, percent-encoded, escaped for JSON or HTML.
    fileprivate var spellings: [Secret] {
        withText { text in
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let html = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            let unreserved = CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
            )
            return [
                text, text.uppercased(), text.lowercased(), Data(text.utf8).base64EncodedString(),
                text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text, escaped,
                escaped.replacing("/", with: "\\/"), html,
            ].filter { !$0.isEmpty }.map { Secret($0) }
        }
    }
}
