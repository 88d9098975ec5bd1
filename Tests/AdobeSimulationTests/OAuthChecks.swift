import ExactJSON
import Foundation
import Synchronization
import Testing

@testable import AdobeSimulation

@Suite(.timeLimit(.minutes(1)))
struct OAuthChecks {
    /// The credentials of the golden vectors of reference 1.1.
    private static var golden: StoreCredentials {
        var credentials = StoreCredentials()
        credentials.consumerKey = String(repeating: "k", count: 32)
        credentials.consumerSecret = String(repeating: "c", count: 31) + "s"
        credentials.accessToken = String(repeating: "a", count: 32)
        credentials.accessTokenSecret = String(repeating: "t", count: 32)
        return credentials
    }

    private static let vector4 =
        "/rest/default/V1/orders?searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bfield%5D=updated_at"
        + "&searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=2024-01-01%2000%3A00%3A00"
        + "&searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bcondition_type%5D=gteq"
        + "&searchCriteria%5BsortOrders%5D%5B0%5D%5Bfield%5D=updated_at"
        + "&searchCriteria%5BsortOrders%5D%5B0%5D%5Bdirection%5D=ASC"
        + "&searchCriteria%5BsortOrders%5D%5B1%5D%5Bfield%5D=entity_id"
        + "&searchCriteria%5BsortOrders%5D%5B1%5D%5Bdirection%5D=ASC"
        + "&searchCriteria%5BpageSize%5D=100&searchCriteria%5BcurrentPage%5D=1"

    @Test(
        "golden vectors 3 and 4 of the reference are accepted, and nothing a byte off",
        arguments: [
            ("/rest/default/V1/store/storeViews", 3, "o/cYxOnDqzVPWCSfRTuROSkKDx76L1sdV1B0NvDK8HE="),
            (vector4, 4, "3K7vKNvL9ZYlBEQM0CIS5FhmuDbj9bCxGjd3aSHwnsk="),
        ]
    )
    func goldenVectors(target: String, number: Int, signature: String) {
        func request(_ signature: String) -> StoreRequest {
            let header =
                "OAuth realm=\"ignored\", oauth_consumer_key=\"\(Self.golden.consumerKey)\", "
                + "oauth_nonce=\"n000000000000000000000000000000\(number)\", "
                + "oauth_signature=\"\(Signer.encoded(signature))\", oauth_signature_method=\"HMAC-SHA256\", "
                + "oauth_timestamp=\"170000000\(number)\", oauth_token=\"\(Self.golden.accessToken)\", "
                + "oauth_version=\"1.0\""
            return StoreRequest(
                method: "GET",
                target: target,
                headers: [("authorization", header), ("x-forwarded-proto", "https")],
                host: "shop.example.com"
            )
        }
        #expect(store().respond(to: request(signature)).response.status == 200)
        #expect(store().respond(to: request("X" + signature.dropFirst())).response.status == 401)
    }

    private func store(strict: Bool = true) -> SimulatedStore {
        var scenario = Scenario()
        scenario.credentials = Self.golden
        scenario.orders = 3
        scenario.isStrict = strict
        return SimulatedStore(scenario: scenario)
    }

    private static let url = "http://shop.test/rest/V1/orders/1"
    private var signer: Signer { Signer(credentials: Self.golden) }

    @Test(
        "each check has its status and template",
        arguments: [
            (["oauth_version": "2.0"], 400, "The \"%1\" Oauth version isn't supported."),
            (["oauth_nonce": nil], 400, "\"%fieldName\" is required. Enter and try again."),
            (["oauth_nonce": nil, "oauth_token": nil], 400, "One or more input exceptions have occurred."),
            (["oauth_token": "short"], 400, "The token length is invalid. Check the length and try again."),
            (["oauth_signature_method": "HMAC-SHA1"], 400, "Signature method %1 is not supported"),
            (["oauth_consumer_key": "short"], 401, "Consumer key is not the correct length"),
            (
                ["oauth_consumer_key": String(repeating: "x", count: 32)], 401,
                "A consumer having the specified key does not exist"
            ),
            (["oauth_timestamp": "0"], 401, "An error occurred validating the nonce"),
            (["oauth_timestamp": "99999999999"], 401, "An error occurred validating the nonce"),
            (["oauth_token": String(repeating: "x", count: 32)], 401, "Specified token does not exist"),
            (["oauth_signature": "AAAA"], 401, "The signature is invalid. Verify and try again."),
        ] as [([String: String?], Int, String)]
    )
    func checks(changes: [String: String?], status: Int, message: String) throws {
        let header = signer.header("GET", url: Self.url, query: "", changing: changes)
        let response = store().respond(to: signer.get("/rest/V1/orders/1", header: header)).response
        #expect(response.status == status)
        #expect(try JSON(parsing: response.body)["message"]?.string == message)
    }

