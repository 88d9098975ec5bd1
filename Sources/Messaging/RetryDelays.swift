/// How long messages that meet a conflict on one record are kept from their queue: levels, each longer than the one before.
///
/// A level is three queues with a TTL each, for a TTL per message would hold up those behind it; which of them a message
/// goes to is left to chance, so that those that met do not meet again.
public struct RetryDelays: Sendable, Hashable {
    /// 5 s, 30 s and 3 min.
    public static let standard = RetryDelays(unchecked: [5, 30, 180])
    /// Each queue of a level keeps a message this much longer than the level says.
    private static let stretches = [100, 115, 130]

    /// Seconds of the levels.
    public let seconds: [Int]

    private init(unchecked seconds: [Int]) { self.seconds = seconds }

    /// Nil unless these are three numbers from 1 to 86,400, each at least a half more than the one before: the queues of
    /// two levels would be the same otherwise.
    public init?(seconds: [Int]) {
        let pairs = zip(seconds, seconds.dropFirst())
        guard seconds.count == 3, seconds.allSatisfy({ (1...86_400).contains($0) }),
            pairs.allSatisfy({ $0 * 3 <= $1 * 2 })
        else { return nil }
        self.seconds = seconds
    }

    /// One delay queue with its exchange.
    struct Branch: Sendable, Hashable {
        let milliseconds: Int
        /// Names its TTL, which a queue that is declared already cannot change.
        var name: String { "mlc.retry.\(milliseconds)" }
    }

    /// The queues of a level, counted from 0; beyond the last it is the last.
    func branches(ofLevel level: Int) -> [Branch] {
        let seconds = seconds[min(max(level, 0), seconds.count - 1)]
        return Self.stretches.map { Branch(milliseconds: seconds * 10 * $0) }
    }

    /// The queues of all levels.
    var branches: [Branch] { seconds.indices.flatMap(branches(ofLevel:)) }
}
