import ExactJSON

/// `/_simulator/…`: what a rehearsal reads and changes; no sign-on.
struct ControlEndpoints: Sendable {
    let simulation: Simulation

    func answer(_ target: RequestTarget, body: [UInt8]) async -> Reply {
        let path = Array(target.segments.dropFirst())
        do throws(ScenarioError) {
            switch (target.method, path.first ?? "") {
            case ("GET", "books"): return Self.reply(await books())
            case ("GET", "requests"): return Self.reply(requests())
            case ("POST", "faults"): return try replaceFaults(try Self.json(body))
            case ("POST", "password"): return try changeUser(try Self.json(body))
            case ("POST", "companies") where path.count == 3:
                return try await change(path[1].uppercased(), path[2], try Self.json(body))
            default: return Self.problem("no such control", status: 404)
            }
        } catch {
            return Self.problem(error.description, status: 400)
        }
    }

    private func books() async -> JSON {
        var companies = JSONObject()
        for (code, company) in simulation.companies.sorted(by: { $0.key < $1.key }) {
            companies[code] = await company.books()
        }
        return ["companies": .object(companies)]
    }

    private func requests() -> JSON {
        [
            "counts": simulation.log.counts,
            "failedSignIns": .int(simulation.signOn.failures),
            "lockedUsers": .array(simulation.signOn.lockedUsers.map(JSON.string)),
            "faults": .array(
                simulation.faults.injected.map {
                    ["kind": .string($0.kind.rawValue), "on": .string($0.on), "injected": .int($0.count)]
                }
            ),
            "log": simulation.log.entries,
        ]
    }

    private func replaceFaults(_ json: JSON) throws(ScenarioError) -> Reply {
        let plans = try FaultPlan.list(ScenarioNode(json["faults"] ?? json, path: "faults"))
        simulation.faults.replace(plans)
        return Self.reply(["faults": .int(plans.count)])
    }

    /// `{"user": "CONNECTOR", "password": "NEW"}`, `{"user": "CONNECTOR", "modules": ["AR"]}`.
    private func changeUser(_ json: JSON) throws(ScenarioError) -> Reply {
        let node = ScenarioNode(json)
        _ = try node.members(["user", "password", "modules"])
        let user = try node["user"]?.text() ?? "CONNECTOR"
        var isKnown = true
        if let password = try node["password"]?.text() {
            isKnown = simulation.signOn.setPassword(password, of: user)
        }
        if let modules = try node["modules"]?.texts() {
            isKnown = simulation.signOn.setModules(Set(modules), of: user)
        }
        guard isKnown else { throw ScenarioError("there is no user \(user)") }
        return Self.reply(["user": .string(user)])
    }

    private func change(_ code: String, _ what: String, _ json: JSON) async throws(ScenarioError) -> Reply {
        guard let company = simulation.companies[code] else {
            throw ScenarioError("there is no company \(code)")
        }
        try await company.change(what, ScenarioJSON(json: json))
        return Self.reply(["company": .string(code)])
    }

    private static func json(_ body: [UInt8]) throws(ScenarioError) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: body)
        } catch {
            throw ScenarioError("\(error)")
        }
    }

    private static func reply(_ json: JSON) -> Reply {
        Reply(status: 200, contentType: "application/json", body: json.text)
    }

    private static func problem(_ text: String, status: Int) -> Reply {
        let body: JSON = ["error": .string(text)]
        return Reply(status: status, contentType: "application/json", body: body.text)
    }
}
