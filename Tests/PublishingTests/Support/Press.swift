import AMQPClient
import Accounting
import Foundation
import Logging
import Messaging
import PostgresClient
import Publishing
import Storage
import Testing

/// A publisher with a database schema of its own, and a tenant no other test has on the broker all of them share.
struct Press: Sendable {
    private static let environment = ProcessInfo.processInfo.environment
    static let databaseURL = environment["TEST_DATABASE_URL"]
    static let brokerURL = environment["TEST_AMQP_URL"]
    static let isAvailable = databaseURL != nil && brokerURL != nil

    let database: Database
    let broker: Broker
    let tenant: TenantID
    let company: CompanyID

    var client: PostgresClient { database.client }
    var publisher: DocumentPublisher {
        DocumentPublisher(database: database, broker: broker, logger: Logger(label: "PublishingTests"))
    }
    var burial: Burial { Burial(database: database, broker: broker) }

    func queue(_ kind: WorkKind = .invoices) -> WorkQueue {
        WorkQueue(tenant: tenant, company: company, kind: kind)
    }

    /// How many messages are ready; 0 where there is no queue.
    func ready(_ kind: WorkKind = .invoices) async throws -> Int {
        try await broker.readyCount(queue(kind).name)?.readyCount ?? 0
    }

    /// A copy of every dead letter of a kind that is buried from now on.
    func letters(_ kind: WorkKind = .invoices) async throws -> AMQPConsumer {
        let name = "copies-\(UUID().uuidString)"
        try await broker.connection.declareQueue(name, durable: false, exclusive: true)
        try await broker.connection.bindQueue(name, to: Topology.deadExchange, routingKey: kind.rawValue)
        return try await broker.connection.consume(name, prefetch: 100)
    }

    /// Sets the clock forward by setting what is remembered back.
    func age(_ interval: String) async throws {
        _ = try await client.query(
            """
            update documents set state_since = state_since - \(interval)::interval,
                published_at = published_at - \(interval)::interval
            """
        )
    }
}

func withPress(_ body: (Press) async throws -> Void) async throws {
    let url = try #require(Press.databaseURL)
    let schema = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
    let uri = url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(schema)"
    let client = PostgresClient(
        configuration: PostgresConfiguration(uri: uri, applicationName: schema, maximumConnections: 3)
    )
    let connection = AMQPConnection(
        configuration: try AMQPConfiguration(
            urls: try #require(Press.brokerURL),
            connectionName: "PublishingTests"
        )
    )
    let press = Press(
        database: Database(client: client),
        broker: Broker(connection: connection),
        tenant: try #require(TenantID("t-\(UUID().uuidString.lowercased().prefix(23))")),
        company: try #require(CompanyID("SAMINC"))
    )
    _ = try await client.query("create schema \(identifier: schema)")
    let outcome: Result<Void, any Error>
    do {
        _ = try await press.database.migrate()
        try await connection.connect()
        try await press.broker.prepare()
        try await body(press)
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    for kind in WorkKind.allCases { try? await connection.deleteQueue(press.queue(kind).name) }
    await connection.close()
    try await client.execute(
        script: "set client_min_messages = warning; drop schema \"\(schema)\" cascade"
    )
    await client.close()
    try outcome.get()
}

extension AMQPConsumer {
    /// The next dead letter of a tenant; those of other tests are passed over.
    func letter(of tenant: TenantID) async throws -> DeadLetter {
        for try await delivery in self {
            try await acknowledge(delivery)
            guard let letter = DeadLetter(parsing: delivery.body) else { continue }
            switch letter.content {
            case .document(let envelope) where envelope.tenant == tenant: return letter
            case .stray(_, let queue) where queue.contains(".\(tenant)."): return letter
            default: continue
            }
        }
        throw EndOfLetters()
    }
}

struct EndOfLetters: Error {}
