import AMQPClient
import Accounting
import Foundation
import Messaging
import Testing

/// The broker that TEST_AMQP_URL names, with a tenant that no other test has. The shared exchanges and queues of the
/// topology are really shared: a test watches them through a queue of its own, and takes nothing from others.
struct TestBroker: Sendable {
    static let url = ProcessInfo.processInfo.environment["TEST_AMQP_URL"]
    static let isAvailable = url != nil

    let broker: Broker
    let queue: WorkQueue

    var connection: AMQPConnection { broker.connection }

    /// An envelope of the test's tenant.
    func envelope(_ id: Int64 = 42, revision: Int = 1) throws -> Envelope {
        var envelope = try Envelope.sample()
        envelope.tenant = queue.tenant
        envelope.company = queue.company
        envelope.sourceID = id
        envelope.revision = revision
        return envelope
    }

    /// A queue of this connection alone that gets a copy of what an exchange routes by `key`.
    func copies(of exchange: String, key: String) async throws -> AMQPConsumer {
        let name = "copies-\(UUID().uuidString)"
        try await connection.declareQueue(name, durable: false, exclusive: true)
        try await connection.bindQueue(name, to: exchange, routingKey: key)
        return try await connection.consume(name, prefetch: 100)
    }
}

/// Runs `body` with a connected broker, its shared topology declared; deletes the test's own queue afterwards.
func withBroker(_ kind: WorkKind = .invoices, _ body: (TestBroker) async throws -> Void) async throws {
    let configuration = try AMQPConfiguration(
        urls: try #require(TestBroker.url),
        connectionName: "MessagingTests"
    )
    let connection = AMQPConnection(configuration: configuration)
    let tenant = try #require(TenantID("t-\(UUID().uuidString.lowercased().prefix(23))"))
    let company = try #require(CompanyID("SAMINC"))
    let test = TestBroker(
        broker: Broker(connection: connection),
        queue: WorkQueue(tenant: tenant, company: company, kind: kind)
    )
    let outcome: Result<Void, any Error>
    do {
        try await connection.connect()
        try await test.broker.prepare()
        try await body(test)
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    try? await connection.deleteQueue(test.queue.name)
    await connection.close()
    try outcome.get()
}

extension AMQPConsumer {
    /// The next delivery whose message ID is `id`; what belongs to other tests is passed over.
    func next(_ id: String? = nil) async throws -> AMQPDelivery {
        for try await delivery in self {
            try await acknowledge(delivery)
            if id == nil || delivery.messageID == id { return delivery }
        }
        throw EndOfDeliveries()
    }
}

struct EndOfDeliveries: Error {}
