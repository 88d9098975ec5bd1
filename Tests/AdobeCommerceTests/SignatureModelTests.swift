import Accounting
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct SignatureModelTests {
    private static let alphabet = Array("abzAZ09-._~ []%&=+?#,;:@/'\"\\éß漢😀\n\t")

    /// What is sent is what was signed, whatever the parameters hold.
    @Test(.timeLimit(.minutes(3)), arguments: 0..<10)
    func aStoreAcceptsEveryRequest(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for round in 0..<200 {
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
