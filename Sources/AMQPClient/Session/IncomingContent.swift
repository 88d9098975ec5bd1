/// Puts a message together from its method, header and body frames, which follow one another on a channel.
struct IncomingContent {
    enum Kind {
        case delivery(ServerMethod.Deliver)
        case returned(String)
    }

    struct Whole {
        let kind: Kind
        let properties: MessageProperties
        /// What is kept of it.
        let body: [UInt8]
        /// All of it.
        let size: Int
    }

    private struct Receiving {
        let kind: Kind
        let properties: MessageProperties
        let size: Int
        let keptSize: Int
        var received = 0
    }

    private enum State {
        case idle
        case announced(Kind)
        case receiving(Receiving)
    }

    private var state = State.idle
    private var body: [UInt8] = []

    /// The message whose header is to come.
    var announced: Kind? {
        if case .announced(let kind) = state { kind } else { nil }
    }

    /// Bytes of the body under way that are or will be in memory.
    var keptBytes: Int {
        if case .receiving(let receiving) = state { receiving.keptSize } else { 0 }
    }

    /// Takes a deliver or return method.
    mutating func begin(_ kind: Kind) throws(AMQPError) {
        guard case .idle = state else { throw .protocolViolation("a message began inside another") }
        state = .announced(kind)
    }

    /// Takes the header frame; the whole message if it has no body.
    /// - Parameter keeping: how many bytes of the body are kept; the rest is dropped as it comes.
    mutating func header(size: Int, _ properties: MessageProperties, keeping: Int) throws(AMQPError) -> Whole?
    {
        guard case .announced(let kind) = state else {
            throw .protocolViolation("a header without a message")
        }
        let keptSize = min(size, max(keeping, 0))
        state = .receiving(Receiving(kind: kind, properties: properties, size: size, keptSize: keptSize))
        body = []
        // Announced is not sent: room for more grows as it comes.
        body.reserveCapacity(min(keptSize, 1 << 20))
        return finished()
    }

    /// Takes a body frame; the whole message if it was the last.
    mutating func append(_ fragment: [UInt8]) throws(AMQPError) -> Whole? {
        guard case .receiving(var receiving) = state, fragment.count <= receiving.size - receiving.received
        else {
            throw .protocolViolation("more body than the header announced")
        }
        receiving.received += fragment.count
        state = .receiving(receiving)
        body += fragment.prefix(receiving.keptSize - body.count)
        return finished()
    }

    private mutating func finished() -> Whole? {
        guard case .receiving(let receiving) = state, receiving.received == receiving.size else { return nil }
        defer {
            state = .idle
            body = []
        }
        return Whole(
            kind: receiving.kind,
            properties: receiving.properties,
            body: body,
            size: receiving.size
        )
    }
}
