import AMQPClient
public import Accounting
import Foundation
public import HTTPClient
public import Logging
public import Messaging
import Onboarding
import PostgresClient
public import Storage

/// What a flow's test works with: a migrated schema, a virtual host, a key file and a tenant's name of its own, so
/// that tests can run side by side on the servers that `deploy/test` starts.
public struct Bench: Sendable {
    private static let environment = ProcessInfo.processInfo.environment
    private static let databaseURL = environment["TEST_DATABASE_URL"]
    private static let brokerURL = environment["TEST_AMQP_URL"]
    private static let managementURL = environment["TEST_AMQP_MANAGEMENT_URL"]

    /// Whether there is a database to test with.
    public static let hasDatabase = databaseURL != nil
    /// Whether there are a database and a broker to test with.
    public static let isComplete = hasDatabase && brokerURL != nil && managementURL != nil

    /// What is remembered.
    public let database: Database
    /// A tenant nobody else has: the poller's locks are the whole database's.
    public let tenant: TenantID
    /// Seals and opens credentials.
    public let vault: Vault
    /// Speaks to simulators.
    public let http: HTTPClient
    /// Keeps what was logged.
    public let journal = LogJournal()
    let name: String
    let broker: Broker?
    let folder: URL

    /// RabbitMQ; with `withBench(hasBroker: true)` only.
    public var messages: Broker {
        get throws {
            guard let broker else { throw BenchError("this bench has no broker") }
            return broker
        }
    }

    /// Where services log.
    public var logger: Logger {
        var logger = Logger(label: name) { [journal] _ in JournalHandler(journal: journal) }
        logger.logLevel = .debug
        return logger
    }

    /// A second connection to the same broker, as another process would have.
    public func anotherBroker() async throws -> Broker { try await Self.connect(name) }

    /// The URI of the bench's schema.
    public static func uri(schema: String) throws -> String {
        guard let url = databaseURL else { throw BenchError("TEST_DATABASE_URL is not set") }
        return url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(schema)"
    }

    static func make(hasBroker: Bool) async throws -> Bench {
        let name = "b" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(20)
        let client = PostgresClient(
            configuration: PostgresConfiguration(
                uri: try uri(schema: name),
                applicationName: name,
                maximumConnections: 8,
                statementTimeout: .seconds(20)
            )
        )
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let keys = folder.appending(path: "keys").path
        try Vault.create(at: keys)
        guard let tenant = TenantID(name) else { throw BenchError("\(name) is no tenant's name") }
        _ = try await client.query("create schema \(identifier: name)")
        let database = Database(client: client)
        _ = try await database.migrate()
        if hasBroker { try await manage(.put, name) }
        return Bench(
            database: database,
            tenant: tenant,
            vault: try Vault(file: keys),
            http: HTTPClient(configuration: HTTPClientConfiguration(userAgent: "bench", proxy: "")),
            name: name,
            broker: hasBroker ? try await connect(name) : nil,
            folder: folder
        )
    }

    func remove() async {
        await broker?.connection.close()
        await http.close()
        // What is left behind is the next run's to see, not the test's.
        try? await database.client.execute(
            script: "set client_min_messages = warning; drop schema \(name) cascade"
        )
        await database.client.close()
        if broker != nil { try? await Self.manage(.delete, name) }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func connect(_ name: String) async throws -> Broker {
        guard var parts = brokerURL.flatMap({ URLComponents(string: $0) }) else {
            throw BenchError("TEST_AMQP_URL is not set")
        }
        parts.path = "/\(name)"
        let connection = AMQPConnection(
            configuration: try AMQPConfiguration(urls: parts.string ?? "", connectionName: name)
        )
        try await connection.connect()
        return Broker(connection: connection)
    }

    /// Makes or removes a virtual host; who makes one may do anything in it.
    private static func manage(_ method: HTTPRequest.Method, _ name: String) async throws {
        guard var parts = managementURL.flatMap({ URLComponents(string: $0) }) else {
            throw BenchError("TEST_AMQP_MANAGEMENT_URL is not set")
        }
        let account = Data("\(parts.user ?? ""):\(parts.password ?? "")".utf8).base64EncodedString()
        (parts.user, parts.password) = (nil, nil)
        parts.path = "/api/vhosts/\(name)"
        let http = HTTPClient(configuration: HTTPClientConfiguration(proxy: ""))
        let response = try await http.send(
            HTTPRequest(
                method: method,
                url: parts.string ?? "",
                headers: ["Authorization": "Basic \(account)", "Content-Type": "application/json"],
                body: method == .put ? Array("{}".utf8) : nil
            )
        )
        await http.close()
        guard (200..<300).contains(response.status) else {
            throw BenchError("the broker's management answered \(response.status) for \(name)")
        }
    }
}

/// Runs `body` at a bench of its own and takes everything away again.
public func withBench(
    hasBroker: Bool = true,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Bench) async throws -> Void
) async throws {
    await Admission.shared.enter()
    defer { Admission.shared.leave() }
    let bench = try await Bench.make(hasBroker: hasBroker)
    let outcome: Result<Void, any Error>
    do {
        try await body(bench)
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    // A time limit cancels the test's task; cleaning up must not be.
    await Task.detached { await bench.remove() }.value
    try outcome.get()
}

/// Why a test cannot go on.
public struct BenchError: Error, CustomStringConvertible {
    /// What is missing.
    public let description: String

    /// An error in words.
    public init(_ description: String) { self.description = description }
}
