import ExactJSON
import Foundation
import StoreGenerator
import Synchronization

/// The store itself, without a network: takes requests as they came in, gives answers, keeps what tests
/// change. Any thread.
final class SimulatedStore: Sendable {
    struct State: Sendable {
        /// What was asked for at the start, with what was changed since.
        var scenario: Scenario
        var tables: [EntityKind: EntityTable]
        var verifier: OAuthVerifier
        var tokens = BearerTokens()
        var faults: FaultPlan
        var journal = RequestJournal()
        var reports = 0
        var authorityChanges = AuthorityChanges()
        var uncommitted: [Uncommitted] = []
        var plans = PlannedControls()
        var rate = RateMeter()
    }

    /// What the transport is to do.
    struct Outcome: Sendable {
        enum Delivery: Sendable { case whole, truncated, reset, stalled }

        var response: StoreResponse
        var delivery = Delivery.whole
        var delayMilliseconds = 0
    }

    let generated: GeneratedStore
    let state: Mutex<State>
    private let storeCodes: Set<String>
    let baseURL = Mutex("http://127.0.0.1/")

    init(scenario: Scenario) {
        let generated = StoreGenerator(seed: scenario.seed)
            .store(customers: scenario.customers, orders: scenario.orders, options: scenario.store)
        self.generated = generated
        var tables: [EntityKind: EntityTable] = [:]
        for kind in EntityKind.allCases { tables[kind] = EntityTable(kind, of: generated) }
        state = Mutex(
            State(
                scenario: scenario,
                tables: tables,
                verifier: OAuthVerifier(credentials: scenario.credentials, isStrict: scenario.isStrict),
                faults: FaultPlan(scenario.faults, seed: scenario.seed)
            )
        )
        storeCodes = Set(scenario.store.storeViews.map(\.code)).union(["all", "default"])
        for (kind, documents) in scenario.documents { put(documents, kind) }
    }

    /// As it is now.
    var scenario: Scenario { state.withLock { $0.scenario } }

    /// The store's clock, Unix seconds.
    var now: Int { nowMilliseconds / 1000 }

    var nowMilliseconds: Int {
        let offset = state.withLock { $0.scenario.clockOffsetSeconds }
        return Int(Date().timeIntervalSince1970 * 1000) + offset * 1000
    }

    func respond(to request: StoreRequest) -> Outcome {
        let milliseconds = nowMilliseconds
        state.withLock { $0.commit(nowMilliseconds: milliseconds) }
        if request.isControl { return Outcome(response: control(request)) }
        let resource = Route.resource(
            path: request.path,
            storeCodes: storeCodes,
            in: scenario
        )
        let name = resource ?? request.path
        carryOutPlans(method: request.method, resource: name)
        let (verdict, report) = state.withLock { state in
            state.reports += 1
            var verdict = state.faults.strike(method: request.method, resource: name)
            if let wait = state.rate.wait(state.scenario.rateLimit, nowMilliseconds: milliseconds) {
                verdict.fault = Fault(on: "*", kind: .status429, retryAfter: wait)
            }
            return (verdict, state.reports)
        }
        var outcome = Outcome(response: StoreResponse(status: 0, body: []))
        switch verdict.fault?.kind {
        case .reset: outcome.delivery = .reset
        case .stall: outcome.delivery = .stalled
        case .truncate:
            outcome.response = answer(request, resource: resource)
            outcome.delivery = .truncated
        case .invalidUTF8: outcome.response = answer(request, resource: resource).withInvalidUTF8
        case .oversize:
            let megabytes = verdict.fault?.megabytes ?? 0
            outcome.response = answer(request, resource: resource).padded(megabytes: megabytes)
        default:
            outcome.response =
                verdict.fault?.answer(report: report, now: milliseconds / 1000)
                ?? answer(request, resource: resource)
        }
        outcome.delayMilliseconds =
            verdict.delayMilliseconds + verdict.delayMillisecondsPerRow * outcome.response.rows
        if scenario.compresses { outcome.response = outcome.response.encoded(for: request) }
        let entry = RequestJournal.Entry(
            seconds: now,
            method: request.method,
            target: request.target,
            status: outcome.response.status,
            note: verdict.fault?.kind.rawValue ?? request.unsafeForMagento
        )
        state.withLock { $0.journal.record(entry, of: request, resource: name) }
        return outcome
    }

    private func answer(_ request: StoreRequest, resource: String?) -> StoreResponse {
        do {
            if request.path == "/ims/token/v3" { return try issueToken(request) }
            guard ["GET", "HEAD"].contains(request.method) else {
                throw AdobeError.methodNotSupported(request.method)
            }
            guard let resource, let route = Route(resource: resource) else { throw AdobeError.noRoute }
            try authorize(request, for: route.resource)
            try checkAccept(request)
            let json = try document(route, query: request.query)
            var response = StoreResponse(
                status: 200,
                body: AdobeJSON.bytes(try projected(json, query: request.query))
            )
            response.rows = json["items"]?.array?.count ?? 1
            return response
        } catch let error as AdobeError {
            return error.response
        } catch {
            return AdobeError.masked(0).response
        }
    }

    private func authorize(_ request: StoreRequest, for resource: String) throws(AdobeError) {
        let now = now
        try state.withLock { state throws(AdobeError) in
            state.applyAuthorityChanges()
            switch state.scenario.authentication {
            case .oauth1: try state.verifier.verify(request, resource: resource, now: now)
            case .ims:
                guard state.tokens.admits(request, now: now),
                    request.header("x-api-key") == state.scenario.credentials.clientID
                else { throw .gateway }
            }
            if let granted = state.scenario.resources, !granted.contains(resource) {
                throw .notAuthorized(resource)
            }
            state.authorityChanges.count()
        }
    }

    private func checkAccept(_ request: StoreRequest) throws(AdobeError) {
        guard let accept = request.header("accept")?.lowercased() else { return }
        let isServed = ["application/json", "*/*", "application/*"].contains { accept.contains($0) }
        if !isServed { throw AdobeError(406, "Server cannot understand Accept HTTP header media type.") }
    }

    private func projected(_ json: JSON, query: String) throws(AdobeError) -> JSON {
        guard let text = QueryValue.first("fields", in: query) else { return json }
        guard let projection = FieldsProjection(text) else { return .array([]) }
        return projection.apply(json)
    }
}

enum QueryValue {
    static func first(_ name: String, in query: String) -> String? {
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard PercentEncoding.decode(halves[0], plusIsSpace: true) == name else { continue }
            return halves.count > 1 ? PercentEncoding.decode(halves[1], plusIsSpace: true) : ""
        }
        return nil
    }
}
