import ExactJSON
import Synchronization

/// Control requests that are carried out between two of a client's requests, so that a test meets the same
/// moment every time: after the third page, say.
struct PlannedControls: Sendable {
    private var waiting: [(on: String, left: Int, request: StoreRequest)] = []
    private static let limit = 1000

    mutating func add(_ request: StoreRequest, on pattern: String, after requests: Int) -> Bool {
        guard waiting.count < Self.limit else { return false }
        waiting.append((pattern, max(requests, 0), request))
        return true
    }

    /// What is to be done before this request is answered.
    mutating func due(method: String, resource: String) -> [StoreRequest] {
        guard !waiting.isEmpty else { return [] }
        var due: [StoreRequest] = []
        var left: [(on: String, left: Int, request: StoreRequest)] = []
        for var plan in waiting {
            let isMatch = FaultPlan.matches(plan.on, method, resource)
            if isMatch, plan.left == 0 {
                due.append(plan.request)
            } else {
                if isMatch { plan.left -= 1 }
                left.append(plan)
            }
        }
        waiting = left
        return due
    }
}

extension SimulatedStore {
    /// `POST plan {"on": "GET orders*", "after": 3, "do": "PATCH orders/7?stamp=false", "body": {…}}`.
    func plan(_ body: [UInt8]) throws(JSONError) -> StoreResponse? {
        let wishes = try JSON(parsing: body)
        let words = (wishes["do"]?.string ?? "").split(separator: " ")
        guard words.count == 2, words[1].split(separator: "?").first != "plan" else { return nil }
        let request = StoreRequest(
            method: String(words[0]),
            target: "/_simulator/\(words[1])",
            headers: [],
            host: "",
            body: wishes["body"]?.bytes ?? []
        )
        let isKept = state.withLock { state in
            state.plans.add(request, on: wishes["on"]?.string ?? "*", after: wishes["after"]?.int ?? 0)
        }
        return isKept ? StoreResponse(status: 200, body: Array("{}".utf8)) : nil
    }

    /// Carries out what was planned for this moment.
    func carryOutPlans(method: String, resource: String) {
        let due = state.withLock { $0.plans.due(method: method, resource: resource) }
        for request in due { _ = control(request) }
    }
}
