/// Tasks that wait in line for the same kind of answer.
struct ReplyQueue<Value: Sendable> {
    private var replies = FIFO<Reply<Value>>()
    private var limit = 32

    mutating func append(_ reply: Reply<Value>) {
        // Those who gave up are dropped now and then, or a caller that polls with time limits fills the line.
        if replies.count >= limit {
            _ = replies.take { $0.isAbandoned }
            limit = max(32, replies.count * 2)
        }
        replies.append(reply)
    }

    /// Answers the first who still waits; false if nobody does.
    mutating func resolveFirst(_ outcome: Reply<Value>.Outcome) -> Bool {
        while let reply = replies.popFirst() {
            if reply.resolve(outcome) { return true }
        }
        return false
    }

    mutating func takeAll() -> [Reply<Value>] { replies.takeAll() }
}
