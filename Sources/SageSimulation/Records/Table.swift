import Foundation

/// The records of one resource, in primary-key order when read, with indexes on a few properties.
struct Table: Sendable {
    let schema: EntitySchema
    private var records: [String: Record] = [:]
    private var sortedKeys: [String] = []
    private var isSorted = true
    private let indexedPositions: [Int]
    /// Keys by text, one for each of `indexedPositions`.
    private var indexes: [[String: [String]]]
    /// Grows with every change.
    private(set) var version = 0
    private var answers: [String: (version: Int, keys: [String])] = [:]
    private static let answerLimit = 8

    /// A page of an answer.
    struct Page {
        let records: [Record]
        /// Matches on all pages.
        let total: Int
    }

    init(_ schema: EntitySchema, indexed: [String] = []) {
        self.schema = schema
        indexedPositions = indexed.map { schema.knownPosition(of: $0) }
        indexes = indexed.map { _ in [:] }
    }

    var count: Int { records.count }

    var values: Dictionary<String, Record>.Values { records.values }

    subscript(key: String) -> Record? { records[key] }

    /// Adds or replaces.
    mutating func store(_ record: Record) {
        let key = EntityKey.storageKey(of: record)
        let previous = records.updateValue(record, forKey: key)
        version += 1
        if previous == nil {
            if let last = sortedKeys.last, key < last { isSorted = false }
            sortedKeys.append(key)
        }
        reindex(key, from: previous, to: record)
    }

    mutating func remove(_ key: String) {
        guard let previous = records.removeValue(forKey: key) else { return }
        version += 1
        sortedKeys.removeAll { $0 == key }
        reindex(key, from: previous, to: nil)
    }

    /// Records in key order.
    mutating func ordered() -> [Record] {
        sort()
        return sortedKeys.compactMap { records[$0] }
    }

    /// The records wanted, from `skip` on, `limit` at most.
    mutating func page(_ options: QueryOptions, limit: Int) -> Page {
        let keys = matches(options)
        let end = min(keys.count, options.skip + limit)
        guard options.skip < end else { return Page(records: [], total: keys.count) }
        return Page(records: keys[options.skip..<end].compactMap { records[$0] }, total: keys.count)
    }

    private mutating func matches(_ options: QueryOptions) -> [String] {
        guard let filter = options.filter else {
            sort()
            return ordered(sortedKeys, by: options.order)
        }
        // Only a cache: the next pages of one read must not search again.
        let name =
            (options.filterText ?? "")
            + options.order.map { "\u{1}\($0.position)\($0.isDescending)" }.joined()
        if let answer = answers[name], answer.version == version { return answer.keys }
        let keys: [String]
        if let candidates = candidates(filter) {
            keys = candidates.filter { records[$0].map(filter.matches) ?? false }.sorted()
        } else {
            sort()
            keys = sortedKeys.filter { records[$0].map(filter.matches) ?? false }
        }
        let answer = ordered(keys, by: options.order)
        if answers.count >= Self.answerLimit { answers.removeAll() }
        answers[name] = (version, answer)
        return answer
    }

    /// Keys an index leaves over; nil when none helps.
    private func candidates(_ filter: Predicate) -> [String]? {
        if case .or(let left, let right) = filter {
            guard let left = candidates(left), let right = candidates(right) else { return nil }
            return Array(Set(left + right))
        }
        let texts = filter.requiredTexts
        let keyTexts = schema.key.compactMap { name in
            texts.first { $0.position == schema.knownPosition(of: name) }?.text
        }
        if keyTexts.count == schema.key.count {
            let key = keyTexts.joined(separator: "\u{1}")
            return records[key] == nil ? [] : [key]
        }
        let found = texts.compactMap { text in
            indexedPositions.firstIndex(of: text.position).map { indexes[$0][text.text] ?? [] }
        }
        return found.min { $0.count < $1.count }
    }

    private func ordered(_ keys: [String], by order: [QueryOptions.Order]) -> [String] {
        guard !order.isEmpty else { return keys }
        let values = keys.map { key in
            order.map { FilterOperand.property($0.position).value(in: records[key] ?? Record(schema)) }
        }
        return keys.indices.sorted { left, right in
            for (place, rule) in order.enumerated() {
                let (first, second) = (values[left][place], values[right][place])
                if first == second { continue }
                let isLess = FilterOperator.less.holds(first, second) || (first == .null && second != .null)
                return isLess != rule.isDescending
            }
            return left < right
        }.map { keys[$0] }
    }

    private mutating func sort() {
        guard !isSorted else { return }
        sortedKeys.sort()
        isSorted = true
    }

    private mutating func reindex(_ key: String, from previous: Record?, to current: Record?) {
        for (place, position) in indexedPositions.enumerated() {
            let old = previous.map { text(of: $0, position) }
            let new = current.map { text(of: $0, position) }
            guard old != new else { continue }
            if let old { indexes[place][old]?.removeAll { $0 == key } }
            if let new { indexes[place][new, default: []].append(key) }
        }
    }

    private func text(of record: Record, _ position: Int) -> String {
        guard case .text(let text) = record[position] else { return "" }
        return text
    }
}
