/// Puts a message together from its method, header and body frames, which follow one another on a channel.
struct IncomingContent {
    enum Kind {
        case delivery(ServerMethod.Deliver)
        case returned(String)
    }

    struct Whole {
        let kind: Kind
        let properties: MessageProperties
        let body: [UInt8]
    }

    private enum State {
        case idle
        case announced(Kind)
        case receiving(Kind, MessageProperties, size: Int)
    }

    private var state = State.idle
    private var body: [UInt8] = []

    /// Takes a deliver or return method.
    mutating func begin(_ kind: Kind) throws(AMQPError) {
        guard case .idle = state else { throw .protocolViolation("a message began inside another") }
        state = .announced(kind)
    }

    /// Takes the header frame; the whole message if it has no body.
    mutating func header(size: UInt64, _ properties: MessageProperties, limit: Int) throws(AMQPError)
        -> Whole?
    {
        guard case .announced(let kind) = state else {
            throw .protocolViolation("a header without a message")
        }
        guard let size = Int(exactly: size), size <= limit else {
            throw .protocolViolation("a message body of \(size) bytes exceeds the limit of \(limit)")
        }
        state = .receiving(kind, properties, size: size)
        body = []
        // Announced is not sent: room for more grows as it comes.
        body.reserveCapacity(min(size, 1 << 20))
        return finished()
    }

    /// Takes a body frame; the whole message if it was the last.
    mutating func append(_ fragment: [UInt8]) throws(AMQPError) -> Whole? {
        guard case .receiving(_, _, let size) = state, body.count + fragment.count <= size else {
            throw .protocolViolation("more body than the header announced")
        }
        body += fragment
        return finished()
    }

    private mutating func finished() -> Whole? {
        guard case .receiving(let kind, let properties, let size) = state, body.count == size else {
            return nil
        }
        defer {
            state = .idle
            body = []
        }
        return Whole(kind: kind, properties: properties, body: body)
    }
}
