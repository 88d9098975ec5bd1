import ExactJSON
import StoreGenerator

/// What was asked and answered, for tests to look at. Never headers: they hold credentials.
struct RequestJournal: Sendable {
    struct Entry: Sendable {
        let seconds: Int
        let method: String
        let target: String
        /// 0: the connection was reset or left hanging.
        let status: Int
        /// The fault that struck or the safe-client rule that was broken.
        let note: String?
    }

    private var counts: [String: [Int: Int]] = [:]
    private var entries: [Entry] = []
    private var total = 0
    private static let kept = 1000

    private var inFlight = 0
    private var mostInFlight = 0
    private var ports: Set<Int> = []
    private var userAgents: Set<String> = []

    /// A request came in, a control request aside; `end` when its answer went out.
    mutating func begin() {
        inFlight += 1
        mostInFlight = max(mostInFlight, inFlight)
    }

    mutating func end() { inFlight -= 1 }

    mutating func record(_ entry: Entry, of request: StoreRequest, resource: String) {
        total += 1
        if let port = request.clientPort { ports.insert(port) }
        if let agent = request.header("user-agent"), userAgents.count < 50 { userAgents.insert(agent) }
        // Ids are folded, so that the table stays small.
        let key = "\(entry.method) \(resource.replacing(#/\/\d+/#, with: "/{id}"))"
        if counts.count < 500 || counts[key] != nil {
            counts[key, default: [:]][entry.status, default: 0] += 1
        }
        entries.append(entry)
        if entries.count > 2 * Self.kept { entries.removeFirst(Self.kept) }
    }

    func json(last: Int) -> JSON {
        let rows = counts.sorted { $0.key < $1.key }.flatMap { path, statuses in
            statuses.sorted { $0.key < $1.key }.map { status, count -> JSON in
                ["path": .string(path), "status": .int(status), "count": .int(count)]
            }
        }
        let recent = entries.suffix(max(0, min(last, Self.kept))).map { entry -> JSON in
            [
                "at": .string(StoreTime.text(entry.seconds)), "method": .string(entry.method),
                "target": .string(entry.target), "status": .int(entry.status),
                "note": entry.note.map { .string($0) } ?? .null,
            ]
        }
        return [
            "total": .int(total), "mostInFlight": .int(mostInFlight), "connections": .int(ports.count),
            "userAgents": .array(userAgents.sorted().map { .string($0) }), "counts": .array(rows),
            "last": .array(recent),
        ]
    }
}
