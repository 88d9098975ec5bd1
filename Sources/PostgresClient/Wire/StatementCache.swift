/// The statements one connection has prepared, by their SQL; bounded, the least recently used leaves first.
struct StatementCache {
    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0
    private var nextName: UInt64 = 0
    /// Names the server still holds though the cache gave them up.
    private(set) var discarded: [String] = []

    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { entries.count }

    /// The prepared statement's name, marked as used now.
    mutating func name(for sql: String) -> String? {
        clock += 1
        entries[sql]?.lastUse = clock
        return entries[sql]?.name
    }

    mutating func makeName() -> String {
        nextName += 1
        return "s\(nextName)"
    }

    /// Records what the server has prepared.
    mutating func insert(_ name: String, for sql: String) {
        clock += 1
        if let old = entries.updateValue(Entry(name: name, lastUse: clock), forKey: sql) {
            discarded.append(old.name)
        }
        while entries.count > limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            discarded.append(oldest.value.name)
        }
    }

    /// Forgets a statement the server no longer accepts.
    mutating func forget(_ sql: String) {
        if let entry = entries.removeValue(forKey: sql) { discarded.append(entry.name) }
    }

    /// The names to deallocate before the next statements; they are asked for once.
    mutating func takeDiscarded() -> [String] {
        defer { discarded = [] }
        return discarded
    }
}
