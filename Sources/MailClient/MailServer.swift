import Foundation

/// Where mail is handed in: host, sign-in and whether the way there is encrypted.
public struct MailServer: Sendable, CustomStringConvertible, CustomReflectable {
    /// How the connection is encrypted. Certificates and host names are verified whenever it is.
    public enum Encryption: String, Sendable, Hashable {
        /// From the first byte: `smtps`.
        case implicit
        /// By STARTTLS; a server that does not offer it is not spoken to.
        case required
        /// By STARTTLS where the server offers it.
        case optional
        /// Not at all.
        case off
    }

    /// Name or address of the server.
    public let host: String
    /// 1 to 65535.
    public let port: Int
    /// Whether the way there is encrypted.
    public let encryption: Encryption
    let user: String?
    let password: String?

    /// Reads `smtp://user:password@host:port?starttls=required` or `smtps://…`.
    ///
    /// Without a port: 465 for smtps, 587 with a user, else 25. `starttls` is `required`, `optional` or `off`; without it
    /// `required` with a user and `optional` without.
    /// - Returns: nil for anything else.
    public init?(url text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["smtp", "smtps"].contains(scheme), let host = parts.host, !host.isEmpty,
            host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), ["", "/"].contains(parts.path),
            parts.fragment == nil, (parts.user == nil) == (parts.password == nil)
        else { return nil }
        self.host = host
        user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = user == nil ? nil : parts.password
        let isImplicit = scheme == "smtps"
        port = parts.port ?? (isImplicit ? 465 : user == nil ? 25 : 587)
        guard (1...65535).contains(port),
            let encryption = Self.encryption(parts.queryItems ?? [], isImplicit, hasUser: user != nil)
        else { return nil }
        self.encryption = encryption
    }

    private static func encryption(_ items: [URLQueryItem], _ isImplicit: Bool, hasUser: Bool) -> Encryption?
    {
        guard let item = items.first else { return isImplicit ? .implicit : hasUser ? .required : .optional }
        guard items.count == 1, !isImplicit, item.name == "starttls" else { return nil }
        let choices: [Encryption] = [.required, .optional, .off]
        return choices.first { $0.rawValue == item.value }
    }

    /// The URL without the sign-in.
    var plainURL: String { "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(port)" }

    /// Without the sign-in.
    public var description: String { plainURL }

    /// Without the sign-in.
    public var customMirror: Mirror { Mirror(self, children: ["url": plainURL]) }
}
