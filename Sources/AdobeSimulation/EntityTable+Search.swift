import ExactJSON
import StoreGenerator

/// A page of a list.
struct SearchPage: Sendable {
    let ids: [Int]
    let totalCount: Int
}

extension EntityTable {
    /// Carries out a search. `total_count` is of everything that matches, whatever the page.
    /// - Parameters:
    ///   - repeatsLastPage: As 2.3 and older did past the end.
    ///   - shuffle: Changes from request to request: rows a sort leaves equal have no order.
    func search(_ criteria: SearchCriteria, repeatsLastPage: Bool, shuffle: Int) throws(AdobeError)
        -> SearchPage
    {
        let groups = try compiled(criteria)
        for sort in criteria.sorts { _ = try kindOf(sort.field) }
        let limit = criteria.pageSize.flatMap { $0 > 0 ? $0 : nil }
        var skip =
            limit.map { (max(criteria.currentPage ?? 1, 1) - 1).multipliedReportingOverflow(by: $0) }
            .map { $0.overflow ? Int.max : $0.partialValue } ?? 0
        guard let index = indexOrder(criteria.sorts) else {
            let ids = sorted(matching(groups), by: criteria.sorts, shuffle: shuffle)
            if repeatsLastPage, let limit, skip >= ids.count { skip = Self.lastPage(ids.count, limit) }
            return SearchPage(ids: Array(ids.dropFirst(skip).prefix(limit ?? .max)), totalCount: ids.count)
        }
        if let ids = lookedUp(groups, in: index) {
            if repeatsLastPage, let limit, skip >= ids.count { skip = Self.lastPage(ids.count, limit) }
            return SearchPage(ids: Array(ids.dropFirst(skip).prefix(limit ?? .max)), totalCount: ids.count)
        }
        let scan = IndexScan(table: self, index: index, groups: groups)
        let total = scan.count()
        if repeatsLastPage, let limit, skip >= total { skip = Self.lastPage(total, limit) }
        return SearchPage(ids: scan.page(skip: skip, limit: limit ?? .max), totalCount: total)
    }

    private static func lastPage(_ count: Int, _ limit: Int) -> Int {
        count == 0 ? 0 : (count - 1) / limit * limit
    }

    /// Ascending by (updated_at, id) or by id: no sort needed. Unsorted rows come as they were inserted.
    private func indexOrder(_ sorts: [SearchCriteria.Sort]) -> OrderedKeys.Order? {
        guard let first = sorts.first else { return .id }
        guard first.isAscending else { return nil }
        if first.field == "entity_id" { return .id }
        guard first.field == "updated_at", sorts.count > 1, sorts[1].field == "entity_id",
            sorts[1].isAscending
        else { return nil }
        return .time
    }

    private func compiled(_ criteria: SearchCriteria) throws(AdobeError) -> [[Condition]] {
        var groups: [[Condition]] = []
        for filters in criteria.groups {
            var group: [Condition] = []
            for filter in filters { group.append(Condition(filter, kind: try kindOf(filter.field))) }
            groups.append(group)
        }
        return groups
    }

    private func kindOf(_ field: String) throws(AdobeError) -> Columns.Kind {
        if let known = Columns.of(kind)[field] { return known }
        guard kind == .customers else {
            throw .masked(field.utf8.reduce(7) { $0 &* 31 &+ Int($1) } & 0xFFFF_FFFF)
        }
        throw AdobeError(
            400,
            "The \"%1\" attribute name is invalid. Reset the name and try again.",
            parameters: [.string(field)]
        )
    }

    private func matching(_ groups: [[Condition]]) -> [Int] {
        lookedUp(groups, in: .id)
            ?? IndexScan(table: self, index: .id, groups: groups).page(skip: 0, limit: .max)
    }

    /// What matches, in order, where one group names its rows by a column that has an index in Adobe too
    /// (`entity_id`, `increment_id`, `order_id`, `email`); nil where none does.
    private func lookedUp(_ groups: [[Condition]], in order: OrderedKeys.Order) -> [Int]? {
        var named: Set<Int>?
        for group in groups {
            guard group.count == 1, let values = group[0].namedValues else { continue }
            guard let positions = store.positions(kind, where: group[0].field, isAnyOf: values) else {
                continue
            }
            named = Set(positions.map { $0 + 1 }).union(overriddenIDs)
            break
        }
        guard let named else { return nil }
        let rows = named.filter { contains(id: $0) && Row(table: self, id: $0).matches(groups) }
        guard order == .time else { return rows.sorted() }
        return rows.map { Key(value: updatedSeconds(id: $0), id: $0) }.sorted().map(\.id)
    }

    private func sorted(_ ids: [Int], by sorts: [SearchCriteria.Sort], shuffle: Int) -> [Int] {
        let rows = ids.map { id in
            (
                id: id, row: Row(table: self, id: id),
                tie: (id &* 0x9E37_79B9 ^ shuffle &* 0x85EB_CA6B) & 0xFFFF_FFFF
            )
        }
        let keys = rows.map { row in
            sorts.map { SortKey(row.row.column($0.field), Columns.of(kind)[$0.field]) }
        }
        let order = rows.indices.sorted { left, right in
            for (position, sort) in sorts.enumerated() where keys[left][position] != keys[right][position] {
                return (keys[left][position] < keys[right][position]) == sort.isAscending
            }
            return rows[left].tie < rows[right].tie
        }
        return order.map { rows[$0].id }
    }
}

/// A row whose document is written only if something asks for more than its id or time.
final class Row {
    private let table: EntityTable
    private let id: Int
    private let updatedSeconds: Int?
    private lazy var document = table.document(id: id)

    init(table: EntityTable, id: Int, updatedSeconds: Int? = nil) {
        self.table = table
        self.id = id
        self.updatedSeconds = updatedSeconds
    }

    func matches(_ groups: [[Condition]]) -> Bool {
        groups.allSatisfy { group in group.contains { $0.matches(column($0.field)) } }
    }

    func column(_ field: String) -> JSON? {
        if field == "entity_id" { return .int(id) }
        if field == "updated_at", let updatedSeconds { return .string(StoreTime.text(updatedSeconds)) }
        if table.kind == .customers, field.hasPrefix("billing_") {
            return billing(String(field.dropFirst(8)))
        }
        return document?[field]
    }

    private func billing(_ field: String) -> JSON? {
        let addresses = document?["addresses"]?.array ?? []
        return addresses.first { $0["default_billing"]?.bool == true }?[field]
    }
}

private struct SortKey: Comparable {
    private let number: Int64
    private let text: String

    init(_ value: JSON?, _ kind: Columns.Kind?) {
        let text = value.map { $0.string ?? $0.text } ?? ""
        switch kind {
        case .number:
            // Null sorts first.
            number = value == nil ? .min : DatabaseNumber.tenThousandths(text[...]) ?? 0
            self.text = ""
        case .time, .text, nil:
            number = value == nil ? 0 : 1
            self.text = text.lowercased()
        }
    }

    static func < (left: SortKey, right: SortKey) -> Bool {
        (left.number, left.text) < (right.number, right.text)
    }
}
