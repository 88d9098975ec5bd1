import ExactJSON

/// Why a store refused a sign-in. Adobe answers with a template that is the same in every version
/// (reference Adobe 1.4); a store in another language than English ends in `other`.
public enum SignInRefusal: String, Sendable, Hashable, CaseIterable {
    /// No integration has that consumer key.
    case consumerKeyUnknown
    /// Not of 32 characters.
    case consumerKeyLength
    /// Only for the exchange of tokens, five minutes after activation.
    case consumerKeyExpired
    /// No such access token: what Reauthorize and a deleted integration lead to.
    case tokenUnknown
    /// The token belongs to another integration.
    case tokenOfAnotherIntegration
    /// A request token or a verifier.
    case notAnAccessToken
    /// Revoked in the store.
    case tokenRevoked
    /// Not of 32 characters.
    case tokenLength
    /// One of the two secrets is wrong, or something between here and the store changes the request.
    case signatureInvalid
    /// The store is older or newer than anything HMAC-SHA256 works with.
    case signatureMethod
    /// A resend inside the network; a new nonce mends it.
    case nonceUsed
    /// The timestamp is more than ten minutes ahead of the store, or two requests shared a nonce.
    case nonceOrClock
    /// The `Authorization` header was cut or changed on the way.
    case parameterMissing
    /// The Cloud Service did not take its bearer token, a new one either.
    case bearerToken
    /// The identity service does not know the client id, or not with this secret.
    case clientUnknown
    /// The identity service does not give this client the scopes asked for.
    case scopes
    /// The identity service does not let this client sign in by itself.
    case clientNotAllowed
    /// Anything else.
    case other

    /// The refusal an answer stands for; nil when it is no refusal of a sign-in, or not Adobe's own.
    init?(status: Int, message: StoreMessage?) {
        guard status == 400 || status == 401, let message else { return nil }
        let template = message.template
        if let known = Self.templates.first(where: { template.hasPrefix($0.beginning) }) {
            self = known.refusal
        } else if template.isUnsupported("Signature method ", " is not supported")
            || template.isUnsupported("The \"", "\" Oauth version isn't supported")
        {
            self = .signatureMethod
        } else if status == 400, message.names(parameterBeginning: "oauth_") {
            self = .parameterMissing
        } else if status == 401, message.hasOnlyANumber {
            self = .nonceUsed
        } else if status == 401 {
            self = .other
        } else {
            return nil
        }
    }

    /// What an error body of the identity service stands for, `{"error": "invalid_client", …}` (RFC 6749 §5.2).
    init?(identityService json: JSON?, status: Int) {
        guard [400, 401, 403].contains(status) else { return nil }
        switch json?["error"]?.string {
        case "invalid_client", "invalid_client_id", "invalid_client_secret": self = .clientUnknown
        case "invalid_scope": self = .scopes
        case "unauthorized_client", "access_denied", "unsupported_grant_type", "invalid_grant":
            self = .clientNotAllowed
        case .some: self = .other
        // A page of a proxy, not the service's own answer.
        case nil: return nil
        }
    }

    private static let templates: [(beginning: String, refusal: SignInRefusal)] = [
        ("A consumer having the specified key does not exist", .consumerKeyUnknown),
        ("Consumer key is not the correct length", .consumerKeyLength),
        ("Consumer key has expired", .consumerKeyExpired),
        ("Specified token does not exist", .tokenUnknown),
        ("Token is not associated with the specified consumer", .tokenOfAnotherIntegration),
        ("Token is not an access token", .notAnAccessToken),
        ("Access token has been revoked", .tokenRevoked),
        ("The token length is invalid", .tokenLength),
        ("The signature is invalid", .signatureInvalid),
        ("The nonce is already being used", .nonceUsed),
        ("An error occurred validating the nonce", .nonceOrClock),
    ]

    /// True when the same request with a new nonce and another clock's time may well be taken; what is not
    /// recognised may be either of them in another language.
    var isMendedByResigning: Bool { self == .nonceUsed || self == .nonceOrClock || self == .other }

    /// What happened, as the end of a sentence.
    var sentence: String {
        switch self {
        case .consumerKeyUnknown: "no integration there has this consumer key."
        case .consumerKeyLength: "the consumer key is not 32 characters long."
        case .consumerKeyExpired: "the consumer key has expired."
        case .tokenUnknown: "it knows no such access token."
        case .tokenOfAnotherIntegration: "the access token belongs to another integration."
        case .notAnAccessToken: "the access token is a token of another kind."
        case .tokenRevoked: "the access token has been revoked."
        case .tokenLength: "the access token is not 32 characters long."
        case .signatureInvalid: "the signature does not fit."
        case .signatureMethod: "it does not take HMAC-SHA256 signatures of OAuth 1.0a."
        case .nonceUsed: "it had seen this request before, twice in a row."
        case .nonceOrClock: "it did not take the request's time or nonce."
        case .parameterMissing: "a part of the Authorization header did not arrive."
        case .bearerToken: "its bearer token is not taken."
        case .clientUnknown: "the client id is unknown, or the client secret is not its."
        case .scopes: "it is not given the scopes asked for."
        case .clientNotAllowed: "it may not sign in by itself, with client id and secret."
        case .other: "the sign-in is not valid."
        }
    }

    /// Who does what next.
    var nextStep: String {
        switch self {
        case .consumerKeyUnknown, .consumerKeyLength, .consumerKeyExpired:
            "Copy the consumer key again from System > Integrations of that store, then apply the tenant file."
        case .tokenUnknown, .tokenRevoked:
            "Open System > Integrations in the store: the integration was reauthorized or deleted. Copy its "
                + "access token and access token secret again, then apply the tenant file."
        case .tokenOfAnotherIntegration, .notAnAccessToken, .tokenLength:
            "Copy all four credentials from one and the same integration, then apply the tenant file."
        case .signatureInvalid:
            "Copy the consumer secret and the access token secret again. If they are right, the store's proxy "
                + "changes the host name or hides https: its administrator sets X-Forwarded-Proto and Host."
        case .signatureMethod:
            "Ask the store's administrator for its version; 2.4.4 and later on premises work with oauth1."
        case .nonceUsed: "Nothing to do; the next poll signs anew. If it stays, look at proxies that resend."
        case .nonceOrClock:
            "Set the clocks of this machine and of the store by NTP; the store refuses times over ten minutes ahead."
        case .parameterMissing:
            "Ask whoever runs the store's proxy or firewall to let the Authorization header through unchanged."
        case .bearerToken:
            "See that the credential's organization, its scopes and the tenant in adobe.url belong together, and "
                + "that the Commerce API is still added to its project in Adobe's Developer Console."
        case .clientUnknown:
            "Copy client id and client secret again from the credential in Adobe's Developer Console (secrets are "
                + "replaced there), then apply the tenant file."
        case .scopes:
            "Take adobe.scopes out of the tenant file or copy them from the credential in Adobe's Developer "
                + "Console, where the Commerce API must be added to the project; then apply the file."
        case .clientNotAllowed:
            "Make an OAuth server-to-server credential in Adobe's Developer Console, put its client id and secret "
                + "into the tenant file, and apply it."
        case .other:
            "Check all four credentials of the integration and that it is Active, then apply the tenant file."
        }
    }
}

extension String {
    /// A refusal of something it names, or that its values name.
    fileprivate func isUnsupported(_ beginning: String, _ end: String) -> Bool {
        hasPrefix(beginning) && dropFirst(beginning.count).contains(end)
    }
}
