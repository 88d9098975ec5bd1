import Accounting

/// Where a Sage 300 Web API is, for instance `https://erp.example.com/Sage300WebApi` (reference Sage 1).
public struct SageAddress: Sendable, Hashable, CustomStringConvertible {
    /// Scheme and host in lower case, no default port, no trailing slash: two spellings of one server are one.
    public let text: String

    /// Nil unless it is an absolute http or https URL without query, fragment or credentials.
    public init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return nil
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.isEmpty, !rest.contains(where: { "?#@ \\".contains($0) }),
            rest.utf8.allSatisfy({ (33...126).contains($0) })
        else { return nil }
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path = path.dropLast() }
        var host = authority.lowercased()
        let port = scheme == "https://" ? ":443" : ":80"
        if host.hasSuffix(port) { host.removeLast(port.count) }
        guard !host.isEmpty, !host.hasPrefix(":") else { return nil }
        self.text = scheme + host + path
    }

    /// The address by which the server is remembered: case makes no other path for IIS,
    /// and a company must have one writer however its tenants spell the path.
    public var identity: String { text.lowercased() }

    /// The URL.
    public var description: String { text }

    func url(_ company: CompanyID, _ path: String) -> String {
        "\(text)/v1.0/-/\(company.name)/\(path)"
    }
}
