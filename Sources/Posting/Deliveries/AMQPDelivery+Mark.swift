import AMQPClient

extension AMQPDelivery {
    /// What the delivery is marked by while it is read: its message id, which anybody may have written. One that no document
    /// of ours can have is replaced by a fingerprint of the body.
    var mark: String {
        guard let messageID, !hasForeignID else { return "foreign/\(bodySize)/\(fingerprint)" }
        return messageID
    }

    /// Whether its message id is none of ours.
    var hasForeignID: Bool {
        guard let id = messageID?.utf8 else { return true }
        let parts = id.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count != 4 || id.count > 100 || !id.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// FNV-1a.
    private var fingerprint: String {
        let hash = body.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
