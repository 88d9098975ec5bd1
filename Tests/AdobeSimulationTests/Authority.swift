import ExactJSON
import Testing

@testable import AdobeSimulation

/// Credentials that change while a client is at work.
@Suite(.timeLimit(.minutes(1)))
struct Authority {
    private static func message(_ answer: (status: Int, body: JSON)) -> String {
        "\(answer.status) \(answer.body["message"]?.string ?? "")"
    }

    @Test func aReauthorisationTakesEffectAfterSoManyRequests() throws {
        let store = SimulatedStore(scenario: Scenario())
        let old = Signer()
        let tokens = try store.control("POST", "reauthorize", #"{"after": 2}"#)
        var new = Signer()
        new.credentials.accessToken = try #require(tokens["accessToken"]?.string)
        new.credentials.accessTokenSecret = try #require(tokens["accessTokenSecret"]?.string)
        #expect(try store.get("/rest/V1/orders/1", as: new).status == 401, "not yet")
        #expect(try store.get("/rest/V1/orders/1", as: old).status == 200)
        #expect(try store.get("/rest/V1/orders/1", as: old).status == 200)
        let refused = try store.get("/rest/V1/orders/1", as: old)
        #expect(Self.message(refused) == "401 Specified token does not exist")
        #expect(try store.get("/rest/V1/orders/1", as: new).status == 200)
    }

    @Test func chosenTokensHoldAtOnce() throws {
        let store = SimulatedStore(scenario: Scenario())
        let secret = String(repeating: "s", count: 32)
        let token = String(repeating: "n", count: 32)
        _ = try store.control(
            "POST",
            "reauthorize",
            #"{"accessToken": "\#(token)", "accessTokenSecret": "\#(secret)"}"#
        )
        var signer = Signer()
        signer.credentials.accessToken = token
        #expect(try store.get("/rest/V1/orders/1", as: signer).status == 401)
        signer.credentials.accessTokenSecret = secret
        #expect(try store.get("/rest/V1/orders/1", as: signer).status == 200)
    }

    @Test(
        "each refusal has its own words",
        arguments: [
            ("signature", "The signature is invalid. Verify and try again."),
            ("nonceUsed", "The nonce is already being used by the consumer with ID %1"),
            ("timestamp", "An error occurred validating the nonce"),
            ("unknownToken", "Specified token does not exist"),
            ("foreignToken", "Token is not associated with the specified consumer"),
            ("revoked", "Access token has been revoked"),
            ("unknownConsumer", "A consumer having the specified key does not exist"),
            ("expiredConsumer", "Consumer key has expired"),
            ("rights", "The consumer isn't authorized to access %resources."),
        ]
    )
    func refusals(_ reason: String, _ text: String) throws {
        let store = SimulatedStore(scenario: Scenario())
        _ = try store.control("POST", "faults", #"[{"kind": "oauthRefuse", "reason": "\#(reason)"}]"#)
        #expect(Self.message(try store.get("/rest/V1/orders/1")) == "401 " + text)
    }

    // MARK: Cloud Service

    private static func cloud(tenant: String? = nil, lifetime: Int = 600) -> SimulatedStore {
        var scenario = Scenario()
        scenario.authentication = .ims
        scenario.tenantID = tenant
        scenario.tokenLifetimeSeconds = lifetime
        return SimulatedStore(scenario: scenario)
    }

    @Test(
        "a token request is refused in the words of the identity service",
        arguments: [
            ("client_secret", "wrong", 401, "invalid_client"), ("client_id", "other", 401, "invalid_client"),
            ("scope", "openid", 400, "invalid_scope"),
            ("grant_type", "password", 400, "unsupported_grant_type"),
        ]
    )
    func tokenRefusals(_ field: String, _ value: String, _ status: Int, _ error: String) throws {
        let store = Self.cloud()
        let answer = try store.requestToken([field: value])
        #expect(answer.status == status)
        #expect(answer.body["error"]?.string == error)
        let plain = try store.requestToken(type: "application/json")
        #expect(plain.body["error"]?.string == "invalid_request")
        #expect(
            try store.control("GET", "tokens")
                == ["issued": 0, "refused": 2, "valid": 0]
        )
    }

    @Test func tokensEndWhenToldTo() throws {
        let store = Self.cloud()
        let token = try #require(try store.requestToken().body["access_token"]?.string)
        #expect(store.status("/V1/orders/1", bearer: token) == 200)
        _ = try store.control("POST", "tokens/expire", #"{"after": 1}"#)
        #expect(store.status("/V1/orders/1", bearer: token) == 200)
        #expect(store.status("/V1/orders/1", bearer: token) == 401)
        let next = try #require(try store.requestToken().body["access_token"]?.string)
        #expect(store.status("/V1/orders/1", bearer: next) == 200)
        #expect(
            try store.control("POST", "tokens/expire")
                == ["issued": 2, "refused": 0, "valid": 0]
        )
        #expect(store.status("/V1/orders/1", bearer: next) == 401)
    }

    @Test func aTokenLivesAsLongAsItSays() throws {
        let store = Self.cloud(lifetime: 30)
        let answer = try store.requestToken().body
        #expect(answer["expires_in"]?.int == 30)
        let token = try #require(answer["access_token"]?.string)
        #expect(store.status("/V1/orders/1", bearer: token) == 200)
        // The store's clock goes on; nobody waits.
        _ = try store.control("POST", "settings", "clockOffset: 31")
        #expect(store.status("/V1/orders/1", bearer: token) == 401)
    }

    @Test func theCloudServiceKnowsNoRest() throws {
        let store = Self.cloud()
        let token = try #require(try store.requestToken().body["access_token"]?.string)
        #expect(store.status("/any/V1/orders/1", bearer: token) == 200)
        #expect(store.status("/rest/V1/orders/1", bearer: token) == 404)
    }

    @Test(
        "the tenant is the first part of the path, when one is set",
        arguments: [
            ("/shop7/V1/orders/1", 200), ("/other/V1/orders/1", 404), ("/V1/orders/1", 404),
            ("/shop7/rest/V1/orders/1", 404), ("/rest/V1/orders/1", 404),
        ]
    )
    func tenants(_ path: String, _ status: Int) throws {
        let store = Self.cloud(tenant: "shop7")
        let token = try #require(try store.requestToken().body["access_token"]?.string)
        #expect(store.status(path, bearer: token) == status)
    }
}

extension SimulatedStore {
    func get(_ target: String, as signer: Signer) throws -> (status: Int, body: JSON) {
        let response = respond(to: signer.get(target)).response
        return (response.status, try JSON(parsing: response.body))
    }

