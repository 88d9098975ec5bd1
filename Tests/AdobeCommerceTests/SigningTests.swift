import Accounting
import Crypto
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct SigningTests {
    private static let k = String(repeating: "k", count: 32)
    private static let consumerSecret = String(repeating: "c", count: 31) + "s"
    private static let a = String(repeating: "a", count: 32)
    private static let t = String(repeating: "t", count: 32)

    private func nonce(_ number: Int) -> String { "n000000000000000000000000000000\(number)" }

    private func parameters(_ number: Int, token: String?, _ more: [(String, String)]) -> [AdobeQuery.Pair] {
        let pairs =
            [
                ("oauth_consumer_key", Self.k), ("oauth_nonce", nonce(number)),
                ("oauth_signature_method", "HMAC-SHA256"), ("oauth_timestamp", "170000000\(number)"),
                ("oauth_version", "1.0"),
            ] + (token.map { [("oauth_token", $0)] } ?? []) + more
        return pairs.map { AdobeQuery.Pair(name: $0.0, value: $0.1) }
    }

    private var signer: OAuth1Signer {
        OAuth1Signer(
            credentials: OAuth1Credentials(
                consumerKey: Secret(Self.k),
                consumerSecret: Secret(Self.consumerSecret + "\n"),
                accessToken: Secret(" " + Self.a),
                accessTokenSecret: Secret(Self.t)
            )
        )
    }

    @Test func signsTheRequestForARequestToken() {
        let signature = OAuth1Signature(
            method: "POST",
            url: "https://shop.example.com/oauth/token/request",
            parameters: parameters(1, token: nil, [])
        )
        #expect(
            signature.value(consumerSecret: Self.consumerSecret)
                == "2Ak26MlpoYYUoPzfG91vsGmwtJndCU3ca2t7Y+zhzBw="
        )
    }

    @Test func signsTheRequestForAnAccessToken() {
        let verifier = ("oauth_verifier", String(repeating: "v", count: 32))
        let signature = OAuth1Signature(
            method: "POST",
            url: "https://shop.example.com/oauth/token/access",
            parameters: parameters(2, token: String(repeating: "r", count: 32), [verifier])
        )
        let value = signature.value(
            consumerSecret: Self.consumerSecret,
            tokenSecret: String(repeating: "q", count: 32)
        )
        #expect(value == "rD6iYyP/zhzyCfhl3+4najyiXWt9X5CdTP8WHwmTFcQ=")
    }

    @Test func signsARequestWithoutQuery() {
        let url = "https://shop.example.com/rest/default/V1/store/storeViews"
        let header = signer.authorization(
            method: "GET",
            url: url,
            query: [:],
            nonce: nonce(3),
            timestamp: 1_700_000_003
        )
        #expect(
            header == "OAuth oauth_consumer_key=\"\(Self.k)\", oauth_nonce=\"\(nonce(3))\", "
                + "oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"1700000003\", "
                + "oauth_token=\"\(Self.a)\", oauth_version=\"1.0\", "
                + "oauth_signature=\"o%2FcYxOnDqzVPWCSfRTuROSkKDx76L1sdV1B0NvDK8HE%3D\""
        )
        let signature = OAuth1Signature(method: "GET", url: url, parameters: parameters(3, token: Self.a, []))
        #expect(
            signature.baseString
                == "GET&https%3A%2F%2Fshop.example.com%2Frest%2Fdefault%2FV1%2Fstore%2FstoreViews&oauth_consumer_key"
                + "%3Dkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk%26oauth_nonce%3Dn0000000000000000000000000000003%26"
                + "oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1700000003%26oauth_token%3D"
                + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%26oauth_version%3D1.0"
        )
    }

    @Test func signsSearchCriteria() {
        let filter = "searchCriteria[filter_groups][0][filters][0]"
        let query: AdobeQuery = [
            "\(filter)[field]": "updated_at",
            "\(filter)[value]": "2024-01-01 00:00:00",
            "\(filter)[condition_type]": "gteq",
            "searchCriteria[sortOrders][0][field]": "updated_at",
            "searchCriteria[sortOrders][0][direction]": "ASC",
            "searchCriteria[sortOrders][1][field]": "entity_id",
            "searchCriteria[sortOrders][1][direction]": "ASC",
            "searchCriteria[pageSize]": "100",
            "searchCriteria[currentPage]": "1",
        ]
        let criteria = SearchCriteria(
            [[.init("updated_at", .greaterOrEqual, "2024-01-01 00:00:00")]],
            sortedBy: ["updated_at", "entity_id"],
            pageSize: 100
        )
        #expect(criteria.query == query)
        let header = signer.authorization(
            method: "GET",
            url: "https://shop.example.com/rest/default/V1/orders",
            query: query,
            nonce: nonce(4),
            timestamp: 1_700_000_004
        )
        #expect(header.hasSuffix("oauth_signature=\"3K7vKNvL9ZYlBEQM0CIS5FhmuDbj9bCxGjd3aSHwnsk%3D\""))
        #expect(
            query.text
                == "searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bfield%5D=updated_at&searchCriteria"
                + "%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=2024-01-01%2000%3A00%3A00&searchCriteria"
                + "%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bcondition_type%5D=gteq&searchCriteria"
                + "%5BsortOrders%5D%5B0%5D%5Bfield%5D=updated_at&searchCriteria%5BsortOrders%5D%5B0%5D%5Bdirection%5D"
                + "=ASC&searchCriteria%5BsortOrders%5D%5B1%5D%5Bfield%5D=entity_id&searchCriteria%5BsortOrders%5D"
                + "%5B1%5D%5Bdirection%5D=ASC&searchCriteria%5BpageSize%5D=100&searchCriteria%5BcurrentPage%5D=1"
        )
    }

    @Test func noncesAreFreshAndFitTheColumn() {
        let nonces = (0..<1000).map { _ in OAuth1Signer.freshNonce() }
        #expect(Set(nonces).count == nonces.count)
        let alphabet = Set("0123456789abcdefghijklmnopqrstuvwxyz")
        #expect(nonces.allSatisfy { $0.count == 32 && alphabet.isSuperset(of: $0) })
    }

    @Test func credentialsAreNeverPrinted() {
        let secret = Secret("s3cr3t-value")
        let credentials = AdobeSignIn.oauth1(signer.credentials)
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(credentials)", dumped] {
            #expect(!text.contains("s3cr3t-value") && !text.contains(Self.k) && !text.contains(Self.t))
        }
        #expect(secret.redacted(from: "is s3cr3t-value here") == "is [secret] here")
        #expect(Secret(" \n").trimmed.isEmpty)
    }
}
