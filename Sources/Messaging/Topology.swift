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
    public static func declareShared(
        on connection: AMQPConnection,
        delays: RetryDelays = .standard
    ) async throws(AMQPError) {
        try await connection.declareExchange(workExchange, type: .direct)
        try await connection.declareExchange(strayExchange, type: .fanout)
        try await connection.declareExchange(
            retriedExchange,
            type: .direct,
            arguments: ["alternate-exchange": .string(strayExchange)]
        )
        try await connection.declareExchange(deadExchange, type: .direct)
        for kind in WorkKind.allCases {
            _ = try await connection.declareQueue(deadQueue(kind), arguments: lossless)
            try await connection.bindQueue(deadQueue(kind), to: deadExchange, routingKey: kind.rawValue)
        }
        _ = try await connection.declareQueue(strayQueue, arguments: lossless)
        try await connection.bindQueue(strayQueue, to: strayExchange, routingKey: "")
        try await connection.bindQueue(strayQueue, to: deadExchange, routingKey: strayKey)
        for branch in delays.branches { try await declare(branch, on: connection) }
    }

    /// Declares a delay queue. Its exchange is a fanout to it alone: the routing key stays the work queue's, by which
    /// the message finds back.
    private static func declare(
        _ branch: RetryDelays.Branch,
        on connection: AMQPConnection
    ) async throws(AMQPError) {
        try await connection.declareExchange(branch.name, type: .fanout)
        var arguments = lossless
        arguments["x-message-ttl"] = .integer(Int64(branch.milliseconds))
        arguments["x-dead-letter-exchange"] = .string(retriedExchange)
        arguments["x-dead-letter-strategy"] = .string("at-least-once")
        _ = try await connection.declareQueue(branch.name, arguments: arguments)
        try await connection.bindQueue(branch.name, to: branch.name, routingKey: "")
    }

    /// Declares one queue of work.
    public static func declare(_ queue: WorkQueue, on connection: AMQPConnection) async throws(AMQPError) {
        _ = try await connection.declareQueue(queue.name, arguments: lossless)
        try await connection.bindQueue(queue.name, to: workExchange, routingKey: queue.name)
        try await connection.bindQueue(queue.name, to: retriedExchange, routingKey: queue.name)
    }

    private static let lossless: [String: AMQPValue] = [
        "x-queue-type": .string("quorum"), "x-overflow": .string("reject-publish"),
    ]
}
