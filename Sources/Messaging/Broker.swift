public import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Synchronization

/// The connector's way to RabbitMQ: publishes envelopes and dead letters with confirms, over one connection.
public final class Broker: Sendable {
    /// The connection underneath, for consuming.
    public let connection: AMQPConnection
    private let declared = Mutex<Set<WorkQueue>>([])
    /// The declaration of everything shared that is under way: many publishings may miss the same exchange at once.
    private let restoration = Mutex<Task<AMQPError?, Never>?>(nil)
    private let troubles: TroubleBoard

    /// How long messages are kept from their queue.
    public let delays: RetryDelays

    /// A broker over a connection that is or will be connected.
    /// - Parameter onTrouble: told what is wrong with exchanges and queues, once each, and when it is over.
    public init(
        connection: AMQPConnection,
        delays: RetryDelays = .standard,
        onTrouble: (@Sendable (String, _ isOver: Bool) -> Void)? = nil
    ) {
        self.connection = connection
        self.delays = delays
        troubles = TroubleBoard(onTrouble)
    }

    /// Declares what all tenants share; called once at start. As long as the broker has it differently or refuses, it says
    /// so and tries again: ending would lose nothing, but mend nothing either.
    /// - Throws: `.cancelled`, or `.closed`.
    public func prepare() async throws(AMQPError) {
        var pause = Duration.milliseconds(500)
        while true {
            do {
                return try await restore()
            } catch {
                switch error {
                case .cancelled, .closed, .notConnected, .invalidArgument: throw error
                // What has been said already, in the broker's words made plain.
                case .channelClosed: break
                default: troubles.note(Self.shared, error.description)
                }
            }
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// Declares a queue of work unless this process has done so.
    public func prepare(_ queue: WorkQueue) async throws(AMQPError) {
        guard !declared.withLock({ $0.contains(queue) }) else { return }
        try await declare(queue)
    }

    /// Declares a queue of work, as before it is consumed from: it may have been deleted.
    public func declare(_ queue: WorkQueue) async throws(AMQPError) {
        do {
            tellLimits(try await Topology.declare(queue, on: connection))
        } catch {
            guard error.isAboutMissing else { throw told(error, of: queue.name) }
            // The exchange it is bound to.
            try await restore()
            do { try await Topology.declare(queue, on: connection) } catch {
                throw told(error, of: queue.name)
            }
        }
        declared.withLock { _ = $0.insert(queue) }
        // It can be declared, and be full all the same.
        troubles.clear(queue.name, except: Self.full)
    }

    /// Publishes a document revision and returns once the broker has taken responsibility for it.
    ///
    /// A queue or an exchange that has vanished is declared anew and the message published once more.
    public func publish(_ envelope: Envelope, to queue: WorkQueue) async throws(AMQPError) {
        try await prepare(queue)
        let message = Self.message(envelope)
        do {
            try await hand(message, to: Topology.workExchange, routingKey: queue.name)
        } catch {
            guard error.isAboutMissing else { throw told(error, of: queue.name) }
            declared.withLock { _ = $0.remove(queue) }
            // Also what came back: an exchange of another type must not be given bindings.
            try await restore()
            try await declare(queue)
            do {
                try await hand(message, to: Topology.workExchange, routingKey: queue.name)
            } catch { throw told(error, of: queue.name) }
        }
        troubles.clear(queue.name)
    }

    /// Publishes a message to come back to its queue after a delay. How often it did is the database's to count: a header
    /// could be anybody's.
    /// - Parameter level: 0, 1 or 2; beyond the last it stays the last.
    public func delay(_ envelope: Envelope, for queue: WorkQueue, level: Int) async throws(AMQPError) {
        guard let branch = delays.branches(ofLevel: level).randomElement() else { return }
        try await handShared(Self.message(envelope), to: branch.name, routingKey: queue.name)
    }

    /// Publishes a dead letter and returns once the broker has taken responsibility for it.
    public func bury(_ letter: DeadLetter) async throws(AMQPError) {
        let kind: WorkKind? =
            switch letter.content {
            case .document(let envelope): WorkKind(envelope.kind)
            case .stray(_, let queue): WorkKind.allCases.first { queue.hasSuffix(".\($0.rawValue)") }
            }
        try await bury(letter.json.bytes, id: letter.id.uuidString.lowercased(), kind: kind)
    }

    /// Publishes a dead letter that is JSON text already.
    public func bury(_ letter: [UInt8], id: String, kind: WorkKind?) async throws(AMQPError) {
        var message = AMQPMessage(body: letter)
        message.contentType = "application/json"
        message.messageID = id
        message.type = "mlc.dead-letter"
        let key = kind?.rawValue ?? Topology.strayKey
        try await handShared(message, to: Topology.deadExchange, routingKey: key)
    }

    /// How many messages of a queue are ready; nil when there is no such queue.
    public func readyCount(_ queue: String) async throws(AMQPError) -> AMQPQueueState? {
        try await connection.inspectQueue(queue)
    }

    /// Publishes to what all tenants share, which is declared anew if it has vanished.
    private func handShared(
        _ message: AMQPMessage,
        to exchange: String,
        routingKey: String
    ) async throws(AMQPError) {
        do {
            try await hand(message, to: exchange, routingKey: routingKey)
        } catch {
            guard error.isAboutMissing else { throw told(error, of: exchange) }
            try await restore()
            do { try await hand(message, to: exchange, routingKey: routingKey) } catch {
                throw told(error, of: exchange)
            }
        }
        troubles.clear(exchange)
    }

    /// Declares what all tenants share, once for all who ask at the same time.
    private func restore() async throws(AMQPError) {
        let task = restoration.withLock { running in
            if let running { return running }
            let task = Task { () -> AMQPError? in
                defer { restoration.withLock { $0 = nil } }
                do throws(AMQPError) {
                    tellLimits(try await Topology.declareShared(on: connection, delays: delays))
                    return nil
                } catch { return error }
            }
            running = task
            return task
        }
        guard let error = await task.value else { return troubles.clear(Self.shared) }
        throw told(error, of: Self.shared)
    }

    /// Says what is wrong with a queue or exchange, and says it in the error, too.
    private static let full =
        "takes no messages: it is full (a policy's max-length?) or has no majority of its nodes"

    private func told(_ error: AMQPError, of subject: String) -> AMQPError {
        if error == .nacked {
            troubles.note(subject, Self.full)
        }
        guard case .channelClosed(let code, _) = error, let flaw = TopologyFlaw(error) else { return error }
        troubles.note(subject, flaw.description)
        return .channelClosed(code: code, text: flaw.description)
    }

    private func tellLimits(_ queues: [String]) {
        for queue in queues {
            troubles.note(
                "\(queue), redeliveries",
                """
                it stems from RabbitMQ 3, and RabbitMQ 4 drops a message there that it has delivered twenty times. \
                Set a policy {"delivery-limit": -1} on ^mlc\\. where the release takes it (docs/messaging.md), or delete \
                the queue once it is empty
                """
            )
        }
    }

    private static let shared = "exchanges and queues of all tenants"

    /// Publishes a message, and again for a moment when the broker refuses responsibility for it.
    ///
    /// A quorum queue that was declared just now or is electing its leader refuses what it would take a moment later.
    /// What was refused was not stored, so that publishing it again doubles nothing.
    /// - Throws: `.nacked` when it is still refused after about a second, as by a queue that is full.
    private func hand(
        _ message: AMQPMessage,
        to exchange: String,
        routingKey: String
    ) async throws(AMQPError) {
        for pause in Self.pausesAfterRefusals {
            do {
                return try await publish(message, to: exchange, routingKey: routingKey)
            } catch {
                guard error == .nacked else { throw error }
            }
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
        }
        try await publish(message, to: exchange, routingKey: routingKey)
    }

    private func publish(
        _ message: AMQPMessage,
        to exchange: String,
        routingKey: String
    ) async throws(AMQPError) {
        let began = ContinuousClock.now
        do throws(AMQPError) {
            try await connection.publish(message, to: exchange, routingKey: routingKey)
        } catch {
            PublishMetrics.ended(exchange, after: .now - began, error)
            throw error
        }
        PublishMetrics.ended(exchange, after: .now - began, nil)
    }

    private static let pausesAfterRefusals: [Duration] = [
        .milliseconds(50), .milliseconds(200), .milliseconds(800),
    ]

    private static func message(_ envelope: Envelope) -> AMQPMessage {
        var message = AMQPMessage(body: envelope.json.bytes)
        message.contentType = "application/json"
        message.messageID = envelope.messageID
        message.type = "mlc.document"
        return message
    }
}

extension AMQPError {
    /// An exchange or a queue that was there is not any more.
    fileprivate var isAboutMissing: Bool {
        switch self {
        case .returned, .channelClosed(code: 404, _): true
        default: false
        }
    }
}
