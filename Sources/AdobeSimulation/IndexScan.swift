/// Reads matching rows in index order. Filters on the indexed column narrow the range by bisection, and rows
/// beyond the point where every group holds are counted without being looked at, so that a page of the
/// keyset query of reference 2.6 costs the same at the beginning and at the end of a million orders.
struct IndexScan {
    private let table: EntityTable
    private let keys: OrderedKeys
    private let index: OrderedKeys.Order
    private let range: Range<Int>
    /// From here on every remaining group holds.
    private let certainFrom: Int
    private let groups: [[Condition]]

    init(table: EntityTable, index: OrderedKeys.Order, groups: [[Condition]]) {
        self.table = table
        self.index = index
        let keys = index == .time ? table.timeline : table.ids
        self.keys = keys
        func place(_ value: Int) -> Int { keys.rank(of: .init(value: value, id: .min)) }
        func bounds(_ condition: Condition) -> ClosedRange<Int>? {
            switch index {
            case .time: condition.field == "updated_at" ? condition.timeRange : nil
            case .id: condition.field == "entity_id" ? condition.idRange : nil
            }
        }
        var (low, high, certain) = (0, keys.count, 0)
        var remaining: [[Condition]] = []
        for group in groups {
            if group.count == 1, let bounds = bounds(group[0]) {
                low = max(low, place(bounds.lowerBound))
                high = min(high, place(bounds.upperBound + 1))
                continue
            }
            remaining.append(group)
            let open = group.compactMap(bounds).filter { $0.upperBound == .max / 2 }.map {
                place($0.lowerBound)
            }
            certain = max(certain, open.min() ?? keys.count)
        }
        range = low..<max(low, high)
        self.groups = remaining
        certainFrom = min(max(certain, low), range.upperBound)
    }

    func count() -> Int {
        var count = range.upperBound - certainFrom
        var cursor = keys.cursor(at: range.lowerBound)
        for _ in range.lowerBound..<certainFrom {
            if let key = cursor.next(), holds(key) { count += 1 }
        }
        return count
    }

    func page(skip: Int, limit: Int) -> [Int] {
        var ids: [Int] = []
        var skipped = 0
        var cursor = keys.cursor(at: range.lowerBound)
        for _ in range.lowerBound..<certainFrom {
            guard ids.count < limit, let key = cursor.next() else { break }
            guard holds(key) else { continue }
            if skipped < skip { skipped += 1 } else { ids.append(key.id) }
        }
        let certain = range.upperBound - certainFrom
        guard ids.count < limit, skip - skipped < certain else { return ids }
        let start = certainFrom + skip - skipped
        cursor = keys.cursor(at: start)
        for _ in 0..<min(limit - ids.count, range.upperBound - start) {
            if let key = cursor.next() { ids.append(key.id) }
        }
        return ids
    }

    private func holds(_ key: OrderedKeys.Key) -> Bool {
        Row(table: table, id: key.id, updatedSeconds: index == .time ? key.value : nil).matches(groups)
    }
}
