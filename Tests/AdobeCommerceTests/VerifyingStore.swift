import Crypto
import Foundation
import Testing

/// Reads a request as a store does: from the text on the wire back to what was signed.
struct VerifyingStore {
    let consumerSecret: String
    let tokenSecret: String

    func accepts(method: String, target: String, authorization: String) throws -> Bool {
        let (url, query) = try #require(Self.split(target))
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2 else { return false }
            let name = try #require(String(halves[0]).removingPercentEncoding)
            let value = try #require(String(halves[1]).removingPercentEncoding)
            parameters[name] = value
        }
        var signature = ""
        for part in authorization.dropFirst("OAuth ".count).components(separatedBy: ",") {
            let halves = part.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            let value = try #require(
                halves[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"")).removingPercentEncoding
            )
            if halves[0] == "oauth_signature" {
                signature = value
            } else {
                parameters[String(halves[0])] = value
            }
        }
        return signature == expected(method, url, parameters)
    }

    private static func split(_ target: String) -> (String, String)? {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        return halves.first.map { ($0, halves.count > 1 ? halves[1] : "") }
    }

    private func expected(_ method: String, _ url: String, _ parameters: [String: String]) -> String {
        let encoded = parameters.map { (name: encode($0.key), value: encode($0.value)) }
        let text = encoded.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let base = [method, encode(url), encode(text)].joined(separator: "&")
        let key = SymmetricKey(data: Data("\(encode(consumerSecret))&\(encode(tokenSecret))".utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: Data(base.utf8), using: key)).base64EncodedString()
    }

    private func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
