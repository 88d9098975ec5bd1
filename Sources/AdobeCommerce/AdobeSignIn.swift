public import Accounting

/// How a store is signed in to (contract, tenant file, `adobe.auth`).
public enum AdobeSignIn: Sendable {
    /// An integration of a store on premises or on Adobe's cloud platform: OAuth 1.0a, HMAC-SHA256.
    case oauth1(OAuth1Credentials)
    /// Adobe Commerce as a Cloud Service: bearer tokens of Adobe's identity service.
    case ims(IMSCredentials, tokens: any AccessTokenSource)

    /// Everything that must not appear in a message; a bearer token comes on top.
    var secrets: [Secret] {
        switch self {
        case .oauth1(let credentials):
            [
                credentials.consumerSecret, credentials.accessTokenSecret, credentials.accessToken,
                credentials.consumerKey,
            ]
        case .ims(let credentials, _): [credentials.clientSecret]
        }
    }

    /// Whom an error is about.
    var party: AdobeError.Party {
        switch self {
        case .oauth1: .store
        case .ims: .cloudStore
        }
    }
}

/// The four texts Adobe shows when an integration is activated, each of 32 characters (reference Adobe 1.2).
public struct OAuth1Credentials: Sendable, Hashable {
    /// Names the integration.
    public let consumerKey: Secret
    /// Signs.
    public let consumerSecret: Secret
    /// Names the permission given to it; never expires, replaced by Reauthorize.
    public let accessToken: Secret
    /// Signs.
    public let accessTokenSecret: Secret

    /// Takes the four texts; white space around them, as files and pastes bring along, is dropped.
    public init(consumerKey: Secret, consumerSecret: Secret, accessToken: Secret, accessTokenSecret: Secret) {
        self.consumerKey = consumerKey.trimmed
        self.consumerSecret = consumerSecret.trimmed
        self.accessToken = accessToken.trimmed
        self.accessTokenSecret = accessTokenSecret.trimmed
    }
}

/// A server-to-server credential of Adobe's identity service (reference Adobe 1.5).
public struct IMSCredentials: Sendable, Hashable {
    /// Where tokens are given out, for all regions.
    public static let standardTokenURL = "https://ims-na1.adobelogin.com/ims/token/v3"
    /// What Adobe's documentation asks for.
    public static let standardScopes = [
        "openid", "AdobeID", "email", "profile", "additional_info.roles",
        "additional_info.projectedProductContext", "commerce.accs",
    ]

    /// Sent as `x-api-key` too.
    public let clientID: String
    /// Proves the client.
    public let clientSecret: Secret
    /// For instance `…@AdobeOrg`; empty where it is not known, and then not sent.
    public let organizationID: String
    /// In the order they are asked for.
    public let scopes: [String]
    /// Where tokens are given out.
    public let tokenURL: String

    /// A credential from its parts; white space around them is dropped.
    public init(
        clientID: String,
        clientSecret: Secret,
        organizationID: String,
        scopes: [String] = standardScopes,
        tokenURL: String = standardTokenURL
    ) {
        self.clientID = Secret(clientID).trimmed.withText { $0 }
        self.clientSecret = clientSecret.trimmed
        self.organizationID = Secret(organizationID).trimmed.withText { $0 }
        self.scopes = scopes
        self.tokenURL = tokenURL
    }
}
