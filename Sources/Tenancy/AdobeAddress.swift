/// The address of a store as the connector can sign requests to it (reference Adobe 1.1).
///
/// The same rules as `StoreURL` of AdobeCommerce, which this room does not know; `Tests/StoreAddresses.txt` holds both
/// to them.
enum AdobeAddress {
    /// Lower-case scheme and host, no default port, no slash and no `/rest` at the end; nil for what cannot be used.
    static func normalized(_ text: String) -> String? {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let rest = text[mark.upperBound...]
        guard scheme == "http" || scheme == "https", !rest.contains("?"), !rest.contains("#") else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@"), let host = host(authority),
            let port = port(authority.dropFirst(host.count), default: scheme == "http" ? 80 : 443),
            let path = path(rest[authority.endIndex...])
        else { return nil }
        return "\(scheme)://\(host.lowercased())\(port)\(path)"
    }

    /// A name, or an IPv6 address in its brackets.
    private static func host(_ authority: Substring) -> Substring? {
        guard authority.hasPrefix("[") else {
            let name = authority.prefix { $0 != ":" }
            let isName = name.utf8.allSatisfy { $0.isUnreserved && $0 != UInt8(ascii: "~") }
            return isName && name.utf8.first?.isLetterOrDigit == true ? name : nil
        }
        guard let end = authority.firstIndex(of: "]") else { return nil }
        let address = authority[...end].dropFirst().dropLast()
        let isAddress = address.utf8.allSatisfy {
            $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        }
        return isAddress && address.contains(":") ? authority[...end] : nil
    }

    /// With its colon; empty for none and for the usual one.
    private static func port(_ text: Substring, default usual: Int) -> String? {
        if text.isEmpty || text == ":" { return "" }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { return nil }
        return port == usual ? "" : ":\(port)"
    }

    private static func path(_ text: Substring) -> String? {
        guard !text.contains("//") else { return nil }
        var segments = text.split(separator: "/")
        let isTidy = segments.allSatisfy { $0 != "." && $0 != ".." && $0.utf8.allSatisfy(\.isUnreserved) }
        if segments.last == "rest" { segments.removeLast() }
        guard isTidy, !segments.contains(where: { $0.lowercased() == "rest" }) else { return nil }
        return segments.map { "/\($0)" }.joined()
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x61...0x7A).contains(self | 0x20) || (0x30...0x39).contains(self)
    }

    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x61...0x66).contains(self | 0x20)
    }

    /// Never encoded in a URL (RFC 3986 §2.3).
    fileprivate var isUnreserved: Bool {
        isLetterOrDigit || [0x2D, 0x2E, 0x5F, 0x7E].contains(self)
    }
}
