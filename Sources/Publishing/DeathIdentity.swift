public import AMQPClient
import Crypto
public import Foundation

extension UUID {
    /// Identity of a death that may be buried again: the same for the same parts, so that it is taken in once.
    public init(deathOf parts: [String], body: [UInt8] = []) {
        var bytes = Array(SHA256.hash(data: Array(parts.joined(separator: "\n").utf8) + body).prefix(16))
        // Version 8, made from what the program chose (RFC 9562, 5.8).
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        self = NSUUID(uuidBytes: bytes) as UUID
    }
}

extension AMQPDelivery {
    /// Identity of its death as a message that is none of ours: the same each time it is delivered from this queue. Without a
    /// name of its own it cannot be told from another that says the same: rather twice in the store than once lost.
    public func strayDeath(in queue: String) -> UUID {
        guard let messageID, !messageID.isEmpty else { return UUID() }
        return UUID(deathOf: [queue, messageID, "\(bodySize)", ""], body: body)
    }
}
