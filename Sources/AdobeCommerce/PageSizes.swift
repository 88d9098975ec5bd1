import Synchronization

/// How many rows of each resource a store manages at a time, learned from its failures. From any thread.
final class PageSizes: Sendable {
    private let learned = Mutex<[DocumentResource: LearnedPageSize]>([:])

    /// What to ask for next.
    func size(of resource: DocumentResource, asked: Int) -> Int {
        learned.withLock { max(1, $0[resource]?.size(asked: asked) ?? asked) }
    }

    /// The store refuses more.
    func limit(_ resource: DocumentResource, to maximum: Int) {
        learned.withLock { $0[resource, default: .init()].maximum = max(maximum, 1) }
    }

    /// The store did not manage more.
    func shrink(_ resource: DocumentResource, to size: Int) {
        learned.withLock { $0[resource, default: .init()].shrink(to: max(size, 1)) }
    }

    /// A page came.
    /// - Parameter isFull: it had as many rows as were asked for; a shorter one says nothing.
    func succeeded(_ resource: DocumentResource, with size: Int, asked: Int, isFull: Bool) {
        guard isFull else { return }
        learned.withLock { $0[resource]?.succeed(with: size, asked: asked) }
    }
}

/// One resource's size: down at once, up slowly, and the more slowly the more often going up has failed.
struct LearnedPageSize: Sendable, Hashable {
    private static let firstPatience = 8
    private static let longestPatience = 512

    /// What the store says is its limit.
    var maximum: Int?
    /// What it managed last; nil for whatever is asked for.
    private(set) var managed: Int?
    private var goodPages = 0
    private var patience = firstPatience

    func size(asked: Int) -> Int { min(asked, managed ?? asked, maximum ?? asked) }

    mutating func shrink(to size: Int) {
        if managed != nil { patience = min(patience * 2, Self.longestPatience) }
        managed = min(size, managed ?? size)
        goodPages = 0
    }

    mutating func succeed(with size: Int, asked: Int) {
        guard let managed, size == managed else { return }
        goodPages += 1
        guard goodPages >= patience else { return }
        goodPages = 0
        let larger = max(managed * 3 / 2, managed + 1)
        self.managed = min(larger, max(asked, managed))
    }
}
