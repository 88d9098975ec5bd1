import ExactJSON
import StoreGenerator

/// One entity's rows: generated ones by position, and those put in, changed or taken out since.
///
/// Only ids and times are kept in memory; documents are written when a filter or a page needs them.
struct EntityTable: Sendable {
    typealias Key = OrderedKeys.Key

    /// What a row became.
    private enum Override: Sendable {
        case whole(JSON)
        /// Members that differ from the generated row; null: absent.
        case changes(JSONObject)
    }

    let kind: EntityKind
    let store: GeneratedStore
    private var overrides: [Int: Override] = [:]
    private var deleted: Set<Int> = []
    private var greatestID: Int
    /// By `updated_at`, then id.
    private(set) var timeline: OrderedKeys
    /// By id.
    private(set) var ids: OrderedKeys

    init(_ kind: EntityKind, of store: GeneratedStore) {
        self.kind = kind
        self.store = store
        greatestID = store.count(kind)
        timeline = OrderedKeys(kind, of: store, by: .time)
        ids = OrderedKeys(kind, of: store, by: .id)
    }

    var count: Int { ids.count }
    /// Ids are never given twice.
    var nextID: Int { greatestID + 1 }
    /// `id` of customers, `entity_id` of all others.
    var idField: String { kind == .customers ? "id" : "entity_id" }
    /// Rows that are no longer as generated, and generated ones that are gone.
    var overriddenIDs: [Int] { Array(overrides.keys) + deleted }

    func contains(id: Int) -> Bool { overrides[id] != nil || isAsGenerated(id: id) }

    func isAsGenerated(id: Int) -> Bool {
        id >= 1 && id <= store.count(kind) && overrides[id] == nil && !deleted.contains(id)
    }

    func document(id: Int) -> JSON? {
        switch overrides[id] {
        case .whole(let document)?: document
        case .changes(let changes)?: .object(Self.merged(store.document(kind, at: id - 1), changes))
        case nil: isAsGenerated(id: id) ? store.document(kind, at: id - 1) : nil
        }
    }

    private static func merged(_ document: JSON, _ changes: JSONObject) -> JSONObject {
        var object = document.object ?? JSONObject()
        for (name, value) in changes { object[name] = value.isNull ? nil : value }
        return object
    }

    /// An id taken by a row that is not there yet.
    mutating func reserve(id: Int) { greatestID = max(greatestID, id) }

    /// Adds or replaces a row; the document carries its `updated_at`.
    mutating func put(_ document: JSON, id: Int) {
        set(.whole(document), id: id)
    }

    /// Changes members of a row that is there; null removes one.
    mutating func change(_ changes: JSONObject, id: Int) {
        switch overrides[id] {
        case .whole(let document)?: set(.whole(.object(Self.merged(document, changes))), id: id)
        case .changes(var earlier)?:
            for (name, value) in changes { earlier[name] = value }
            set(.changes(earlier), id: id)
        case nil: if isAsGenerated(id: id) { set(.changes(changes), id: id) }
        }
    }

    private mutating func set(_ override: Override, id: Int) {
        let wasThere = contains(id: id)
        if wasThere { timeline.remove(Key(value: updatedSeconds(id: id), id: id)) }
        deleted.remove(id)
        overrides[id] = override
        timeline.insert(Key(value: updatedSeconds(id: id), id: id))
        if !wasThere { ids.insert(Key(value: id, id: id)) }
        reserve(id: id)
    }

    /// Gone without a tombstone, as in Adobe.
    @discardableResult
    mutating func remove(id: Int) -> Bool {
        guard contains(id: id) else { return false }
        ids.remove(Key(value: id, id: id))
        timeline.remove(Key(value: updatedSeconds(id: id), id: id))
        overrides[id] = nil
        if id >= 1, id <= store.count(kind) { deleted.insert(id) }
        return true
    }

    /// The foreign key of a deleted customer becomes NULL; `updated_at` stays (reference 2.7).
    mutating func forget(customer: Int) {
        let positions = store.positions(.orders, where: "customer_id", isAnyOf: [String(customer)]) ?? []
        for id in Set(positions.map { $0 + 1 }).union(overrides.keys)
        where document(id: id)?["customer_id"]?.int == customer {
            change(["customer_id": .null], id: id)
        }
    }

    /// Of a row that is there.
    func updatedSeconds(id: Int) -> Int {
        let written: JSON? =
            switch overrides[id] {
            case .whole(let document)?: document["updated_at"] ?? .null
            case .changes(let changes)?: changes["updated_at"]
            case nil: nil
            }
        guard let written else { return store.outline(kind, at: id - 1).updatedSeconds }
        return DatabaseTime.seconds(written.string ?? "")
    }

    /// Whether a row's part in the totals may differ from the generated one's.
    func affectsTotals(id: Int) -> Bool {
        guard case .changes(let changes)? = overrides[id] else { return true }
        return changes["store_id"] != nil || changes["base_grand_total"] != nil
    }
}
