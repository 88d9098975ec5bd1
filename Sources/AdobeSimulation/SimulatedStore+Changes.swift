import ExactJSON
import StoreGenerator
import Synchronization

/// What shoppers, merchants and extensions do to the documents.
extension SimulatedStore {
    /// Rows one request may touch.
    private static let touchLimit = 100_000

    /// Adds or replaces documents as they are, all with the same stamp. Without an id a document gets the
    /// next; `created_at` of a new one and `updated_at` are now unless given.
    @discardableResult
    func put(_ documents: [JSON], _ kind: EntityKind, terms: ChangeTerms = ChangeTerms()) -> [Int] {
        let milliseconds = nowMilliseconds
        let stamp = StoreTime.text(milliseconds / 1000)
        return state.withLock { state in
            documents.compactMap { document in
                guard let table = state.tables[kind], var object = document.object else { return nil }
                let id = object[table.idField]?.int ?? table.nextID
                let old = table.contains(id: id) ? table.document(id: id) : nil
                object[table.idField] = .int(id)
                if object["created_at"] == nil { object["created_at"] = old?["created_at"] ?? .string(stamp) }
                if object["updated_at"] == nil {
                    let kept = terms.movesUpdatedAt ? nil : old?["updated_at"]
                    object["updated_at"] = kept ?? .string(stamp)
                }
                state.make(
                    .put(.object(object)),
                    kind,
                    id: id,
                    terms: terms,
                    nowMilliseconds: milliseconds
                )
                return id
            }
        }
    }

    /// Changes the same members of many rows in the same second; rows that are not there are passed over.
    /// - Returns: How many there were.
    func change(_ members: JSONObject, _ kind: EntityKind, ids: some Sequence<Int>, terms: ChangeTerms) -> Int
    {
        let milliseconds = nowMilliseconds
        var members = members
        if terms.movesUpdatedAt, members["updated_at"] == nil {
            members["updated_at"] = .string(StoreTime.text(milliseconds / 1000))
        }
        let changes = members
        let wanted = Array(ids.prefix(Self.touchLimit))
        return state.withLock { state in
            var count = 0
            for id in wanted where state.tables[kind]?.contains(id: id) == true {
                state.make(.members(changes), kind, id: id, terms: terms, nowMilliseconds: milliseconds)
                count += 1
            }
            return count
        }
    }

    /// `POST {kind}/touch {"ids": […], "set": {…}}`, or `"from"` and `"to"` instead of `ids`.
    func touch(_ body: [UInt8], _ kind: EntityKind, terms: ChangeTerms) throws(JSONError) -> JSON? {
        let wishes = try JSON(parsing: body)
        let members = wishes["set"]?.object ?? JSONObject()
        if let ids = wishes["ids"]?.array {
            return ["touched": .int(change(members, kind, ids: ids.compactMap(\.int), terms: terms))]
        }
        guard let from = wishes["from"]?.int, let to = wishes["to"]?.int, from <= to else { return nil }
        return ["touched": .int(change(members, kind, ids: from...to, terms: terms))]
    }
}
