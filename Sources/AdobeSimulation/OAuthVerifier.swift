import ExactJSON

/// Magento's checks of an integration's request, in Magento's order: the nonce is spent before the token and
/// the signature are looked at, so a refused request must never be sent again as it is (reference 1.1).
struct OAuthVerifier: Sendable {
    var credentials: StoreCredentials
    var isStrict: Bool
    private var nonces: [String: Int] = [:]
    private static let nonceLifetime = 120 * 60
    private static let nonceLimit = 200_000

    init(credentials: StoreCredentials, isStrict: Bool) {
        self.credentials = credentials
        self.isStrict = isStrict
    }

    mutating func verify(_ request: StoreRequest, resource: String, now: Int) throws(AdobeError) {
        guard let oauth = OAuthRequest(request) else { throw .notAuthorized(resource) }
        try checkParameters(oauth.parameters)
        try checkConsumer(oauth.parameters["oauth_consumer_key"] ?? "")
        try spendNonce(oauth.parameters, now: now)
        guard oauth.parameters["oauth_token"] == credentials.accessToken else {
            throw .unknownToken
        }
        let expected = oauth.signature(
            consumerSecret: credentials.consumerSecret,
            tokenSecret: credentials.accessTokenSecret
        )
        guard oauth.parameters["oauth_signature"] == expected else { throw .invalidSignature }
        if isStrict, request.unsafeForMagento != nil { throw .invalidSignature }
    }

    private func checkParameters(_ parameters: [String: String]) throws(AdobeError) {
        if let version = parameters["oauth_version"], version != "1.0" {
            throw AdobeError(400, "The \"%1\" Oauth version isn't supported.", parameters: [.string(version)])
        }
        let required = [
            "oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_signature_method",
            "oauth_timestamp",
            "oauth_token",
        ]
        let missing = required.filter { (parameters[$0] ?? "").isEmpty }.map(AdobeError.required)
        if missing.count == 1 { throw missing[0] }
        if !missing.isEmpty {
            throw AdobeError(
                400,
                "One or more input exceptions have occurred.",
                errors: missing.map { error -> JSON in
                    ["message": .string(error.message), "parameters": error.parameters ?? .null]
                }
            )
        }
        guard parameters["oauth_token"]?.utf8.count == 32 else {
            throw AdobeError(400, "The token length is invalid. Check the length and try again.")
        }
        let method = parameters["oauth_signature_method"] ?? ""
        guard method == "HMAC-SHA256" else {
            throw AdobeError(400, "Signature method %1 is not supported", parameters: [.string(method)])
        }
    }

    private func checkConsumer(_ key: String) throws(AdobeError) {
        guard key.utf8.count == 32 else { throw AdobeError(401, "Consumer key is not the correct length") }
        guard key == credentials.consumerKey else {
            throw .unknownConsumer
        }
    }

    /// No lower bound: old timestamps pass. Longer nonces are cut to the column's 32 characters.
    private mutating func spendNonce(_ parameters: [String: String], now: Int) throws(AdobeError) {
        let timestamp = Int(parameters["oauth_timestamp"] ?? "") ?? 0
        guard timestamp > 0, timestamp <= now + 600 else {
            throw .badNonce
        }
        let nonce = String((parameters["oauth_nonce"] ?? "").prefix(32))
        guard nonces[nonce] == nil else {
            throw .usedNonce
        }
        nonces[nonce] = timestamp
        guard nonces.count > Self.nonceLimit else { return }
        nonces = nonces.filter { $0.value > now - Self.nonceLifetime }
        if nonces.count > Self.nonceLimit { nonces = [nonce: timestamp] }
    }
}
