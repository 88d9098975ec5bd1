public import Accounting

/// How a store is signed in to (contract, tenant file, `adobe.auth`).
public enum AdobeCredentials: Sendable, Hashable {
    /// An integration of a store on premises or on Adobe's cloud platform: OAuth 1.0a, HMAC-SHA256.
    case oauth1(OAuth1Credentials)
    /// Adobe Commerce as a Cloud Service: a bearer token of Adobe's identity service. Not carried out yet:
    /// requests end with `AdobeError.Cause.signInNotSupported`.
    case ims(IMSCredentials)

    /// Everything that must not appear in a message.
    var secrets: [Secret] {
        switch self {
        case .oauth1(let credentials):
            [
                credentials.consumerSecret, credentials.accessTokenSecret, credentials.accessToken,
                credentials.consumerKey,
            ]
        case .ims(let credentials): [credentials.clientSecret]
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
    /// Sent as `x-api-key` too.
    public let clientID: String
    /// Proves the client.
    public let clientSecret: Secret
    /// For instance `…@AdobeOrg`.
    public let organizationID: String
    /// In the order they are asked for.
    public let scopes: [String]
    /// Where tokens are given out.
    public let tokenURL: String

    /// A credential from its parts.
    public init(
        clientID: String,
        clientSecret: Secret,
        organizationID: String,
        scopes: [String],
        tokenURL: String = "https://ims-na1.adobelogin.com/ims/token/v3"
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret.trimmed
        self.organizationID = organizationID
        self.scopes = scopes
        self.tokenURL = tokenURL
    }
}
