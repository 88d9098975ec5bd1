public import AMQPClient
public import Accounting

/// What kind of work a queue holds; one worker program serves each.
public enum WorkKind: String, Sendable, CaseIterable {
    case customers, invoices, ledger

    /// The kinds of documents it carries.
    public var documentKinds: [DocumentKind] {
        switch self {
        case .customers: [.customer]
        case .invoices: [.order, .invoice, .creditmemo, .cancellation]
        case .ledger: [.shipment]
        }
    }

    /// Where a document's messages go.
    public init(_ kind: DocumentKind) {
        switch kind {
        case .customer: self = .customers
        case .order, .invoice, .creditmemo, .cancellation: self = .invoices
        case .shipment: self = .ledger
        }
    }
}

/// One queue of work: a tenant's documents of one kind for one company.
public struct WorkQueue: Sendable, Hashable {
    /// Whose.
    public let tenant: TenantID
    /// Which company's.
    public let company: CompanyID
    /// What kind.
    public let kind: WorkKind

    /// A queue.
    public init(tenant: TenantID, company: CompanyID, kind: WorkKind) {
        self.tenant = tenant
        self.company = company
        self.kind = kind
    }

    /// The queue's name, which is its routing key too.
    public var name: String { "mlc.\(tenant).\(company).\(kind.rawValue)" }
}

/// Exchanges and queues, declared by whoever comes first (documented in `docs/messaging.md`).
///
/// Everything is durable and a quorum queue. Work queues refuse publishes when full (`reject-publish`) instead
/// of dropping, so that a dead letter is never lost to an overflow.
public enum Topology {
    /// Takes new work; routing key: the queue's name.
    public static let workExchange = "mlc.work"
    /// Takes work back from a retry delay. Apart from `workExchange`, because its alternate exchange would
    /// hide an unroutable publish from a publisher that must know.
    public static let retriedExchange = "mlc.retried"
    /// Takes dead letters; routing key: the kind of work, or `stray`.
    public static let deadExchange = "mlc.dead"
    /// Where retried messages go whose queue has vanished.
    static let strayExchange = "mlc.stray"
    /// Dead letters without a kind: messages whose queue has vanished.
    static let strayKey = "stray"

    /// Names of the dead-letter queues.
    public static var deadQueues: [String] {
        WorkKind.allCases.map { deadQueue($0) } + [strayQueue]
    }

    /// The dead-letter queue of a kind of work.
    public static func deadQueue(_ kind: WorkKind) -> String { "mlc.dead.\(kind.rawValue)" }

    /// Holds messages whose queue has vanished.
    public static let strayQueue = "mlc.dead.stray"

    /// Declares what all tenants share. Repeating it changes nothing; a broker that has it differently refuses,
    /// and says what differs.
    /// - Returns: queues in which the broker limits redeliveries, because they stem from a release that did not.
    @discardableResult
    public static func declareShared(
        on connection: AMQPConnection,
        delays: RetryDelays
    ) async throws(AMQPError) -> [String] {
        let lossless = lossless(onBroker: await connection.brokerVersion)
        var limited: [String] = []
        try await connection.declareExchange(workExchange, type: .direct)
        try await connection.declareExchange(strayExchange, type: .fanout)
        try await connection.declareExchange(
            retriedExchange,
            type: .direct,
            arguments: ["alternate-exchange": .string(strayExchange)]
        )
        try await connection.declareExchange(deadExchange, type: .direct)
        for kind in WorkKind.allCases {
            limited += try await declare(deadQueue(kind), lossless, on: connection)
            try await connection.bindQueue(deadQueue(kind), to: deadExchange, routingKey: kind.rawValue)
        }
        limited += try await declare(strayQueue, lossless, on: connection)
        try await connection.bindQueue(strayQueue, to: strayExchange, routingKey: "")
        try await connection.bindQueue(strayQueue, to: deadExchange, routingKey: strayKey)
        for branch in delays.branches { limited += try await declare(branch, lossless, on: connection) }
        return limited
    }

    /// Declares a delay queue. Its exchange is a fanout to it alone: the routing key stays the work queue's, by which
    /// the message finds back.
    private static func declare(
        _ branch: RetryDelays.Branch,
        _ lossless: [String: AMQPValue],
        on connection: AMQPConnection
    ) async throws(AMQPError) -> [String] {
        try await connection.declareExchange(branch.name, type: .fanout)
        var arguments = lossless
        arguments["x-message-ttl"] = .integer(Int64(branch.milliseconds))
        arguments["x-dead-letter-exchange"] = .string(retriedExchange)
        arguments["x-dead-letter-strategy"] = .string("at-least-once")
        let limited = try await declare(branch.name, arguments, on: connection)
        try await connection.bindQueue(branch.name, to: branch.name, routingKey: "")
        return limited
    }

    /// Declares one queue of work.
    /// - Returns: its name, if the broker limits redeliveries in it.
    @discardableResult
    public static func declare(_ queue: WorkQueue, on connection: AMQPConnection) async throws(AMQPError)
        -> [String]
    {
        let lossless = lossless(onBroker: await connection.brokerVersion)
        let limited = try await declare(queue.name, lossless, on: connection)
        try await connection.bindQueue(queue.name, to: workExchange, routingKey: queue.name)
        try await connection.bindQueue(queue.name, to: retriedExchange, routingKey: queue.name)
        return limited
    }

    /// What every queue is declared with. From RabbitMQ 4.0 on a quorum queue drops what it has delivered twenty times,
    /// unless the limit is negative; to RabbitMQ 3 a negative limit is none at all, and says drop at once (decision 27).
    static func lossless(onBroker version: String?) -> [String: AMQPValue] {
        var arguments: [String: AMQPValue] = [
            "x-queue-type": .string("quorum"), "x-overflow": .string("reject-publish"),
        ]
        if hasDeliveryLimit(version) { arguments[deliveryLimit] = .integer(-1) }
        return arguments
    }

    private static let deliveryLimit = "x-delivery-limit"

    private static func hasDeliveryLimit(_ version: String?) -> Bool {
        (version?.split(separator: ".").first.flatMap { Int($0) } ?? 0) >= 4
    }

    /// Declares a queue. One that stems from before the broker had a limit stays as it is: its messages are worth more.
    private static func declare(
        _ name: String,
        _ arguments: [String: AMQPValue],
        on connection: AMQPConnection
    ) async throws(AMQPError) -> [String] {
        do {
            _ = try await connection.declareQueue(name, arguments: arguments)
            return []
        } catch {
            guard case .channelClosed(code: 406, let text) = error, arguments[deliveryLimit] != nil,
                text.contains("'\(deliveryLimit)'")
            else { throw error }
        }
        _ = try await connection.declareQueue(name, arguments: arguments.filter { $0.key != deliveryLimit })
        return [name]
    }
}
