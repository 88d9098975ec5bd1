import Accounting
public import ExactJSON
public import Foundation
public import HTTPClient

/// What a client does alike for all its requests.
public struct AdobeClientConfiguration: Sendable {
    /// The store view in whose name, language and settings the API is called; it filters nothing
    /// (reference Adobe 3.1, 1.5). Its messages should be English for refusals to be recognised. Where a store has
    /// no such view, it is called without one.
    public var storeViewCode = "default"
    /// For each request.
    public var timeouts = HTTPTimeouts()
    /// A larger answer is refused, and asked for again with fewer rows.
    public var maximumBodyBytes = 32 << 20
    /// For pages; `get` tries once.
    public var retry = RetryPolicy()
    /// Most requests in any minute, retries included; nil for no limit. Further ones wait.
    public var requestsPerMinute: Int?
    /// Most requests under way at once. Further ones wait.
    public var requestsAtATime = 2

    /// Everything at its default.
    public init() {}
}

/// An answer with the store's own time.
public struct AdobeAnswer: Sendable {
    /// The body.
    public let json: JSON
    /// The `Date` of the answer.
    public let serverTime: Date?
}

/// Reads one Adobe Commerce store. It sends GET and nothing else: the rights an integration needs for reading
/// would let it write too (reference Adobe 3.1), so the type has no way to.
///
/// From any thread. Requests wait their turn: see `AdobeClientConfiguration.requestsAtATime`.
public final class AdobeClient: Sendable {
    /// The store.
    public let url: StoreURL
    let signIn: AdobeSignIn
    let configuration: AdobeClientConfiguration
    let memory: StoreMemory
    let clock: ServerClock
    private let http: HTTPClient

    /// A client of one store; nothing is sent yet.
    /// - Parameters:
    ///   - memory: what earlier clients of the same store have learned; its requests and theirs share one pace.
    ///   - localTime: this machine's clock.
    public init(
        url: StoreURL,
        signIn: AdobeSignIn,
        http: HTTPClient,
        memory: StoreMemory = .init(),
        configuration: AdobeClientConfiguration = .init(),
        localTime: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.url = url
        self.signIn = signIn
        self.http = http
        self.memory = memory
        self.configuration = configuration
        clock = ServerClock(localTime: localTime)
    }

    /// The store's time, from its last answer; this machine's before there was one.
    public var serverTime: Date { clock.now }

    /// Why the store's clock is not believed; nil where it is, or where it is not known yet.
    public var clockProblem: ClockProblem? { clock.problem }

    /// Reads one resource, once. Only what something can be done about at once is tried again: a refused sign-in
    /// that a new signature or another bearer token may mend, and a store view in the path that is not there.
    public func get(_ resource: AdobeResource, _ query: AdobeQuery = .init()) async throws(AdobeError)
        -> AdobeAnswer
    {
        if let problem = query.problem { throw AdobeError(.unsafeQuery(problem), resource: resource) }
        switch signIn {
        case .oauth1(let credentials):
            return try await get(resource, query, credentials)
        case .ims(let credentials, let tokens):
            return try await get(resource, query, credentials, tokens)
        }
    }

    /// One request, and what its answer means.
    /// - Parameters:
    ///   - address: everything before the `?`.
    ///   - headers: made when it is the request's turn: a signature carries the time.
    func send(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        to address: String,
        with token: AccessToken? = nil,
        headers: () -> HTTPHeaders
    ) async throws(AdobeError) -> AdobeAnswer {
        try await memory.pace.run(configuration.pace) { () async throws(AdobeError) in
            let request = HTTPRequest(
                method: .get,
                url: query.pairs.isEmpty ? address : "\(address)?\(query.text)",
                headers: headers(),
                timeouts: configuration.timeouts,
                maximumBodyBytes: configuration.maximumBodyBytes
            )
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await RequestMetrics.send(request, by: http, as: resource.operation)
            } catch {
                throw AdobeError(.transport(error.cause), resource: resource, party: signIn.party)
            }
            let serverTime = clock.learn(date: response.headers["Date"], age: response.headers["Age"])
            let reading = AnswerReading(
                resource: resource,
                party: signIn.party,
                secrets: signIn.secrets + [token?.secret].compactMap { $0 },
                now: clock.local
            )
            return AdobeAnswer(json: try reading.json(of: response), serverTime: serverTime)
        }
    }
}

extension AdobeClientConfiguration {
    fileprivate var pace: RequestPace.Limits {
        .init(perMinute: requestsPerMinute, atATime: requestsAtATime)
    }
}
