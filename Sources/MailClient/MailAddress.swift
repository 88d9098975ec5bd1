/// An e-mail address without a display name: what may stand in an envelope and in a header as it is.
public struct MailAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `local@domain`, ASCII.
    public let text: String

    /// Nil for anything but a plain address: no quotes, comments, names, blanks or control characters.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count),
            Self.isDotted(parts[0], of: Self.isAtomText), Self.isDotted(parts[1], of: Self.isHostText),
            !parts[1].isEmpty
        else { return nil }
        self.text = text
    }

    /// The address, with all but the first letter of its local part left out: for logs.
    public var masked: String {
        let domain = text.split(separator: "@").last ?? ""
        return "\(text.prefix(1))…@\(domain)"
    }

    /// What follows the `@`.
    public var domain: String { text.split(separator: "@").last.map(String.init) ?? "localhost" }

    /// The address.
    public var description: String { text }

    /// By text.
    public static func < (left: MailAddress, right: MailAddress) -> Bool { left.text < right.text }

    private static func isDotted(_ text: Substring, of isAllowed: (UInt8) -> Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.utf8.allSatisfy(isAllowed)
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
    }

    /// RFC 5322 §3.2.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isHostText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "-")
    }
}
