public import Foundation
public import HTTPClient
public import MailClient
public import Storage

/// What comes of a try to deliver a message.
public enum DeliveryRule {
    /// For how long a message is tried.
    public static let patience: TimeInterval = 86_400
    private static let shortest: TimeInterval = 30
    private static let longest: TimeInterval = 1800
    /// A receiver that asks for more than this is asked earlier all the same.
    private static let longestAsked: TimeInterval = 6 * 3600

    /// After an answer. 2xx: sent. 408, 425, 429 and 5xx may pass; anything else, a redirect too, will not.
    public static func outcome(status: Int, retryAfter: String?, message: AlertMessage, at now: Date)
        -> AlertDelivery
    {
        if (200..<300).contains(status) { return .sent }
        let words = "answered \(status)"
        guard [408, 425, 429].contains(status) || status >= 500 else { return .givenUp(words) }
        return later(words, message, asked: retryAfter.flatMap { seconds($0, now) }, now)
    }

    /// After no answer.
    public static func outcome(_ error: HTTPError, message: AlertMessage, at now: Date) -> AlertDelivery {
        // Its detail has the address, which may be a secret.
        let words = error.cause.description
        switch error.cause {
        case .badURL, .addressRefused: return .givenUp(words)
        case .couldNotResolve, .couldNotConnect, .tls, .connectTimedOut, .firstByteTimedOut, .timedOut,
            .connectionLost, .bodyTooLarge, .cancelled, .protocolViolation, .closed:
            return later(words, message, asked: nil, now)
        }
    }

    /// After a mail server's no.
    public static func outcome(_ error: MailError, message: AlertMessage, at now: Date) -> AlertDelivery {
        let words = error.cause.description
        return error.mayPass ? later(words, message, asked: nil, now) : .givenUp(words)
    }

    /// Where the webhook cannot be opened: with the right key file, or the tenant file applied again, it can.
    public static func outcome(_ error: VaultError, message: AlertMessage, at now: Date) -> AlertDelivery {
        later(error.description, message, asked: nil, now)
    }

    /// Where this release cannot read who is named: another one's process may come to it.
    static func outcomeOfUnreadableFile(message: AlertMessage, at now: Date) -> AlertDelivery {
        later("this release cannot read the tenant file", message, asked: nil, now)
    }

    /// Half a minute after the first try, twice as long after each further one, half an hour at most.
    private static func later(_ words: String, _ message: AlertMessage, asked: TimeInterval?, _ now: Date)
        -> AlertDelivery
    {
        let usual = min(longest, shortest * pow(2, TimeInterval(min(message.tries, 10))))
        let next = now + max(usual, min(asked ?? 0, longestAsked))
        guard next.timeIntervalSince(message.createdAt) <= patience else {
            return .givenUp("\(words); tried for a day")
        }
        return .failed(words, nextTry: next)
    }

    /// Seconds, or a date of HTTP.
    private static func seconds(_ text: String, _ now: Date) -> TimeInterval? {
        if let seconds = Int(text) { return TimeInterval(max(0, seconds)) }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text).map { max(0, $0.timeIntervalSince(now)) }
    }
}
