public import ExactJSON
public import Foundation
public import HTTPClient

/// What a client does alike for all its requests.
public struct AdobeClientConfiguration: Sendable {
    /// The store view in whose name, language and settings the API is called; it filters nothing
    /// (reference Adobe 3.1). Its messages should be English for refusals to be recognised.
    public var storeViewCode = "default"
    /// For each request.
    public var timeouts = HTTPTimeouts()
    /// A larger answer is refused, and asked for again with fewer rows.
    public var maximumBodyBytes = 32 << 20
    /// For pages; `get` tries once.
    public var retry = RetryPolicy()

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
/// From any thread; bound the requests at a time to one or two per store.
public final class AdobeClient: Sendable {
    /// The store.
    public let url: StoreURL
    let configuration: AdobeClientConfiguration
    private let credentials: AdobeCredentials
    private let http: HTTPClient
    private let clock: ServerClock

    /// A client of one store; nothing is sent yet.
    /// - Parameter localTime: this machine's clock.
    public init(
        url: StoreURL,
        credentials: AdobeCredentials,
        http: HTTPClient,
        configuration: AdobeClientConfiguration = .init(),
        localTime: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.url = url
        self.credentials = credentials
        self.http = http
        self.configuration = configuration
        clock = ServerClock(localTime: localTime)
    }

    /// The store's time, from its last answer; this machine's before there was one.
    public var serverTime: Date { clock.now }

    /// Reads one resource, once. Only a refused nonce is tried again, with a new one and the store's own time:
    /// libcurl resends a GET when a kept connection had died, and the store then sees the first nonce twice.
    public func get(_ resource: AdobeResource, _ query: AdobeQuery = .init()) async throws(AdobeError)
        -> AdobeAnswer
    {
        do throws(AdobeError) {
            return try await attempt(resource, query)
        } catch {
            guard case .signIn(let refusal) = error.cause, refusal.isMendedByResigning else { throw error }
            return try await attempt(resource, query)
        }
    }

    private func attempt(_ resource: AdobeResource, _ query: AdobeQuery) async throws(AdobeError)
        -> AdobeAnswer
    {
        let request = try signedRequest(resource, query)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(request)
        } catch {
            throw AdobeError(.transport(error.cause), resource: resource)
        }
        let serverTime = clock.learn(date: response.headers["Date"], age: response.headers["Age"])
        let reading = AnswerReading(resource: resource, secrets: credentials.secrets, now: clock.local)
        return AdobeAnswer(json: try reading.json(of: response), serverTime: serverTime)
    }

    private func signedRequest(_ resource: AdobeResource, _ query: AdobeQuery) throws(AdobeError)
        -> HTTPRequest
    {
        guard case .oauth1(let oauth) = credentials else {
            throw AdobeError(.signInNotSupported, resource: resource)
        }
        let address = "\(url.text)/rest/\(configuration.storeViewCode.percentEncoded)/V1/\(resource.path)"
        let authorization = OAuth1Signer(credentials: oauth).authorization(
            method: HTTPRequest.Method.get.rawValue,
            url: address,
            query: query,
            timestamp: Int64(UTCTime.wholeSeconds(clock.now))
        )
        return HTTPRequest(
            method: .get,
            url: query.pairs.isEmpty ? address : "\(address)?\(query.text)",
            headers: ["Accept": "application/json", "Authorization": authorization],
            timeouts: configuration.timeouts,
            maximumBodyBytes: configuration.maximumBodyBytes
        )
    }
}
