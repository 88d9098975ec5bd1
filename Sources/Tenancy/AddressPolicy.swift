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

    /// The IPv4 address that an IPv6 one leads to: mapped and compatible ones (RFC 4291), NAT64's (RFC 6052) and
    /// 6to4's (RFC 3056).
    private static func embedded(_ bytes: [UInt8]) -> [UInt8]? {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        let isCompatible = bytes[..<12].allSatisfy { $0 == 0 } && bytes[12] != 0
        let isTranslated =
            bytes[..<4].elementsEqual([0, 0x64, 0xFF, 0x9B]) && bytes[4..<12].allSatisfy { $0 == 0 }
        if isMapped || isCompatible || isTranslated { return Array(bytes[12...]) }
        return bytes[0] == 0x20 && bytes[1] == 0x02 ? Array(bytes[2..<6]) : nil
    }

    /// Where clouds keep their metadata outside 169.254/16: Alibaba, Azure, Oracle.
    private static let metadata: [[UInt8]] = [[100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192]]

    /// 169.254/16 with the clouds' metadata service, fe80::/10, and AWS's fd00:ec2::254.
    private static func isLinkLocal(_ bytes: [UInt8]) -> Bool {
        if bytes.count == 4 { return bytes[0] == 169 && bytes[1] == 254 || metadata.contains(bytes) }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return true }
        return bytes[..<4].elementsEqual([0xFD, 0x00, 0x0E, 0xC2])
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
        let isLoopbackOrAny = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] <= 1
        return isLoopbackOrAny || bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFF
    }
}
