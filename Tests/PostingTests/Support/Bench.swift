import AMQPClient
import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Logging
import Messaging
import PostgresClient
import Sage300
import SageSimulation
import Storage
import Tenancy
import Testing

@testable import Posting

/// A simulated Sage 300, a database and a broker that are really there, and one tenant's company to post for.
struct Bench: Sendable {
    static let databaseURL = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]
    static let brokerURL = ProcessInfo.processInfo.environment["TEST_AMQP_URL"]
    static let isAvailable = databaseURL != nil && brokerURL != nil

    let context: PostingContext
    let company: ServedCompany
    let sage: SimulatedSage

    var database: Database { context.database }
    var client: PostgresClient { database.client }
    var tenant: TenantID { company.tenant.tenant }
    var companyID: CompanyID { company.rules.company }

    func key(_ id: Int64) -> DocumentKey {
        DocumentKey(tenant: tenant, company: companyID, kind: .order, sourceID: id)
    }

    func document(_ id: Int64) async throws -> DocumentRecord {
        try #require(try await database.documents([key(id)])[key(id)])
    }

    /// States of documents, in order.
    func states(_ ids: [Int64]) async throws -> [DocumentState] {
        let found = try await database.documents(ids.map(key))
        return try ids.map { try #require(found[key($0)]).state }
    }

    func takeLease() async throws -> WriterLease {
        try #require(try await database.takeLease(company.target, owner: UUID(), for: .seconds(60)))
    }

    /// The lease runs out, and another worker has it now.
    func takeOver() async throws -> WriterLease {
        _ = try await client.query("update writer_leases set expires_at = now() - interval '1 second'")
        return try await takeLease()
    }

    func steps(_ lease: WriterLease) -> ClaimProtocol {
        ClaimProtocol(context: context, company: company, lease: lease)
    }

    /// Documents of 10.00 each, published and claimed. A customer other than the guests' may be given for some, and
    /// anything about their entries changed.
    func claim(
        _ ids: [Int64],
        under lease: WriterLease,
        customers: [Int64: String] = [:],
        changing change: (Int64, inout ARInvoice) -> Void = { _, _ in }
    ) async throws -> Claim {
        let records = try await publish(ids)
        let entries = try ids.map { id in
            var invoice = try Self.invoice(id, customer: customers[id] ?? "WEBGUEST")
            change(id, &invoice)
            return invoice.claimEntry(of: try #require(records.first { $0.key.sourceID == id }))
        }
        return try #require(
            try await database.claim(
                entries,
                tenant: tenant,
                isAutomatic: company.rules.posting == .automatic,
                under: lease
            )
        )
    }

    /// Documents as the poller leaves them: recorded and published, waiting.
    func publish(_ ids: [Int64]) async throws -> [DocumentRecord] {
        let observed = ids.map { id in
            ObservedDocument(
                key: key(id),
                number: "\(id)",
                document: "US\(id)",
                storeView: "default",
                createdAt: Date(timeIntervalSince1970: 1_773_600_000),
                updatedAt: Date(timeIntervalSince1970: 1_773_600_000),
                observedAt: Date(timeIntervalSince1970: 1_773_600_000),
                source: #"{"entity_id":\#(id)}"#,
                contentHash: [UInt8(truncatingIfNeeded: id)],
                amount: 10,
                currency: "USD"
            )
        }
        let records = try await database.record(observed, run: 1)
        try await database.markPublished(records)
        return records
    }

    static func invoice(_ id: Int64, customer: String) throws -> ARInvoice {
        ARInvoice(
            type: .invoice,
            number: try #require(DocumentNumber("US\(id)")),
            orderNumber: "\(id)",
            customer: try #require(CustomerNumber(customer)),
            date: try #require(CalendarDate("2026-03-15")),
            currency: try #require(Currency("USD")),
            terms: nil,
            taxGroup: nil,
            description: "Order \(id)",
            lines: [.init(role: .product, target: .account("4000"), description: "SKU", amount: 10)],
            total: 10
        )
    }

    /// Sees claims through until none is open, as the worker does every second, without waiting for the seconds.
    func resolve(_ lease: WriterLease, rounds: Int = 6) async throws {
        for _ in 0..<rounds {
            _ = try await client.query("update claims set due_at = now() where finished_at is null")
            try await steps(lease).resolveDueClaims()
        }
    }

    func openClaims() async throws -> Int {
        try #require(try await client.query("select count(*) from claims where finished_at is null").first)
            .get(0)
    }

    func events(_ id: Int64) async throws -> [String] {
        try await database.events(of: key(id)).map { "\($0.stage) \($0.outcome)" }
    }
}

