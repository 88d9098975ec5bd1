/// Which queries every generation of Adobe's signature check reads alike (reference Adobe 1.1, safe client rules).
extension AdobeQuery {
    /// Why a query must not be sent: some store would refuse its signature, or read something else.
    public enum Problem: String, Error, Sendable, Hashable, CaseIterable {
        /// A name without a letter at its beginning: PHP makes an index or nothing of it.
        case name
        /// Characters in a name other than letters, digits, `_` and brackets that match.
        case nameCharacters
        /// An array index of two digits or more: sorted differently by every version.
        case longIndex
        /// Names that the versions sort differently, for instance `a[b]` and `aB`.
        case order
        /// A name with `oauth_` in it: taken for a part of the sign-in, and left out of the signature.
        case reservedName
        /// A name that CDNs take out of addresses as one of advertising.
        case strippedName
    }

    /// What is wrong with the query; nil for nothing. Values may be anything: they are encoded.
    public var problem: Problem? {
        for pair in pairs {
            if let problem = Self.problem(of: pair.name) { return problem }
        }
        // Old versions sort names as they are sent, new ones as they are meant; after the checks above natural
        // order is one of the two.
        let asMeant = pairs.map(\.name).sorted()
        let asSent = pairs.map { (sent: $0.name.percentEncoded, meant: $0.name) }
            .sorted { $0.sent < $1.sent }.map(\.meant)
        return asSent == asMeant ? nil : .order
    }

    private static func problem(of name: String) -> Problem? {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, first.isASCIILetter else { return .name }
        let isPlain = bytes.allSatisfy {
            $0.isASCIILetter || $0.isDigit
                || [UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]")].contains($0)
        }
        guard isPlain, isBracketed(bytes) else { return .nameCharacters }
        if zip(bytes, bytes.dropFirst()).contains(where: { $0.isDigit && $1.isDigit }) { return .longIndex }
        let lowered = name.lowercased()
        if lowered.contains("oauth_") { return .reservedName }
        let stripped = [
            "utm_", "mc_", "sc_", "gclid", "fbclid", "gdftrk", "msclkid", "dclid", "_ga", "trk_", "hsa_",
        ]
        return stripped.contains { lowered.hasPrefix($0) } ? .strippedName : nil
    }

    /// `name[part][part]…`
    private static func isBracketed(_ bytes: [UInt8]) -> Bool {
        var isInside = false
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "["):
                if isInside { return false }
                isInside = true
            case UInt8(ascii: "]"):
                guard isInside, previous != UInt8(ascii: "[") else { return false }
                isInside = false
            default:
                // Behind a bracket only another one.
                if !isInside, previous == UInt8(ascii: "]") { return false }
            }
            previous = byte
        }
        return !isInside
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
