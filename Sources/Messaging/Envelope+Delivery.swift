public import AMQPClient

extension Envelope {
    /// Reads the envelope that a delivery holds.
    /// - Throws: `EnvelopeError` for anything that is not one of ours, also one that is too large to be read at all.
    public init(_ delivery: AMQPDelivery) throws(EnvelopeError) {
        guard !delivery.isCut else { throw .tooLarge(delivery.bodySize) }
        if let encoding = delivery.contentEncoding?.lowercased(), !Self.plain.contains(encoding) {
            // Its name is repeated only if it is one.
            let name = Self.encodings.contains(encoding) ? " (\(encoding))" : ""
            throw EnvelopeError(what: "its content is encoded\(name), ours is plain JSON")
        }
        try self.init(parsing: delivery.body)
    }

    private static let plain: Set = ["", "identity", "utf-8", "utf8"]
    private static let encodings: Set = ["gzip", "deflate", "br", "zstd", "compress", "base64"]
}
