import Accounting
import Foundation
import HTTPClient
import Synchronization
import Testing

@testable import AdobeCommerce

/// The identity service and stores of the Cloud Service, over HTTP.
@Suite(.timeLimit(.minutes(3))) struct BearerSignInTests {
    private static let secret = "s3cr3t/+ &=value-of-32-characters"
    private static let token = "eyJhbGciOiJSUzI1NiJ9.t0k3n-0f-th3-st0re.c2ln"
    private static let now = Date(timeIntervalSince1970: 1_767_225_600)

    private func endpoint(_ service: LoopbackStore) -> IMSTokenEndpoint {
        IMSTokenEndpoint(
            credentials: credentials(service.url + "/ims/token/v3"),
            http: HTTPClient(configuration: .init(proxy: "")),
            localTime: { Self.now }
        )
    }

    private func credentials(_ tokenURL: String) -> IMSCredentials {
        IMSCredentials(
            clientID: " client&1\n",
            clientSecret: .init(Self.secret),
            organizationID: "1234@AdobeOrg",
            tokenURL: tokenURL
        )
    }

    private func ask(_ answer: LoopbackStore.Answer?) async throws -> Result<AccessToken, AdobeError> {
        let service = try LoopbackStore { _ in answer }
        defer { service.close() }
        do throws(AdobeError) { return .success(try await endpoint(service).requestToken()) } catch {
            return .failure(error)
        }
    }

    @Test func asksWithAFormAndTakesTheToken() async throws {
        let service = try LoopbackStore { _ in
            .init(#"{"access_token":"\#(Self.token)","token_type":"bearer","expires_in":86399}"#)
        }
        defer { service.close() }
        let token = try await endpoint(service).requestToken()
        #expect(token.secret.withText { $0 } == Self.token && token.expiresAt == Self.now + 86_399)
        let request = try #require(service.requests.first)
        #expect(service.requests.count == 1 && request.method == "POST" && request.target == "/ims/token/v3")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        let form = String(decoding: request.body, as: UTF8.self)
        #expect(
            form.hasPrefix(
                "grant_type=client_credentials&client_id=client%261&client_secret=s3cr3t%2F%2B%20%26%3Dvalue"
            )
        )
        #expect(form.hasSuffix("&scope=\(IMSCredentials.standardScopes.joined(separator: "%2C"))"))
    }

    @Test(
        "the end of a token",
        arguments: [
            ("86399", 86_399), ("\"3600\"", 3600), ("59.6", 60), ("1e3", 1000), ("0", nil), ("-5", nil),
            ("null", nil), ("\"soon\"", nil), ("1e99", nil), ("1e-9223372036854775808", nil), ("[]", nil),
            ("0.33333333333333333333333333333333333333", 0),
        ] as [(String, Int?)]
    )
    func expiry(_ printed: String, _ seconds: Int?) async throws {
        let answer = LoopbackStore.Answer(#"{"access_token":"\#(Self.token)","expires_in":\#(printed)}"#)
        let token = try await ask(answer).get()
        #expect(token.expiresAt == seconds.map { Self.now + TimeInterval($0) })
    }

    private static let refusals: [(Int, String, AdobeError.Cause)] = [
        (401, #"{"error":"invalid_client","error_description":"x"}"#, .signIn(.clientUnknown)),
        (400, #"{"error":"invalid_scope"}"#, .signIn(.scopes)),
        (400, #"{"error":"unauthorized_client"}"#, .signIn(.clientNotAllowed)),
        (400, #"{"error":"something_new"}"#, .signIn(.other)),
        (403, "<html>proxy</html>", .forbidden), (429, "{}", .throttled), (503, "", .maintenance),
        (200, "<html>log in</html>", .damaged(.webPage)), (200, "", .damaged(.empty)),
        (200, #"{"access_token":"\#(token)"#, .damaged(.truncated)),
        (200, #"{"token":"\#(token)"}"#, .damaged(.unexpectedShape)),
        (200, #"{"access_token":""}"#, .damaged(.unexpectedShape)),
        (200, #"{"access_token":"\#(token) \#(token)"}"#, .damaged(.unexpectedShape)),
        (200, "\"\(token)\"", .damaged(.unexpectedShape)),
        (201, #"{"access_token":"\#(token)"}"#, .damaged(.unexpectedShape)),
        (302, "", .redirected(to: nil)), (404, "", .noSuchRoute),
    ]

    @Test("what is no token is one clear error without a secret in it", arguments: refusals)
    func refused(_ status: Int, _ body: String, _ cause: AdobeError.Cause) async throws {
        let answer = try await ask(.init(status, body))
        let error = try #require(throws: AdobeError.self) { try answer.get() }
        #expect(error.cause == cause && error.party == .identityService)
        var dumped = ""
        dump(error, to: &dumped)
        let texts = [error.description, dumped, "\(error.failure)", error.excerpt]
        #expect(!texts.contains { $0.contains(Self.token) || $0.contains(Self.secret) })
        if status < 300 { #expect(error.excerpt.isEmpty) }
    }

    @Test func aSilentServiceIsNamed() async throws {
        let answer = try await ask(nil)
        let error = try #require(throws: AdobeError.self) { try answer.get() }
        #expect(error.cause == .transport(.connectionLost) && error.sentence.contains("identity service"))
    }

    // MARK: - Stores

    /// Gives out `first`, then `second`, and counts.
    private final class Tokens: AccessTokenSource {
        let given: [AccessToken]
        let replaced = Mutex<[AccessToken]>([])

        init(_ tokens: [String]) { given = tokens.map { AccessToken(secret: Secret($0), expiresAt: nil) } }

        func accessToken() async throws(AdobeError) -> AccessToken { given[0] }

        func accessToken(insteadOf refused: AccessToken) async throws(AdobeError) -> AccessToken {
            replaced.withLock { $0.append(refused) }
            return given[given.count - 1]
        }
    }

    private func client(_ store: LoopbackStore, _ tokens: Tokens) throws -> AdobeClient {
        try StoreWalk.client(store, signIn: .ims(credentials("http://unused.example"), tokens: tokens))
    }

    @Test func sendsTheTokenTheKeyAndTheStoreView() async throws {
        let store = try LoopbackStore { _ in .init("[]") }
        defer { store.close() }
        _ = try await client(store, Tokens([Self.token])).get(.storeViews)
        let request = try #require(store.requests.first)
        #expect(request.method == "GET" && request.target == "/V1/store/storeViews")
        #expect(request.headers["authorization"] == "Bearer \(Self.token)")
        #expect(request.headers["x-api-key"] == "client&1" && request.headers["store"] == "default")
        #expect(request.headers["x-gw-ims-org-id"] == "1234@AdobeOrg")
    }

    /// Answers 401 to every token but `taken`.
    private func guarded(_ taken: String, _ body: String = #"{"error_code":"401013"}"#) throws
        -> LoopbackStore
    {
        try LoopbackStore {
            $0.headers["authorization"] == "Bearer \(taken)" ? .init("[]") : .init(401, body)
        }
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        let store = try guarded("second")
        defer { store.close() }
        let tokens = Tokens(["first", "second"])
        _ = try await client(store, tokens).get(.storeViews)
        #expect(store.requests.count == 2 && tokens.replaced.withLock { $0 } == [tokens.given[0]])

        let third = try guarded("third")
        defer { third.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await client(third, Tokens(["first", "second"])).get(.storeViews)
        }
        #expect(error?.cause == .signIn(.bearerToken) && third.requests.count == 2)
        #expect(
            error?.description.contains("first") == false && error?.description.contains("second") == false
        )
    }

    @Test func theSameTokenAgainIsNotTried() async throws {
        let store = try guarded("other")
        defer { store.close() }
        await #expect(throws: AdobeError.self) { try await client(store, Tokens(["first"])).get(.storeViews) }
        #expect(store.requests.count == 1)
    }

    /// The token was taken: another would be told the same.
    @Test func missingRightsAskForNoOtherToken() async throws {
        let store = try guarded(
            "other",
            #"{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"Magento_Backend::store"}}"#
        )
        defer { store.close() }
        let tokens = Tokens(["first", "other"])
        let error = await #expect(throws: AdobeError.self) {
            try await client(store, tokens).get(.storeViews)
        }
        #expect(error?.cause == .rights(resources: "Magento_Backend::store"))
        #expect(store.requests.count == 1 && tokens.replaced.withLock { $0.isEmpty })
    }

    @Test func whatAStoreRepeatsOfTheTokenIsBlottedOut() async throws {
        let store = try LoopbackStore { .init(500, "token \($0.headers["authorization"] ?? "")") }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await client(store, Tokens([Self.token])).get(.storeViews)
        }
        #expect(error?.excerpt.contains("[secret]") == true && error?.excerpt.contains(Self.token) == false)
    }
}
