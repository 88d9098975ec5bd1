import Accounting

/// Writes the `Authorization` header of a signed request.
struct OAuth1Signer: Sendable {
    let credentials: OAuth1Credentials

    /// A header for one attempt. A nonce is used up even by a request that fails, so every attempt, a retry too,
    /// needs a header of its own (reference Adobe 1.1, checks).
    /// - Parameters:
    ///   - url: everything before the `?`, exactly as it is sent.
    ///   - timestamp: seconds since 1970 by the store's clock; more than 600 s ahead of it is refused.
    func authorization(
        method: String,
        url: String,
        query: AdobeQuery,
        nonce: String = Self.freshNonce(),
        timestamp: Int64
    ) -> String {
        var pairs = oauthPairs(nonce: nonce, timestamp: timestamp)
        let signature = OAuth1Signature(method: method, url: url, parameters: pairs + query.pairs)
        let value = credentials.consumerSecret.withText { consumerSecret in
            credentials.accessTokenSecret.withText { tokenSecret in
                signature.value(consumerSecret: consumerSecret, tokenSecret: tokenSecret)
            }
        }
        pairs.append(.init(name: "oauth_signature", value: value))
        return "OAuth " + pairs.map { "\($0.name)=\"\($0.value.percentEncoded)\"" }.joined(separator: ", ")
    }

    private func oauthPairs(nonce: String, timestamp: Int64) -> [AdobeQuery.Pair] {
        [
            .init(name: "oauth_consumer_key", value: credentials.consumerKey.withText { $0 }),
            .init(name: "oauth_nonce", value: nonce),
            .init(name: "oauth_signature_method", value: "HMAC-SHA256"),
            .init(name: "oauth_timestamp", value: String(timestamp)),
            .init(name: "oauth_token", value: credentials.accessToken.withText { $0 }),
            .init(name: "oauth_version", value: "1.0"),
        ]
    }

    /// 32 random characters `[0-9a-z]`: all that Adobe's column holds, about 165 bits.
    static func freshNonce() -> String {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        var generator = SystemRandomNumberGenerator()
        return String((0..<32).map { _ in alphabet[Int.random(in: 0..<36, using: &generator)] })
    }
}
