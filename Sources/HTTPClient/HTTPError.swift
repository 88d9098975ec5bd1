/// Why there is no answer, and whether the server may have acted on the request all the same.
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What ended the exchange.
    public enum Cause: Sendable, Hashable {
        /// Not an absolute http or https URL, or one with a user name, a password or unencoded characters.
        case badURL
        case couldNotResolve
        /// Refused, unreachable, or refused by the proxy.
        case couldNotConnect
        /// The handshake failed or the certificate is not trusted; the text says which.
        case tls(String)
        case connectTimedOut
        case firstByteTimedOut
        /// The total deadline.
        case timedOut
        /// The connection ended before the answer was complete.
        case connectionLost
        case bodyTooLarge(limit: Int)
        case cancelled
        /// `HTTPClientConfiguration.allowsAddress` refused every address of the host.
        case addressRefused
        /// The request or the answer is not HTTP as it should be; the text says what.
        case protocolViolation(String)
        /// The client was closed.
        case closed
    }

    /// What ended the exchange.
    public let cause: Cause

    /// False only if it is certain that the server received nothing of the request: the error came before
    /// the request was handed to an established connection.
    public let mayHaveBeenSent: Bool

    /// Method, URL without query, and what happened; no credentials.
    public let detail: String

    /// For tests of code that handles errors, besides this module.
    public init(_ cause: Cause, mayHaveBeenSent: Bool, detail: String) {
        self.cause = cause
        self.mayHaveBeenSent = mayHaveBeenSent
        self.detail = detail
    }

    /// One line, without credentials.
    public var description: String {
        let doubt = mayHaveBeenSent ? "; the server may have received the request" : ""
        return "\(detail): \(cause)\(doubt)"
    }
}

extension HTTPError.Cause: CustomStringConvertible {
    /// A few words for people.
    public var description: String {
        switch self {
        case .badURL: "bad URL"
        case .couldNotResolve: "could not resolve the host name"
        case .couldNotConnect: "could not connect"
        case .tls(let reason): "TLS failed (\(reason))"
        case .connectTimedOut: "no connection in time"
        case .firstByteTimedOut: "no answer in time"
        case .timedOut: "not complete in time"
        case .connectionLost: "connection lost"
        case .bodyTooLarge(let limit): "body larger than \(limit) bytes"
        case .cancelled: "cancelled"
        case .addressRefused: "address not allowed"
        case .protocolViolation(let reason): "protocol violation (\(reason))"
        case .closed: "client closed"
        }
    }
}
