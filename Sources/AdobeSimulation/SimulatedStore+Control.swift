import ExactJSON
import StoreGenerator
import Synchronization

/// `/_simulator/…`: how tests and demos steer the store. Loopback only, no authentication.
extension SimulatedStore {
    func control(_ request: StoreRequest) -> StoreResponse {
        guard request.isLoopback else { return Self.plain(403, ["error": "loopback only"]) }
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        let kind = parts.first.flatMap(EntityKind.init(rawValue:))
        do {
            switch (request.method, parts.count) {
            case ("GET", 1) where parts[0] == "totals": return Self.plain(200, totals())
            case ("GET", 1) where parts[0] == "requests":
                let last = QueryValue.first("last", in: request.query).flatMap { Int($0) } ?? 100
                return Self.plain(200, state.withLock { $0.journal }.json(last: last))
            case ("POST", 1) where parts[0] == "faults": return try replaceFaults(request.body)
            case ("POST", 1): if let kind { return try put(request.body, kind) }
            case ("GET", 2): if let kind { return read(kind, id: parts[1]) }
            case ("PATCH", 2): if let kind { return try patch(request.body, kind, id: parts[1]) }
            case ("DELETE", 2): if let kind { return delete(kind, id: parts[1]) }
            default: break
            }
        } catch let error as JSONError {
            return Self.plain(400, ["error": .string("\(error)")])
        } catch {
            return Self.plain(400, ["error": .string("\(error)")])
        }
        return Self.plain(404, ["error": "no such control"])
    }

    /// Adds or replaces a document as it is. Without an id it gets the next; `created_at` of a new one and
    /// `updated_at` are now unless given.
    @discardableResult
    func put(_ document: JSON, _ kind: EntityKind) -> Int {
        let now = StoreTime.text(now)
        return state.withLock { state in
            guard var table = state.tables[kind], var object = document.object else { return 0 }
            state.tables[kind] = nil
            let id = object[table.idField]?.int ?? table.nextID
            object[table.idField] = .int(id)
            if object["created_at"] == nil {
                object["created_at"] = table.document(id: id)?["created_at"] ?? .string(now)
            }
            if object["updated_at"] == nil { object["updated_at"] = .string(now) }
            table.put(.object(object), id: id)
            state.tables[kind] = table
            return id
        }
    }

    private func put(_ body: [UInt8], _ kind: EntityKind) throws(JSONError) -> StoreResponse {
        let json = try JSON(parsing: body)
        let documents = json.array ?? [json]
        guard !documents.isEmpty, documents.allSatisfy({ $0.object != nil }) else {
            return Self.plain(400, ["error": "expected an object or a list of objects"])
        }
        return Self.plain(200, ["ids": .array(documents.map { .int(put($0, kind)) })])
    }

    /// Changes some members; what is null is removed.
    private func patch(_ body: [UInt8], _ kind: EntityKind, id: String) throws(JSONError) -> StoreResponse {
        let changes = try JSON(parsing: body)
        let table = state.withLock { $0.tables[kind] }
        guard let id = Int(id), var object = table?.document(id: id)?.object, let changes = changes.object
        else {
            return Self.plain(404, ["error": "no such document, or not an object"])
        }
        object["updated_at"] = nil
        for (name, value) in changes { object[name] = value.isNull ? nil : value }
        put(.object(object), kind)
        return read(kind, id: String(id))
    }

    private func read(_ kind: EntityKind, id: String) -> StoreResponse {
        let table = state.withLock { $0.tables[kind] }
        guard let id = Int(id), let document = table?.document(id: id) else {
            return Self.plain(404, ["error": "no such document"])
        }
        return Self.plain(200, document)
    }

    private func delete(_ kind: EntityKind, id: String) -> StoreResponse {
        let isGone = state.withLock { state in
            Int(id).map { state.tables[kind]?.remove(id: $0) ?? false } ?? false
        }
        return isGone ? Self.plain(200, ["deleted": true]) : Self.plain(404, ["error": "no such document"])
    }

    /// The same keys as in a scenario file; JSON is YAML.
    private func replaceFaults(_ body: [UInt8]) throws(ScenarioError) -> StoreResponse {
        let text = String(decoding: body, as: UTF8.self)
        let start = text.first { !$0.isWhitespace }
        let file = start == "[" ? "{\"faults\": \(text)}" : start == "-" ? "faults:\n\(text)" : text
        let scenario = try Scenario(yaml: file)
        let seed = self.scenario.seed
        state.withLock { $0.faults = FaultPlan(scenario.faults, seed: seed) }
        return Self.plain(200, ["faults": .int(scenario.faults.count)])
    }

    private static func plain(_ status: Int, _ json: JSON) -> StoreResponse {
        StoreResponse(status: status, body: json.bytes)
    }
}
