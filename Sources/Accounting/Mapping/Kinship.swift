/// Which lines of an order belong to which.
struct Kinship {
    /// By the parent's place, then by their own.
    private(set) var children: [(parent: Int, place: Int)] = []
    /// By place; empty where no line names a parent.
    private var tops: [Bool] = []

    init(_ items: [StoreOrderItem]) {
        guard items.contains(where: { $0.parentItemID != nil }) else { return }
        // Of items with the same id the first one counts.
        let places = items.indices.map { (id: items[$0].itemID, place: $0) }.sorted { $0 < $1 }
        tops = Array(repeating: true, count: items.count)
        for place in items.indices {
            guard let parent = items[place].parentItemID.flatMap({ Self.first(of: $0, in: places) }) else {
                continue
            }
            children.append((parent, place))
            tops[place] = false
        }
        children.sort { $0 < $1 }
    }

    /// Whether it belongs to no other line.
    func isTop(_ place: Int) -> Bool { tops.isEmpty || tops[place] }

    /// The place of the first item with an id; `places` are by id.
    private static func first(of id: Int64, in places: [(id: Int64, place: Int)]) -> Int? {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < places.count && places[low].id == id ? places[low].place : nil
    }
}
