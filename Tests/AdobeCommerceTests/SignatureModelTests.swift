import Accounting
@testable import AdobeCommerce
import Crypto
import Foundation
import Testing

/// Reads a request as a store does: from the text on the wire back to what was signed.
private struct VerifyingStore {
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
        let names = parameters.keys.sorted {
            encode($0).unicodeScalars.lexicographicallyPrecedes(encode($1).unicodeScalars)
        }
        let text = names.map { "\(encode($0))=\(encode(parameters[$0] ?? ""))" }.joined(separator: "&")
        let base = [method, encode(url), encode(text)].joined(separator: "&")
        let key = SymmetricKey(data: Data("\(encode(consumerSecret))&\(encode(tokenSecret))".utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: Data(base.utf8), using: key)).base64EncodedString()
    }

    private func encode(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}

@Suite struct SignatureModelTests {
    private static let alphabet = Array("abzAZ09-._~ []%&=+?#,;:@/'\"\\éß漢😀\n\t")

    /// What is sent is what was signed, whatever the parameters hold.
    @Test(.timeLimit(.minutes(1)), arguments: 0..<10)
    func aStoreAcceptsEveryRequest(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for round in 0..<1000 {
            let secrets = (0..<4).map { _ in random.text(Self.alphabet, upTo: 12) }
            let signer = OAuth1Signer(
                credentials: .init(
                    consumerKey: .init("k" + secrets[0] + "k"),
                    consumerSecret: .init("c" + secrets[1] + "c"),
                    accessToken: .init("t" + secrets[2] + "t"),
                    accessTokenSecret: .init("s" + secrets[3] + "s")
                )
            )
            var query = AdobeQuery()
            for _ in 0..<Int(random.next() % 7) {
                query["p" + random.text(Self.alphabet, upTo: 10)] = random.text(Self.alphabet, upTo: 10)
            }
            let url = "https://shop.example.com:8443/rest/default/V1/orders"
            let header = signer.authorization(method: "GET", url: url, query: query, timestamp: Int64(round))
            let store = VerifyingStore(
                consumerSecret: "c" + secrets[1] + "c",
                tokenSecret: "s" + secrets[3] + "s"
            )
            let target = query.pairs.isEmpty ? url : "\(url)?\(query.text)"
            #expect(
                try store.accepts(method: "GET", target: target, authorization: header),
                "seed \(seed), \(round)"
            )
        }
    }

    @Test func aStoreRefusesAChangedRequest() throws {
        let signer = OAuth1Signer(
            credentials: .init(
                consumerKey: .init("key1"),
                consumerSecret: .init("cccc"),
                accessToken: .init("toke"),
                accessTokenSecret: .init("ssss")
            )
        )
        let url = "https://shop.example.com/rest/default/V1/orders"
        let header = signer.authorization(method: "GET", url: url, query: ["a b": "1"], timestamp: 1)
        let store = VerifyingStore(consumerSecret: "cccc", tokenSecret: "ssss")
        #expect(try store.accepts(method: "GET", target: url + "?a%20b=1", authorization: header))
        #expect(try !store.accepts(method: "GET", target: url + "?a%20b=2", authorization: header))
        #expect(try !store.accepts(method: "GET", target: url + "?a+b=1", authorization: header))
        #expect(try !store.accepts(method: "POST", target: url + "?a%20b=1", authorization: header))
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func text(_ alphabet: [Character], upTo length: Int) -> String {
        String(
            (0..<Int(next() % UInt64(length + 1))).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
        )
    }
}