    @Test func aRefusedRequestHasSpentItsNonce() throws {
        let store = store()
        let nonce = Signer.nonce()
        let bad = signer.header(
            "GET",
            url: Self.url,
            query: "",
            nonce: nonce,
            changing: ["oauth_signature": "AAAA"]
        )
        #expect(store.respond(to: signer.get("/rest/V1/orders/1", header: bad)).response.status == 401)
        let good = signer.header("GET", url: Self.url, query: "", nonce: nonce)
        let response = store.respond(to: signer.get("/rest/V1/orders/1", header: good)).response
        #expect(response.status == 401)
        #expect(
            try JSON(parsing: response.body)["message"]?.string
                == "The nonce is already being used by the consumer with ID %1"
        )
    }

    @Test(
        "strict Magento refuses what its verifiers get wrong; the standard accepts it",
        arguments: [
            (
                "/rest/V1/orders?"
                    + query(["searchCriteria[filter_groups][10][filters][0][field]": "status"]), "shop.test"
            ),
            ("/rest/V1/orders?searchCriteria=all", "shop.test:443"),
            ("/rest/V1/orders?searchCriteria=all", "Shop.test"),
        ]
    )
    func strictness(target: String, host: String) {
        let request = signer.get(target, host: host)
        #expect(store().respond(to: request).response.status == 401)
        #expect(store(strict: false).respond(to: request).response.status == 200)
    }

    @Test func noCredentialsAndNoRightAreBoth401() throws {
        let guest = StoreRequest(method: "GET", target: "/rest/V1/orders/1", headers: [], host: "shop.test")
        let response = store().respond(to: guest).response
        #expect(response.status == 401)
        let body = try JSON(parsing: response.body)
        #expect(body["message"]?.string == "The consumer isn't authorized to access %resources.")
        #expect(body["parameters"]?["resources"]?.string == "Magento_Sales::actions_view")
        var scenario = Scenario()
        scenario.resources = ["Magento_Sales::actions_view"]
        let limited = SimulatedStore(scenario: scenario)
        #expect(try limited.get("/rest/V1/orders/1").status == 200)
        #expect(try limited.get("/rest/V1/invoices/1").status == 401)
    }

    @Test func bearerTokensOfTheCloudServiceExpire() throws {
        var scenario = Scenario()
        scenario.authentication = .ims
        let store = SimulatedStore(scenario: scenario)
        let answer = try store.requestToken().body
        let token = try #require(answer["access_token"]?.string)
        #expect(answer["expires_in"]?.int == 86_399)
        func status(_ headers: [(String, String)]) -> Int {
            let request = StoreRequest(
                method: "GET",
                target: "/tenant1/V1/orders/1",
                headers: headers,
                host: "h"
            )
            return store.respond(to: request).response.status
        }
        #expect(status([("authorization", "Bearer \(token)"), ("x-api-key", "demo-client")]) == 200)
        #expect(status([("authorization", "Bearer \(token)x"), ("x-api-key", "demo-client")]) == 401)
        #expect(status([("authorization", "Bearer \(token)")]) == 401)
        let request1 = StoreRequest(
            method: "GET",
            target: "/",
            headers: [("authorization", "Bearer \(token)")],
            host: "h"
        )
        let tokens = store.state.withLock { $0.tokens }
        #expect(tokens.admits(request1, now: store.now + 86_000))
        #expect(!tokens.admits(request1, now: store.now + 86_400))
    }
}
