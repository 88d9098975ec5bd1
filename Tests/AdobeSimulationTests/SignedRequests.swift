import Crypto
import ExactJSON
import Foundation
import Synchronization

@testable import AdobeSimulation

/// Signs as RFC 5849 says, written apart from the simulator's own reading of it.
struct Signer: Sendable {
    var credentials = StoreCredentials()
    private static let counter = Mutex(0)

    static func nonce() -> String {
        let number = counter.withLock { count in
            count += 1
            return String(count)
        }
        return "n" + String(repeating: "0", count: 31 - number.count) + number
    }

    func header(
        _ method: String,
        url: String,
        query: String,
        nonce: String = Signer.nonce(),
        timestamp: Int = Int(Date().timeIntervalSince1970),
        changing changes: [String: String?] = [:]
    ) -> String {
        var oauth = [
            "oauth_consumer_key": credentials.consumerKey, "oauth_nonce": nonce,
            "oauth_signature_method": "HMAC-SHA256", "oauth_timestamp": String(timestamp),
            "oauth_token": credentials.accessToken, "oauth_version": "1.0",
        ]
        for (name, value) in changes { oauth[name] = value }
        var pairs = oauth.map { (Self.encoded($0.key), Self.encoded($0.value)) }
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? String(halves[1]) : ""
            pairs.append((Self.reencoded(String(halves[0])), Self.reencoded(value)))
        }
        let joined = pairs.map { "\($0.0)=\($0.1)" }.sorted().joined(separator: "&")
        let base = [method, url, joined].map(Self.encoded).joined(separator: "&")
        let key = Self.encoded(credentials.consumerSecret) + "&" + Self.encoded(credentials.accessTokenSecret)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(base.utf8),
            using: SymmetricKey(data: Data(key.utf8))
        )
        oauth["oauth_signature"] = changes["oauth_signature"] ?? Data(code).base64EncodedString()
        let fields = oauth.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.encoded($0.value))\"" }
        return "OAuth " + fields.joined(separator: ", ")
    }

    /// A request as the store would get it.
    func get(_ target: String, host: String = "shop.test", header: String? = nil) -> StoreRequest {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        let url = "http://\(host)\(halves[0])"
        let signed = header ?? self.header("GET", url: url, query: halves.count > 1 ? halves[1] : "")
        return StoreRequest(method: "GET", target: target, headers: [("authorization", signed)], host: host)
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static func reencoded(_ text: String) -> String { encoded(text.removingPercentEncoding ?? text) }
}

/// `searchCriteria[…]` parameters, encoded.
func query(_ pairs: KeyValuePairs<String, String>) -> String {
    pairs.map { Signer.encoded($0.key) + "=" + Signer.encoded($0.value) }.joined(separator: "&")
}

extension SimulatedStore {
    /// Status and body of a signed GET.
    func get(_ target: String) throws -> (status: Int, body: JSON) {
        let response = respond(to: Signer(credentials: scenario.credentials).get(target)).response
        return (response.status, try JSON(parsing: response.body))
    }

    func ids(_ target: String) throws -> [Int] {
        let answer = try get(target)
        return (answer.body["items"]?.array ?? []).compactMap { ($0["entity_id"] ?? $0["id"])?.int }
    }
}
