import StoreGenerator

/// One of a table's two orders: by (`updated_at`, id) or by id.
///
/// The generated rows stand in a fixed order of four bytes a row, or none where it is that of their ids; what
/// was written or taken out since lies over it in two short sorted lists. So a million rows cost little, a
/// snapshot nothing, and a change does not move them.
struct OrderedKeys: Sendable {
    /// A row's place.
    struct Key: Sendable, Hashable, Comparable {
        let value: Int
        let id: Int

        static func < (left: Key, right: Key) -> Bool { (left.value, left.id) < (right.value, right.id) }
    }

    enum Order: Sendable { case time, id }

    private let store: GeneratedStore
    private let kind: EntityKind
    private let order: Order
    private let generatedCount: Int
    /// Positions of generated rows in this order; nil: 0, 1, 2, …
    private let positions: [UInt32]?
    private var added: [Key] = []
    /// Places, not positions.
    private var hidden: [Int] = []

    init(_ kind: EntityKind, of store: GeneratedStore, by order: Order) {
        self.store = store
        self.kind = kind
        self.order = order
        generatedCount = store.count(kind)
        switch (order, kind) {
        case (.id, _), (_, .invoices), (_, .shipments), (_, .creditMemos):
            // Documents are numbered in the order of their times.
            positions = nil
        case (.time, .orders), (.time, .customers):
            positions = Self.sorted(generatedCount) { store.outline(kind, at: $0).updatedSeconds }
        }
    }

    private static func sorted(_ count: Int, by seconds: (Int) -> Int) -> [UInt32] {
        // Time and position in one word: sorting words is several times as quick as sorting pairs.
        var words = (0..<count).map { UInt64(UInt32(clamping: seconds($0))) << 32 | UInt64($0) }
        words.sort()
        return words.map { UInt32(truncatingIfNeeded: $0) }
    }

    var count: Int { generatedCount - hidden.count + added.count }

    private func generated(_ place: Int) -> Key {
        let position = positions.map { Int($0[place]) } ?? place
        switch order {
        case .id: return Key(value: position + 1, id: position + 1)
        case .time:
            return Key(value: store.outline(kind, at: position).updatedSeconds, id: position + 1)
        }
    }

    mutating func insert(_ key: Key) {
        let place = generatedPlace(of: key)
        let mark = hidden.partition { $0 >= place }
        if mark < hidden.count, hidden[mark] == place, generated(place) == key {
            hidden.remove(at: mark)
        } else {
            added.insert(key, at: added.partition { $0 >= key })
        }
    }

    /// The key must be there.
    mutating func remove(_ key: Key) {
        let position = added.partition { $0 >= key }
        if position < added.count, added[position] == key {
            added.remove(at: position)
        } else {
            let place = generatedPlace(of: key)
            hidden.insert(place, at: hidden.partition { $0 >= place })
        }
    }

    private func generatedPlace(of key: Key) -> Int { bisect(generatedCount) { generated($0) >= key } }

    /// How many rows come before this place.
    func rank(of key: Key) -> Int {
        rank(ofGenerated: generatedPlace(of: key)) + added.partition { $0 >= key }
    }

    /// Generated rows before a place that are still there.
    private func rank(ofGenerated place: Int) -> Int { place - hidden.partition { $0 >= place } }

    // MARK: reading

    /// Reads on from somewhere.
    struct Cursor {
        private let keys: OrderedKeys
        private var place: Int
        private var position: Int
        private var mark: Int

        fileprivate init(_ keys: OrderedKeys, place: Int, position: Int) {
            self.keys = keys
            self.place = place
            self.position = position
            mark = keys.hidden.partition { $0 >= place }
        }

        mutating func next() -> Key? {
            while mark < keys.hidden.count, keys.hidden[mark] == place {
                mark += 1
                place += 1
            }
            let base = place < keys.generatedCount ? keys.generated(place) : nil
            let other = position < keys.added.count ? keys.added[position] : nil
            if let other, base.map({ other < $0 }) ?? true {
                position += 1
                return other
            }
            if base != nil { place += 1 }
            return base
        }
    }

    /// From the row that so many come before.
    func cursor(at rank: Int) -> Cursor {
        func before(_ place: Int) -> Int {
            self.rank(ofGenerated: place) + added.partition { $0 >= generated(place) }
        }
        // The last generated row that not more than `rank` come before; what follows it up to the next one
        // was added.
        let next = bisect(generatedCount) { before($0) > rank }
        guard next > 0 else { return Cursor(self, place: 0, position: rank) }
        let place = next - 1
        let position = added.partition { $0 >= generated(place) }
        let isHidden = hidden.partition { $0 >= place } < hidden.partition { $0 > place }
        let rest = rank - before(place)
        guard rest > 0 else { return Cursor(self, place: place, position: position) }
        return Cursor(self, place: next, position: position + rest - (isHidden ? 0 : 1))
    }
}

/// The first of `count` places where the question turns true; `count` where it never does.
private func bisect(_ count: Int, _ isBehind: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
        let middle = (low + high) / 2
        if isBehind(middle) { high = middle } else { low = middle + 1 }
    }
    return low
}

extension Array {
    /// The first position whose element belongs to the second half of a sorted array.
    fileprivate func partition(_ isBehind: (Element) -> Bool) -> Int {
        bisect(count) { isBehind(self[$0]) }
    }
}
