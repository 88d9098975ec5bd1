/// Reads matching rows in index order. Filters on the indexed column narrow the range by bisection, and rows
/// beyond the point where every group holds are counted without being looked at, so that a page of the
/// keyset query of reference 2.6 costs the same at the beginning and at the end of a million orders.
struct IndexScan {
    private let table: EntityTable
    private let keys: [EntityTable.Key]
    private let index: EntityTable.Index
    private let range: Range<Int>
    /// From here on every remaining group holds.
    private let certainFrom: Int
    private let groups: [[Condition]]

    init(table: EntityTable, keys: [EntityTable.Key], index: EntityTable.Index, groups: [[Condition]]) {
        self.table = table
        self.keys = keys
        self.index = index
        func place(_ value: Int) -> Int { EntityTable.position(of: .init(value: value, id: .min), in: keys) }
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
        let certain = range.upperBound - certainFrom
        return certain + (range.lowerBound..<certainFrom).count(where: holds)
    }

    func page(skip: Int, limit: Int) -> [Int] {
        var ids: [Int] = []
        var skipped = 0
        var position = range.lowerBound
        while position < range.upperBound, ids.count < limit {
            if position >= certainFrom, skipped < skip {
                let jump = min(skip - skipped, range.upperBound - position)
                position += jump
                skipped += jump
                continue
            }
            if position >= certainFrom || holds(position) {
                if skipped < skip { skipped += 1 } else { ids.append(keys[position].id) }
            }
            position += 1
        }
        return ids
    }

    private func holds(_ position: Int) -> Bool {
        let key = keys[position]
        let row = Row(table: table, id: key.id, updatedSeconds: index == .time ? key.value : nil)
        return groups.allSatisfy { group in group.contains { $0.matches(row.column($0.field)) } }
    }
}
