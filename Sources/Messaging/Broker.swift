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

    /// How long messages are kept from their queue.
    public let delays: RetryDelays

    /// A broker over a connection that is or will be connected.
    public init(connection: AMQPConnection, delays: RetryDelays = .standard) {
        self.connection = connection
        self.delays = delays
    }

    /// Declares what all tenants share; called once at start.
    public func prepare() async throws(AMQPError) {
        try await Topology.declareShared(on: connection, delays: delays)
    }

    /// Declares a queue of work unless this process has done so.
    public func prepare(_ queue: WorkQueue) async throws(AMQPError) {
        guard !declared.withLock({ $0.contains(queue) }) else { return }
        try await Topology.declare(queue, on: connection)
        declared.withLock { _ = $0.insert(queue) }
    }

    /// Publishes a document revision and returns once the broker has taken responsibility for it.
    ///
    /// A queue that has vanished is declared anew and the message published once more.
    public func publish(_ envelope: Envelope, to queue: WorkQueue) async throws(AMQPError) {
        try await prepare(queue)
        let message = Self.message(envelope)
        do {
            try await hand(message, to: Topology.workExchange, routingKey: queue.name)
        } catch {
            guard case .returned = error else { throw error }
            declared.withLock { _ = $0.remove(queue) }
            try await prepare(queue)
            try await hand(message, to: Topology.workExchange, routingKey: queue.name)
        }
    }

    /// Publishes a message to come back to its queue after a delay. How often it did is the database's to count: a header
    /// could be anybody's.
    /// - Parameter level: 0, 1 or 2; beyond the last it stays the last.
    public func delay(_ envelope: Envelope, for queue: WorkQueue, level: Int) async throws(AMQPError) {
        guard let branch = delays.branches(ofLevel: level).randomElement() else { return }
        try await hand(Self.message(envelope), to: branch.name, routingKey: queue.name)
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
        try await hand(message, to: Topology.deadExchange, routingKey: key)
    }

    /// How many messages of a queue are ready; nil when there is no such queue.
    public func readyCount(_ queue: String) async throws(AMQPError) -> AMQPQueueState? {
        try await connection.inspectQueue(queue)
    }

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
                return try await connection.publish(message, to: exchange, routingKey: routingKey)
            } catch {
                guard error == .nacked else { throw error }
            }
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
        }
        try await connection.publish(message, to: exchange, routingKey: routingKey)
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