/// Runs `body` with everything there is to post with.
func withBench(
    posting: String = "automatic",
    scenario: String = "",
    password: String = "secret",
    _ body: @Sendable (Bench) async throws -> Void
) async throws {
    try await withSimulatedSage(scenario) { sage in
        let schema = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let url = try #require(Bench.databaseURL)
        let uri = url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(schema)"
        let client = PostgresClient(
            configuration: PostgresConfiguration(
                uri: uri,
                applicationName: schema,
                maximumConnections: 5,
                statementTimeout: .seconds(20)
            )
        )
        let connection = AMQPConnection(
            configuration: try AMQPConfiguration(
                urls: try #require(Bench.brokerURL),
                connectionName: "PostingTests"
            )
        )
        _ = try await client.query("create schema \(identifier: schema)")
        let outcome: Result<Void, any Error>
        do {
            try await connection.connect()
            let database = Database(client: client)
            _ = try await database.migrate()
            let context = try await Bench.context(database, connection)
            let company = try await Bench.apply(context, sage, posting, password)
            try await body(Bench(context: context, company: company, sage: sage))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await connection.close()
        try await client.execute(
            script: "set client_min_messages = warning; drop schema \"\(schema)\" cascade"
        )
        await client.close()
        try outcome.get()
    }
}

extension Bench {
    fileprivate static func context(_ database: Database, _ connection: AMQPConnection) async throws
        -> PostingContext
    {
        let keys = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try Vault.create(at: keys)
        defer { try? FileManager.default.removeItem(atPath: keys) }
        var logger = Logger(label: "posting")
        logger.logLevel = ProcessInfo.processInfo.environment["TEST_KEEP_LOGS"] == nil ? .critical : .debug
        var settings = PostingSettings()
        settings.settle = .zero
        let broker = Messaging.Broker(connection: connection)
        try await broker.prepare()
        return PostingContext(
            database: database,
            broker: broker,
            vault: try Vault(file: keys),
            http: HTTPClient(),
            logger: logger,
            instance: UUID(),
            settings: settings
        )
    }

    /// Stores the tenant as `connectorctl tenant apply` does.
    fileprivate static func apply(
        _ context: PostingContext,
        _ sage: SimulatedSage,
        _ posting: String,
        _ password: String
    ) async throws -> ServedCompany {
        let text = """
            tenant: acme
            name: Acme
            schedule: {every: 15m}
            adobe: {url: "https://shop.example.com", auth: ims, clientId: i, clientSecret: s}
            sage: {url: "\(sage.address)", username: connector, password: "\(password)"}
            companies:
              - company: SAMINC
                storeViews: [default]
                documentPrefix: US
                timeZone: UTC
                currency: USD
                posting: \(posting)
                customers: {group: WEB, prefix: W, guests: shared, guestCustomer: WEBGUEST}
                accounts: {revenue: 4000}
            """
        let configuration = try TenantFile.parse(text)
        let secret = try #require(configuration.secrets[.password])
        let address = try #require(SageAddress(sage.address)).identity
        _ = try await context.database.apply(
            Database.TenantApplication(
                tenant: configuration.tenant,
                name: configuration.name,
                configuration: try TenantFile.storedForm(of: text),
                sageAddress: address,
                sageUser: configuration.sage.username,
                companies: configuration.companies.map(\.company),
                credentials: [
                    try context.vault.seal(
                        secret,
                        tenant: configuration.tenant,
                        system: .sage,
                        field: "password"
                    )
                ],
                signInFingerprint: context.vault.signInFingerprint(
                    address: address,
                    user: configuration.sage.username,
                    password: secret
                )
            )
        )
        return try #require(try await CompanyDirectory(context).companies().first)
    }
}
