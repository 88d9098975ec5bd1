/// What went wrong at the broker or on the way to it. No description holds a password or a message body.
public enum AMQPError: Error, Sendable, Hashable {
    /// The configuration's URL cannot be used.
    case badURL(String)
    /// An argument the protocol cannot carry, such as a name of more than 255 bytes; nothing was sent.
    case invalidArgument(String)
    /// The broker refused user, password or virtual host. Trying again without a change is useless.
    case accessRefused(String)
    /// The broker's certificate or name was not accepted, or the authority's file is unusable.
    case tls(String)
    /// No node could be reached or signed in to. Trying again can help.
    case unreachable(String)
    /// `connect()` has not been called or did not succeed.
    case notConnected
    /// The connection ended, for this reason, before the operation did.
    case connectionLost(String)
    /// The broker closed the channel for this operation, for example 404 or 406. Others are not affected.
    case channelClosed(code: Int, text: String)
    /// No queue took the message, in the broker's words. It is nowhere but here.
    case returned(String)
    /// The broker refused responsibility for the message, for example because the queue is full.
    case nacked
    /// The connection or channel went away before the confirm: the message may or may not be there.
    case confirmLost
    /// The queue does not exist or was deleted under its consumer.
    case queueGone(String)
    /// The delivery has been settled already or belongs to a channel that is gone: the broker redelivers it.
    case staleDelivery
    /// The broker did not answer this operation in time; it may have been carried out.
    case timedOut(String)
    /// The broker sent what the protocol does not allow.
    case protocolViolation(String)
    /// The calling task was cancelled. What had been sent may have its effect.
    case cancelled
    /// `close()` has been called.
    case closed
}

extension AMQPError: CustomStringConvertible {
    /// One plain sentence.
    public var description: String {
        switch self {
        case .badURL(let flaw): "The broker's URL cannot be used: \(flaw)."
        case .invalidArgument(let flaw): "The operation cannot be sent to the broker: \(flaw)."
        case .accessRefused(let text): "The broker refused access: \(text)."
        case .tls(let text): "The broker's TLS identity was not accepted: \(text)."
        case .unreachable(let text): "The broker cannot be reached: \(text)."
        case .notConnected: "The connection to the broker has not been opened."
        case .connectionLost(let text): "The connection to the broker was lost: \(text)."
        case .channelClosed(let code, let text): "The broker refused the operation with \(code): \(text)."
        case .returned(let text): "The broker returned the message, no queue takes it: \(text)."
        case .nacked: "The broker did not take responsibility for the message."
        case .confirmLost: "The broker's confirm was lost: the message may or may not have been stored."
        case .queueGone(let queue): "The queue \(queue) does not exist or was deleted."
        case .staleDelivery: "The delivery was settled before or its channel is gone: it will be redelivered."
        case .timedOut(let operation): "The broker did not answer \(operation) in time."
        case .protocolViolation(let text): "The broker broke the protocol: \(text)."
        case .cancelled: "The operation was cancelled."
        case .closed: "The connection to the broker has been closed."
        }
    }
}
