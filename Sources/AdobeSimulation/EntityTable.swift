import ExactJSON
import StoreGenerator

/// One entity's rows: generated ones by position, and those put in or taken out since.
///
/// Only ids and times are kept in memory; documents are written when a filter or a page needs them.
struct EntityTable: Sendable {
    /// A row's place in one of the two indexes.
    struct Key: Sendable, Hashable, Comparable {
        let value: Int
        let id: Int

        static func < (left: Key, right: Key) -> Bool { (left.value, left.id) < (right.value, right.id) }
    }

    let kind: EntityKind
    private let store: GeneratedStore
    private(set) var written: [Int: JSON] = [:]
    private(set) var deleted: Set<Int> = []
    /// By `updated_at`, then id.
    private(set) var timeline: [Key]
    /// By id.
    private(set) var ids: [Key]

    init(_ kind: EntityKind, of store: GeneratedStore) {
        self.kind = kind
        self.store = store
        let count = store.count(kind)
        ids = (0..<count).map { Key(value: $0 + 1, id: $0 + 1) }
        timeline = (0..<count).map { Key(value: store.outline(kind, at: $0).updatedSeconds, id: $0 + 1) }
        timeline.sort()
    }

    var count: Int { ids.count }
    var nextID: Int { (ids.last?.id ?? 0) + 1 }
    /// `id` of customers, `entity_id` of all others.
    var idField: String { kind == .customers ? "id" : "entity_id" }
    /// Generated rows that are no longer as generated.
    var overriddenIDs: [Int] { Array(written.keys) + deleted }

    func document(id: Int) -> JSON? {
        if let document = written[id] { return document }
        guard id >= 1, id <= store.count(kind), !deleted.contains(id) else { return nil }
        return store.document(kind, at: id - 1)
    }

    /// Adds or replaces a row; the document carries its id and `updated_at`.
    mutating func put(_ document: JSON, id: Int) {
        remove(id: id)
        deleted.remove(id)
        written[id] = document
        let updated = DatabaseTime.seconds(document["updated_at"]?.string ?? "")
        Self.insert(Key(value: updated, id: id), into: &timeline)
        Self.insert(Key(value: id, id: id), into: &ids)
    }

    /// Gone without a tombstone, as in Adobe.
    @discardableResult
    mutating func remove(id: Int) -> Bool {
        let key = Key(value: id, id: id)
        let position = Self.position(of: key, in: ids)
        guard position < ids.count, ids[position] == key else { return false }
        ids.remove(at: position)
        timeline.remove(at: Self.position(of: Key(value: updatedSeconds(id: id), id: id), in: timeline))
        written[id] = nil
        if id <= store.count(kind) { deleted.insert(id) }
        return true
    }

    private func updatedSeconds(id: Int) -> Int {
        if let document = written[id] { return DatabaseTime.seconds(document["updated_at"]?.string ?? "") }
        return store.outline(kind, at: id - 1).updatedSeconds
    }

    private static func insert(_ key: Key, into keys: inout [Key]) {
        keys.insert(key, at: position(of: key, in: keys))
    }

    /// The first place whose key is not smaller.
    static func position(of key: Key, in keys: [Key]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