    func control(_ method: String, _ name: String, _ body: String = "") throws -> JSON {
        let request = StoreRequest(
            method: method,
            target: "/_simulator/" + name,
            headers: [],
            host: "shop.test",
            body: Array(body.utf8)
        )
        let response = respond(to: request).response
        let json = try JSON(parsing: response.body)
        try #require(response.status == 200, "\(json)")
        return json
    }

    func requestToken(
        _ changes: [String: String] = [:],
        type: String = "application/x-www-form-urlencoded"
    ) throws -> (status: Int, body: JSON) {
        var form = [
            "grant_type": "client_credentials", "client_id": "demo-client",
            "client_secret": "demo-client-secret",
            "scope": "openid,additional_info.projectedProductContext,commerce.accs",
        ]
        form.merge(changes) { $1 }
        let body = form.map { "\($0.key)=\(Signer.encoded($0.value))" }.joined(separator: "&")
        let request = StoreRequest(
            method: "POST",
            target: "/ims/token/v3",
            headers: [("content-type", type)],
            host: "shop.test",
            body: Array(body.utf8)
        )
        let response = respond(to: request).response
        return (response.status, try JSON(parsing: response.body))
    }

    func status(_ target: String, bearer token: String) -> Int {
        let request = StoreRequest(
            method: "GET",
            target: target,
            headers: [("authorization", "Bearer \(token)"), ("x-api-key", "demo-client")],
            host: "shop.test"
        )
        return respond(to: request).response.status
    }
}
