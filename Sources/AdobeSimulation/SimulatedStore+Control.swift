import ExactJSON
import StoreGenerator
import Synchronization
import Yams

/// `/_simulator/…`: how tests and demos steer the store. Loopback only, no authentication.
extension SimulatedStore {
    func control(_ request: StoreRequest) -> StoreResponse {
        guard request.isLoopback else { return Self.plain(403, ["error": "loopback only"]) }
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        do {
            let answer =
                if let first = parts.first, let kind = EntityKind(rawValue: first) {
                    try documents(request, kind, rest: parts.dropFirst().first)
                } else {
                    try behaviour(request, parts.joined(separator: "/"))
                }
            return answer ?? Self.plain(404, ["error": "no such control"])
        } catch {
            return Self.plain(400, ["error": .string("\(error)")])
        }
    }

    private func behaviour(_ request: StoreRequest, _ name: String) throws -> StoreResponse? {
        switch (request.method, name) {
        case ("GET", "totals"): return Self.plain(200, totals())
        case ("GET", "requests"):
            let last = QueryValue.first("last", in: request.query).flatMap { Int($0) } ?? 100
            return Self.plain(200, state.withLock { $0.journal }.json(last: last))
        case ("POST", "faults"): return try replaceFaults(request.body)
        case ("POST", "settings"): return try changeSettings(request.body)
        case ("POST", "badRows"): return try replaceBadRows(request.body)
        case ("POST", "reauthorize"): return Self.plain(200, try reauthorize(request.body))
        case ("GET", "tokens"): return Self.plain(200, tokenCounts())
        case ("POST", "tokens/expire"): return Self.plain(200, try expireTokens(request.body))
        case ("POST", "plan"):
            return try plan(request.body)
                ?? Self.plain(
                    400,
                    ["error": "expected on, after, do: \"METHOD name\" and body; 1000 at most"]
                )
        case ("POST", "commit"):
            return Self.plain(200, ["committed": .int(state.withLock { $0.commitAll() })])
        default: return nil
        }
    }

    private func documents(_ request: StoreRequest, _ kind: EntityKind, rest: String?) throws
        -> StoreResponse?
    {
        switch (request.method, rest) {
        case ("POST", nil):
            let json = try JSON(parsing: request.body)
            let documents = json.array ?? [json]
            guard !documents.isEmpty, documents.allSatisfy({ $0.object != nil }) else {
                return Self.plain(400, ["error": "expected an object or a list of objects"])
            }
            let ids = put(documents, kind, terms: try ChangeTerms(query: request.query))
            return Self.plain(200, ["ids": .array(ids.map { .int($0) })])
        case ("POST", "touch"):
            let answer = try touch(request.body, kind, terms: ChangeTerms(query: request.query))
            return answer.map { Self.plain(200, $0) }
                ?? Self.plain(400, ["error": "expected ids, or from and to"])
        case ("GET", let id?): return read(kind, id: id)
        case ("PATCH", let id?):
            let changes = try JSON(parsing: request.body)
            return patch(changes, kind, id: id, terms: try ChangeTerms(query: request.query))
        case ("DELETE", let id?): return delete(kind, id: id)
        default: return nil
        }
    }

    /// Changes some members; what is null is removed.
    private func patch(_ changes: JSON, _ kind: EntityKind, id: String, terms: ChangeTerms) -> StoreResponse {
        guard let number = Int(id), let members = changes.object,
            change(members, kind, ids: [number], terms: terms) == 1
        else { return Self.plain(404, ["error": "no such document, or not an object"]) }
        return read(kind, id: id)
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
            guard let id = Int(id), state.tables[kind]?.remove(id: id) == true else { return false }
            if kind == .customers { state.tables[.orders]?.forget(customer: id) }
            return true
        }
        return isGone ? Self.plain(200, ["deleted": true]) : Self.plain(404, ["error": "no such document"])
    }

    /// The same keys as in a scenario file; JSON is YAML.
    private func replaceFaults(_ body: [UInt8]) throws -> StoreResponse {
        let text = String(decoding: body, as: UTF8.self)
        let start = text.first { !$0.isWhitespace }
        let file = start == "[" ? "{\"faults\": \(text)}" : start == "-" ? "faults:\n\(text)" : text
        let scenario = try Scenario(yaml: file)
        state.withLock { $0.faults = FaultPlan(scenario.faults, seed: $0.scenario.seed) }
        return Self.plain(200, ["faults": .int(scenario.faults.count)])
    }

    /// Those keys of a scenario file that say how the store behaves; the others stay as they are.
    private func changeSettings(_ body: [UInt8]) throws -> StoreResponse {
        let section = try Self.section(body)
        var changed = scenario
        try changed.readBehaviour(section)
        try section.refuseUnknownKeys()
        let new = changed
        state.withLock { state in
            state.scenario = new
            state.verifier.credentials = new.credentials
            state.verifier.isStrict = new.isStrict
        }
        return Self.plain(200, [:])
    }

    private func replaceBadRows(_ body: [UInt8]) throws -> StoreResponse {
        let rows = try Self.section(body).rows()
        state.withLock { $0.scenario.badRows = rows }
        return Self.plain(200, ["badRows": .int(rows.values.map(\.count).reduce(0, +))])
    }

    private static func section(_ body: [UInt8]) throws -> ScenarioSection {
        guard let node = try Yams.compose(yaml: String(decoding: body, as: UTF8.self)) else {
            throw ScenarioError(line: nil, problem: "expected keys with values")
        }
        return try ScenarioSection(node)
    }

    private static func plain(_ status: Int, _ json: JSON) -> StoreResponse {
        StoreResponse(status: status, body: json.bytes)
    }
}
