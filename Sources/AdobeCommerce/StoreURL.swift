/// Where a store's API is, without `/rest`: `https://shop.example.com`, with a port, a path or an IPv6 address
/// where there is one.
///
/// Tenancy's `AdobeAddress` has the same rules, for when a tenant file is applied; `Tests/StoreAddresses.txt` holds
/// both to them.
public struct StoreURL: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is not such an address.
    public enum Problem: String, Error, Sendable, Hashable, CaseIterable {
        /// Not `http://` or `https://`.
        case scheme
        /// A user name or password in it.
        case userInfo
        /// Missing, or with characters a host name has not.
        case host
        /// Not 1 to 65535.
        case port
        /// Empty or dotted segments, or characters outside `A-Za-z0-9-._~`: such a path cannot be signed safely.
        case path
        /// Goes on behind `/rest`; that part is the connector's.
        case endsInREST
        /// A query or a fragment.
        case query
    }

    /// Normalised: lower-case scheme and host, no default port (it would be signed by one Adobe version and
    /// stripped by another, reference Adobe 1.1), no slash and no `/rest` at the end.
    public let text: String
    /// Lower case; an IPv6 address in its brackets.
    public let host: String
    /// True for `http`: everything, signatures included, can be read on the way.
    public let isPlainHTTP: Bool

    /// Reads an address as a person types it.
    /// - Throws: `AdobeError` with `.badURL`.
    public init(_ text: String) throws(AdobeError) {
        do throws(Problem) {
            self = try StoreURL(parsing: text)
        } catch {
            throw AdobeError(.badURL(error))
        }
    }

    /// The address.
    public var description: String { text }

    private init(parsing text: String) throws(Problem) {
        guard let mark = text.firstRange(of: "://") else { throw .scheme }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { throw .scheme }
        let rest = text[mark.upperBound...]
        guard !rest.contains("?"), !rest.contains("#") else { throw .query }

        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else { throw .userInfo }
        let (host, port) = try Self.split(authority)
        let path = try Self.path(rest[authority.endIndex...])

        let isDefaultPort = port == nil || port == (scheme == "http" ? 80 : 443)
        self.host = host
        isPlainHTTP = scheme == "http"
        self.text = "\(scheme)://\(host)\(isDefaultPort ? "" : ":\(port ?? 0)")\(path)"
    }

    private static func split(_ authority: Substring) throws(Problem) -> (host: String, port: Int?) {
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            host = authority[...end]
            let address = host.dropFirst().dropLast()
            let isAddress = address.utf8.allSatisfy { $0.isHexDigit || $0 == 0x3A || $0 == 0x2E }
            guard isAddress, address.contains(":") else { throw .host }
        } else {
            host = authority.prefix { $0 != ":" }
            let isName = host.utf8.allSatisfy { $0.isUnreserved && $0 != UInt8(ascii: "~") }
            guard isName, let first = host.utf8.first, first.isHexDigit || first.isLetter else { throw .host }
        }
        return (host.lowercased(), try port(authority[host.endIndex...]))
    }

    private static func port(_ text: Substring) throws(Problem) -> Int? {
        if text.isEmpty || text == ":" { return nil }
        guard text.hasPrefix(":"), text.dropFirst().utf8.allSatisfy(\.isDigit),
            let port = Int(text.dropFirst()),
            (1...65535).contains(port)
        else { throw .port }
        return port
    }

    private static func path(_ text: Substring) throws(Problem) -> String {
        var segments = text.split(separator: "/", omittingEmptySubsequences: true)
        let isTidy = !text.contains("//") && segments.allSatisfy { $0 != "." && $0 != ".." }
        guard isTidy, segments.allSatisfy({ $0.utf8.allSatisfy(\.isUnreserved) }) else { throw .path }
        if segments.last == "rest" { segments.removeLast() }
        guard !segments.contains(where: { $0.lowercased() == "rest" }) else { throw .endsInREST }
        return segments.map { "/\($0)" }.joined()
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    fileprivate var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
    /// True for `0` to `9`.
    var isDigit: Bool { (0x30...0x39).contains(self) }
}
