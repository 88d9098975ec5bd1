/// Why a mail was not handed in, and whether it is worth trying again. The server has not taken it, or has not said so:
/// tried again it may come twice, with the same Message-ID.
public struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What ended the exchange.
    public enum Cause: Sendable, Hashable {
        case couldNotResolve
        case couldNotConnect
        case timedOut
        case connectionLost
        /// The server offers no encryption, or its certificate is not trusted; the text says which.
        case tls(String)
        /// The server said no, with this code.
        case refused(Int)
        /// The server refused user or password, with this code.
        case signInRefused(Int)
        case cancelled
        /// It cannot be sent at all; the text says why.
        case malformed(String)
    }

    /// What ended the exchange.
    public let cause: Cause
    /// Of whom, without the sign-in.
    public let server: String

    /// For tests of code that handles errors, besides this module.
    public init(_ cause: Cause, server: String) {
        self.cause = cause
        self.server = server
    }

    /// True for what may pass by itself: no connection, no encryption, an answer 4xx. A 5xx is final (RFC 5321 §4.2.1).
    public var mayPass: Bool {
        switch cause {
        case .couldNotResolve, .couldNotConnect, .timedOut, .connectionLost, .tls, .cancelled: true
        case .refused(let code), .signInRefused(let code): code < 500
        case .malformed: false
        }
    }

    /// One line, without addresses and credentials.
    public var description: String { "\(server): \(cause)" }
}

extension MailError.Cause: CustomStringConvertible {
    /// A few words for people.
    public var description: String {
        switch self {
        case .couldNotResolve: "could not resolve the host name"
        case .couldNotConnect: "could not connect"
        case .timedOut: "not complete in time"
        case .connectionLost: "connection lost"
        case .tls(let reason): "TLS failed (\(reason))"
        case .refused(let code): "the mail server refused with \(code)"
        case .signInRefused(let code): "the mail server refused user or password with \(code)"
        case .cancelled: "cancelled"
        case .malformed(let reason): "cannot be sent: \(reason)"
        }
    }
}
