import Synchronization

/// How many rows of each resource a store manages at a time, learned from its failures. From any thread.
final class PageSizes: Sendable {
    /// Most rows asked for where fewer did not say where to go on from.
    private static let largest = 1000

    private let learned = Mutex<[DocumentResource: LearnedPageSize]>([:])

    /// What to ask for next.
    func size(of resource: DocumentResource, asked: Int) -> Int {
        learned.withLock { max(1, $0[resource]?.size(asked: asked) ?? asked) }
    }

    /// What to ask for after so many rows failed; nil when another size is no help.
    func next(for resource: DocumentResource, after size: Int, _ error: AdobeError) -> Int? {
        learned.withLock { learned in
            switch error.cause {
            case .pageSizeRefused(let maximum):
                guard maximum < size else { return nil }
                learned[resource, default: .init()].maximum = max(maximum, 1)
                return max(maximum, 1)
            case .pageDoesNotAdvance:
                let larger = min(size * 2, Self.largest, learned[resource]?.maximum ?? Self.largest)
                return larger > size ? larger : nil
            case _ where error.meansTooSlow && size > 1:
                return learned[resource, default: .init()].fail(at: size)
            default: return nil
            }
        }
    }

    /// The store did not manage more.
    func shrink(_ resource: DocumentResource, to size: Int) {
        learned.withLock { $0[resource, default: .init()].shrink(to: max(size, 1)) }
    }

    /// A page came.
    /// - Parameter isFull: it had as many rows as were asked for; a shorter one says nothing.
    func succeeded(_ resource: DocumentResource, with size: Int, asked: Int, isFull: Bool) {
        guard isFull else { return }
        learned.withLock { $0[resource, default: .init()].succeed(with: size, asked: asked) }
    }
}

/// One resource's size: down at once, up slowly, and the more slowly the more often going up has failed.
struct LearnedPageSize: Sendable, Hashable {
    private static let firstPatience = 8
    private static let longestPatience = 512

    /// What the store says is its limit.
    var maximum: Int?
    /// What is asked for while the store does not manage more; nil for whatever the caller wants.
    private(set) var managed: Int?
    /// The last size a full page came of.
    private var proven: Int?
    private var goodPages = 0
    private var patience = firstPatience

    func size(asked: Int) -> Int { min(asked, managed ?? asked, maximum ?? asked) }

    /// The store waited too long over so many rows.
    /// - Returns: what to ask for instead: what has worked before where that was less, else a quarter. Each of
    ///   these waits took a minute or so; there are not to be seven of them.
    mutating func fail(at size: Int) -> Int {
        let smaller = proven.flatMap { $0 < size ? $0 : nil } ?? max(size / 4, 1)
        shrink(to: smaller)
        return smaller
    }

    mutating func shrink(to size: Int) {
        if managed != nil { patience = min(patience * 2, Self.longestPatience) }
        managed = min(size, managed ?? size)
        if let proven, proven > size { self.proven = nil }
        goodPages = 0
    }

    mutating func succeed(with size: Int, asked: Int) {
        proven = size
        guard let managed, size == managed else { return }
        goodPages += 1
        guard goodPages >= patience else { return }
        goodPages = 0
        let larger = max(managed + managed / 2, managed + 1)
        self.managed = min(larger, max(asked, managed))
    }
}
