import ExactJSON
import Foundation
import Synchronization

/// Access tokens of the Cloud Service that were handed out and are not expired.
struct BearerTokens: Sendable {
    private var expiry: [String: Int] = [:]
    private var issued = 0
    private var refused = 0

    mutating func issue(now: Int, lifetime: Int) -> String {
        expiry = expiry.filter { $0.value > now }
        let token = UUID().uuidString + UUID().uuidString
        expiry[token] = now + lifetime
        issued += 1
        return token
    }

    mutating func refuse() { refused += 1 }

    /// Every token handed out so far is refused from now on.
    mutating func expireAll() { expiry = [:] }

    func json(now: Int) -> JSON {
        [
            "issued": .int(issued), "refused": .int(refused),
            "valid": .int(expiry.values.count { $0 > now }),
        ]
    }

    /// The scheme in any case, then exactly one token.
    func admits(_ request: StoreRequest, now: Int) -> Bool {
        let words = (request.header("authorization") ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return false }
        return (expiry[String(words[1])] ?? 0) > now
    }
}

extension AdobeError {
    /// The gateway's refusal varies; this is one shape of it (reference 1.5).
    static let gateway = AdobeError(401, "Oauth token is not valid", parameters: ["error_code": "401013"])
}

extension SimulatedStore {
    /// `POST /ims/token/v3`, form fields as reference 1.5 lists them.
    func issueToken(_ request: StoreRequest) throws(AdobeError) -> StoreResponse {
        guard request.method == "POST" else { throw .methodNotSupported(request.method) }
        let type = request.header("content-type")?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else {
            return refusal("invalid_request", "expected application/x-www-form-urlencoded", status: 400)
        }
        let form = String(decoding: request.body, as: UTF8.self)
        let scenario = scenario
        let isKnown =
            QueryValue.first("client_id", in: form) == scenario.credentials.clientID
            && QueryValue.first("client_secret", in: form) == scenario.credentials.clientSecret
        guard QueryValue.first("grant_type", in: form) == "client_credentials" else {
            return refusal("unsupported_grant_type", "grant_type must be client_credentials", status: 400)
        }
        guard isKnown else {
            return refusal("invalid_client", "invalid client_id or client_secret", status: 401)
        }
        let scopes = Set((QueryValue.first("scope", in: form) ?? "").split(separator: ",").map(String.init))
        let required = ["openid", "additional_info.projectedProductContext", "commerce.accs"]
        guard required.allSatisfy(scopes.contains) else {
            return refusal(
                "invalid_scope",
                "scope lacks \(required.filter { !scopes.contains($0) })",
                status: 400
            )
        }
        let lifetime = scenario.tokenLifetimeSeconds
        let now = now
        let token = state.withLock { $0.tokens.issue(now: now, lifetime: lifetime) }
        let body: JSON = [
            "access_token": .string(token), "token_type": "bearer", "expires_in": .int(lifetime),
        ]
        return StoreResponse(status: 200, body: AdobeJSON.bytes(body))
    }

    private func refusal(_ error: String, _ text: String, status: Int) -> StoreResponse {
        state.withLock { $0.tokens.refuse() }
        let body: JSON = ["error": .string(error), "error_description": .string(text)]
        return StoreResponse(status: status, body: AdobeJSON.bytes(body))
    }
}
