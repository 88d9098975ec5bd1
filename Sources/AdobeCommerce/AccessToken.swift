public import Accounting
public import Foundation

/// A bearer token of Adobe's identity service.
public struct AccessToken: Sendable, Hashable {
    /// What is sent.
    public let secret: Secret
    /// When it stops working, by this machine's clock; nil where the service did not say.
    public let expiresAt: Date?

    /// A token from its parts.
    public init(secret: Secret, expiresAt: Date?) {
        self.secret = secret
        self.expiresAt = expiresAt
    }
}

/// Where a client gets its bearer tokens from. One source serves many clients and requests at a time; whether
/// tokens are shared with other processes and kept over restarts is the source's own business.
public protocol AccessTokenSource: Sendable {
    /// A token that is believed to work.
    func accessToken() async throws(AdobeError) -> AccessToken

    /// A token other than the one the store has just refused. Asked once per request at most.
    func accessToken(insteadOf refused: AccessToken) async throws(AdobeError) -> AccessToken
}
