import Glibc

/// Which addresses a tenant's systems may have (contract, `TENANT_ADDRESS_POLICY`).
public enum AddressPolicy: String, Sendable, CaseIterable {
    /// Anywhere but link-local and metadata addresses.
    case open
    /// Also not loopback, private ranges, or plain http.
    case hosted

    /// Decides about the address a name resolved to, right before it is connected to: re-binding a name does
    /// not get around it.
    public func allows(_ address: String) -> Bool {
        guard let bytes = Self.bytes(address) else { return false }
        if Self.isLinkLocal(bytes) { return false }
        return self == .open || !Self.isPrivate(bytes)
    }

    /// Whether plain http may be used.
    public var allowsPlainHTTP: Bool { self == .open }

    /// The address a host of a URL stands for without being looked up: IPv6 in its brackets or without, IPv4 in each of the
    /// forms that the system takes for one (`127.1`, `0x7f.1`, `2130706433`, `0177.0.0.1`); nil for a name.
    public static func numeric(_ host: String) -> String? {
        var name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        // A dot at its end makes no other name.
        if name.hasSuffix(".") { name.removeLast() }
        if name.contains(":") { return bytes(name) == nil ? nil : name }
        var four = in_addr()
        // A space ends the number for `inet_aton`; no host has one.
        guard !name.contains(where: \.isWhitespace), inet_aton(name, &four) != 0 else { return nil }
        return withUnsafeBytes(of: four) { $0.map(String.init).joined(separator: ".") }
    }

    /// 4 bytes of IPv4 (also where it is inside an IPv6 address), else 16.
    private static func bytes(_ address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        let plain = String(address.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, plain, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        return embedded(bytes) ?? bytes
    }

    /// The IPv4 address that an IPv6 one leads to: mapped and compatible ones (RFC 4291), translated ones (RFC 2765),
    /// NAT64's (RFC 6052, and where they end in it those of RFC 8215), 6to4's (RFC 3056), ISATAP's (RFC 5214) and Teredo's,
    /// which has it inverted (RFC 4380).
    private static func embedded(_ bytes: [UInt8]) -> [UInt8]? {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        let isCompatible = bytes[..<12].allSatisfy { $0 == 0 } && bytes[12] != 0
        let isTranslated = bytes[..<12].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0])
        let isNAT64 =
            bytes[..<4].elementsEqual([0, 0x64, 0xFF, 0x9B])
            && (bytes[4..<12].allSatisfy { $0 == 0 } || bytes[4] == 0 && bytes[5] == 1)
        let isISATAP = bytes[9..<12].elementsEqual([0, 0x5E, 0xFE]) && bytes[8] & 0xFD == 0
        if isMapped || isCompatible || isTranslated || isNAT64 || isISATAP { return Array(bytes[12...]) }
        if bytes[..<4].elementsEqual([0x20, 0x01, 0, 0]) { return bytes[12...].map(~) }
        return bytes[0] == 0x20 && bytes[1] == 0x02 ? Array(bytes[2..<6]) : nil
    }

    /// Where clouds keep their metadata outside 169.254/16: Alibaba, Azure, Oracle.
    private static let metadata: [[UInt8]] = [[100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192]]

    /// 169.254/16 with the clouds' metadata service, fe80::/10, and what AWS (fd00:ec2::/32), Google (fd20:ce::/32) and
    /// Scaleway (fd00:42::/32) have besides.
    private static func isLinkLocal(_ bytes: [UInt8]) -> Bool {
        if bytes.count == 4 { return bytes[0] == 169 && bytes[1] == 254 || metadata.contains(bytes) }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return true }
        return [[0xFD, 0x00, 0x0E, 0xC2], [0xFD, 0x20, 0x00, 0xCE], [0xFD, 0x00, 0x00, 0x42]].contains(
            Array(bytes[..<4])
        )
    }

    private static func isPrivate(_ bytes: [UInt8]) -> Bool {
        if bytes.count == 4 {
            switch (bytes[0], bytes[1]) {
            case (0, _), (10, _), (127, _), (172, 16...31), (192, 168), (100, 64...127), (198, 18...19):
                return true
            case (192, 0): return bytes[2] == 0
            default: return bytes[0] >= 224
            }
        }
        // Loopback, none, and what else begins with 96 zeros; unique and site-local ones (fc00::/7, fec0::/10); many at once.
        let isLocal = bytes[..<12].allSatisfy { $0 == 0 }
        let isSiteLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0xC0
        return isLocal || isSiteLocal || bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFF
    }
}
