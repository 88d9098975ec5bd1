import ExactJSON
import Foundation
import StoreGenerator
import Synchronization

/// The store itself, without a network: takes requests as they came in, gives answers, keeps what tests
/// change. Any thread.
final class SimulatedStore: Sendable {
    struct State: Sendable {
        var tables: [EntityKind: EntityTable]
        var verifier: OAuthVerifier
        var tokens = BearerTokens()
        var faults: FaultPlan
        var journal = RequestJournal()
        var reports = 0
    }

    /// What the transport is to do.
    struct Outcome: Sendable {
        enum Delivery: Sendable { case whole, truncated, reset, stalled }

        var response: StoreResponse
        var delivery = Delivery.whole
        var delayMilliseconds = 0
    }

    let scenario: Scenario
    let generated: GeneratedStore
    let state: Mutex<State>
    private let storeCodes: Set<String>
    let baseURL = Mutex("http://127.0.0.1/")

    init(scenario: Scenario) {
        self.scenario = scenario
        let generated = StoreGenerator(seed: scenario.seed)
            .store(customers: scenario.customers, orders: scenario.orders, options: scenario.store)
        self.generated = generated
        var tables: [EntityKind: EntityTable] = [:]
        for kind in EntityKind.allCases { tables[kind] = EntityTable(kind, of: generated) }
        state = Mutex(
            State(
                tables: tables,
                verifier: OAuthVerifier(credentials: scenario.credentials, isStrict: scenario.isStrict),
                faults: FaultPlan(scenario.faults, seed: scenario.seed)
            )
        )
        storeCodes = Set(scenario.store.storeViews.map(\.code)).union(["all", "default"])
        for (kind, documents) in scenario.documents { for document in documents { put(document, kind) } }
    }

    /// The store's clock, Unix seconds.
    var now: Int { Int(Date().timeIntervalSince1970) + scenario.clockOffsetSeconds }

    func respond(to request: StoreRequest) -> Outcome {
        if request.path.hasPrefix("/_simulator/") { return Outcome(response: control(request)) }
        let resource = Route.resource(
            path: request.path,
            storeCodes: storeCodes,
            authentication: scenario.authentication
        )
        let name = resource ?? request.path
        let (verdict, report) = state.withLock { state in
            state.reports += 1
            return (state.faults.strike(method: request.method, resource: name), state.reports)
        }
        var outcome = Outcome(
            response: StoreResponse(status: 0, body: []),
            delayMilliseconds: verdict.delayMilliseconds
        )
        switch verdict.fault?.kind {
        case .reset: outcome.delivery = .reset
        case .stall: outcome.delivery = .stalled
        case .truncate:
            outcome.response = answer(request, resource: resource)
            outcome.delivery = .truncated
        case .invalidUTF8: outcome.response = answer(request, resource: resource).withInvalidUTF8
        default:
            outcome.response = verdict.fault?.answer(report: report) ?? answer(request, resource: resource)
        }
        let entry = RequestJournal.Entry(
            seconds: now,
            method: request.method,
            target: request.target,
            status: outcome.response.status,
            note: verdict.fault?.kind.rawValue ?? request.unsafeForMagento
        )
        state.withLock { $0.journal.record(entry, resource: name) }
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
            return StoreResponse(
                status: 200,
                body: AdobeJSON.bytes(try projected(json, query: request.query))
            )
        } catch let error as AdobeError {
            return error.response
        } catch {
            return AdobeError.masked(0).response
        }
    }

    private func authorize(_ request: StoreRequest, for resource: String) throws(AdobeError) {
        let now = now
        switch scenario.authentication {
        case .oauth1:
            try state.withLock { state throws(AdobeError) in
                try state.verifier.verify(request, resource: resource, now: now)
            }
        case .ims:
            let isKnown = state.withLock { $0.tokens.admits(request, now: now) }
            guard isKnown, request.header("x-api-key") == scenario.credentials.clientID else {
                throw .gateway
            }
        }
        if let granted = scenario.resources, !granted.contains(resource) { throw .notAuthorized(resource) }
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
