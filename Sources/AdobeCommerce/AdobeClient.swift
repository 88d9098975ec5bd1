import Accounting
public import ExactJSON
public import Foundation
public import HTTPClient

/// What a client does alike for all its requests.
public struct AdobeClientConfiguration: Sendable {
    /// The store view in whose name, language and settings the API is called; it filters nothing
    /// (reference Adobe 3.1, 1.5). Its messages should be English for refusals to be recognised.
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
    let configuration: AdobeClientConfiguration
    let pageSizes = PageSizes()
    private let signIn: AdobeSignIn
    private let http: HTTPClient
    private let clock: ServerClock
    private let pace: RequestPace

    /// A client of one store; nothing is sent yet.
    /// - Parameter localTime: this machine's clock.
    public init(
        url: StoreURL,
        signIn: AdobeSignIn,
        http: HTTPClient,
        configuration: AdobeClientConfiguration = .init(),
        localTime: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.url = url
        self.signIn = signIn
        self.http = http
        self.configuration = configuration
        clock = ServerClock(localTime: localTime)
        pace = RequestPace(
            perMinute: configuration.requestsPerMinute,
            atATime: configuration.requestsAtATime
        )
    }

    /// The store's time, from its last answer; this machine's before there was one.
    public var serverTime: Date { clock.now }

    /// Reads one resource, once. Only a refused sign-in that something can be done about at once is tried again:
    /// a refused nonce with a new one and the store's own time, because libcurl resends a GET when a kept
    /// connection had died and the store then sees the first nonce twice; a refused bearer token with another.
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

    private func get(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ credentials: OAuth1Credentials
    ) async throws(AdobeError) -> AdobeAnswer {
        let signer = OAuth1Signer(credentials: credentials)
        do throws(AdobeError) {
            return try await attempt(resource, query) { signedHeaders(signer, resource, query) }
        } catch {
            guard case .signIn(let refusal) = error.cause, refusal.isMendedByResigning else { throw error }
            return try await attempt(resource, query) { signedHeaders(signer, resource, query) }
        }
    }

    private func get(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ credentials: IMSCredentials,
        _ tokens: any AccessTokenSource
    ) async throws(AdobeError) -> AdobeAnswer {
        let token = try await tokens.accessToken()
        do throws(AdobeError) {
            return try await attempt(resource, query, token) { bearerHeaders(token, credentials) }
        } catch {
            guard error.status == 401 else { throw error }
            let other = try await tokens.accessToken(insteadOf: token)
            guard other.secret != token.secret else { throw error }
            return try await attempt(resource, query, other) { bearerHeaders(other, credentials) }
        }
    }

    /// - Parameter headers: made when it is the request's turn: a signature carries the time.
    private func attempt(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ token: AccessToken? = nil,
        headers: () -> HTTPHeaders
    ) async throws(AdobeError) -> AdobeAnswer {
        try await pace.run { () async throws(AdobeError) in
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await http.send(request(resource, query, headers()))
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

    private func request(_ resource: AdobeResource, _ query: AdobeQuery, _ headers: HTTPHeaders)
        -> HTTPRequest
    {
        let address = address(of: resource)
        return HTTPRequest(
            method: .get,
            url: query.pairs.isEmpty ? address : "\(address)?\(query.text)",
            headers: headers,
            timeouts: configuration.timeouts,
            maximumBodyBytes: configuration.maximumBodyBytes
        )
    }

    /// Before the `?`. The Cloud Service has no `/rest` and names the store view in a header (reference Adobe 1.5).
    private func address(of resource: AdobeResource) -> String {
        switch signIn {
        case .oauth1: "\(url.text)/rest/\(configuration.storeViewCode.percentEncoded)/V1/\(resource.path)"
        case .ims: "\(url.text)/V1/\(resource.path)"
        }
    }

    private func signedHeaders(_ signer: OAuth1Signer, _ resource: AdobeResource, _ query: AdobeQuery)
        -> HTTPHeaders
    {
        let authorization = signer.authorization(
            method: HTTPRequest.Method.get.rawValue,
            url: address(of: resource),
            query: query,
            timestamp: Int64(UTCTime.wholeSeconds(clock.now))
        )
        return ["Accept": "application/json", "Authorization": authorization]
    }

    private func bearerHeaders(_ token: AccessToken, _ credentials: IMSCredentials) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Authorization": token.secret.withText { "Bearer \($0)" },
            "x-api-key": credentials.clientID, "Store": configuration.storeViewCode,
        ]
        // Whether the gateway wants it is not documented; where it is known it does no harm.
        if !credentials.organizationID.isEmpty { headers["x-gw-ims-org-id"] = credentials.organizationID }
        return headers
    }
}
