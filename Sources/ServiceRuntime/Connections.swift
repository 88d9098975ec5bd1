import AMQPClient
import Accounting
import Foundation
public import HTTPClient
public import Logging
public import Messaging
import PostgresClient
public import Storage
import Tenancy

/// The parts every service is built of, connected: services start in any order and wait for each other.
public struct Connections: Sendable {
    /// What is remembered, its schema up to date.
    public let database: Database
    /// RabbitMQ.
    public let broker: Broker
    /// Speaks to tenants' systems, within the address policy.
    public let http: HTTPClient
    /// Opens credentials.
    public let vault: Vault

    /// Connects a database alone, waiting for it with backoff.
    /// - Parameters:
    ///   - role: whose rights it is used with, where the database has roles and who signs in may take that one on.
    ///   - isMigrating: brings a schema that is behind up to date, or waits for somebody who may.
    /// - Throws: `SchemaError` when a newer release has migrated it.
    public static func database(
        _ environment: ServiceEnvironment,
        name: String,
        role: DatabaseRole? = nil,
        isMigrating: Bool = false,
        logger: Logger
    ) async throws -> Database {
        let url = try environment.require(environment.databaseURL, "DATABASE_URL", "a libpq connection URI")
        var configuration = url.withText { PostgresConfiguration(uri: $0, applicationName: name) }
        let login = try await connect(configuration, logger)
        do {
            try await login.checkSchema()
            if isMigrating { try await bringUpToDate(login, environment, logger) }
            guard let role, let isolation = try await login.isolation() else { return login }
            if isMigrating, let shortcoming = isolation.shortcoming(for: role) {
                logger.warning("database: \(shortcoming)")
            }
            guard let roleName = isolation.name(of: role) else { return login }
            configuration.role = roleName
            configuration.searchPath = [isolation.schema]
        } catch {
            await login.client.close()
            throw error
        }
        await login.client.close(grace: .zero)
        return try await connect(configuration, logger)
    }

    private static func connect(_ configuration: PostgresConfiguration, _ logger: Logger) async throws
        -> Database
    {
        let client = PostgresClient(configuration: configuration) { event in
            ConnectionMetrics.note(event)
            logger.notice("database: \(event)")
        }
        do { try await client.connect() } catch {
            await client.close(grace: .zero)
            throw error
        }
        return Database(client: client)
    }

    /// Who may not change the schema waits until somebody has.
    private static func bringUpToDate(
        _ database: Database,
        _ environment: ServiceEnvironment,
        _ logger: Logger
    ) async throws {
        var pause = Duration.seconds(1)
        while try await !database.mayMigrate() {
            if try await database.isUpToDate() { return }
            logger.notice(
                """
                database: its schema is not this release's (\(Database.schemaVersion)), and DATABASE_URL's user may not \
                change it; run `connectorctl migrate` as the owner of the database. Looked at again in \(pause)
                """
            )
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(15))
            try await database.checkSchema()
        }
        for migration in try await database.migrate(rolePrefix: environment.rolePrefix) {
            logger.notice("database: migration \(migration.version) \(migration.name) applied")
        }
    }

    /// Connects a broker alone, waiting for it with backoff.
    public static func broker(
        _ environment: ServiceEnvironment,
        name: String,
        logger: Logger
    ) async throws -> Broker {
        let urls = try environment.require(
            environment.brokerURLs,
            "AMQP_URL",
            "amqp://user:pass@host:port/vhost"
        )
        var configuration = try urls.withText { text throws(AMQPError) in
            try AMQPConfiguration(
                urls: text,
                certificateAuthorityFile: environment.brokerAuthorityFile,
                connectionName: name
            )
        }
        // What is larger is none of ours; its beginning is enough to say so.
        configuration.maximumBodyBytes = DeadLetter.largestBytes
        let connection = AMQPConnection(configuration: configuration) { event in
            ConnectionMetrics.note(event)
            logger.notice("broker: \(event)")
        }
        try await connection.connect()
        return Broker(connection: connection, delays: environment.conflictDelays) { words, isOver in
            logger.log(level: isOver ? .notice : .error, "broker: \(words)")
        }
    }

    /// The vault of `CREDENTIAL_KEY_FILE`.
    public static func vault(_ environment: ServiceEnvironment) throws -> Vault {
        try Vault(file: keyFile(environment))
    }

    /// The path of `CREDENTIAL_KEY_FILE`.
    public static func keyFile(_ environment: ServiceEnvironment) throws(EnvironmentError) -> String {
        try environment.require(
            environment.keyFile,
            "CREDENTIAL_KEY_FILE",
            "the path of a key file; `connectorctl keys generate --output F` makes one"
        )
    }

    /// Speaks to tenants' systems, within the address policy, and says who it is.
    public static func http(_ environment: ServiceEnvironment, name: String) -> HTTPClient {
        let policy = environment.addressPolicy
        var configuration = HTTPClientConfiguration(
            userAgent: "ml-connector/\(Product.version) (\(name))",
            // Stores of the Cloud Service share a host for each region; what one is to bear its pace says.
            maximumConnectionsPerHost: 64,
            // Never one that the environment happens to name: it would be asked for addresses nobody has checked.
            proxy: "",
            allowsPlainHTTP: policy.allowsPlainHTTP
        )
        if let proxy = environment.tenantProxy {
            // Only its own address is seen here; it has to keep to the policy itself.
            configuration.proxy = proxy.withText { $0 }
        } else {
            configuration.allowsAddress = { policy.allows($0) }
        }
        return HTTPClient(configuration: configuration)
    }

    /// Connects everything. A database whose schema is behind is brought up to date, by one service that may; each
    /// works with its own role's rights.
    public static func all(_ environment: ServiceEnvironment, name: String, logger: Logger) async throws
        -> Connections
    {
        let vault = try vault(environment)
        let database = try await database(
            environment,
            name: name,
            role: DatabaseRole(service: name),
            isMigrating: true,
            logger: logger
        )
        return Connections(
            database: database,
            broker: try await broker(environment, name: name, logger: logger),
            http: http(environment, name: name),
            vault: vault
        )
    }

    /// Closes everything, waiting a few seconds for what is in flight.
    public func close() async {
        await broker.connection.close()
        await http.close()
        await database.client.close()
    }
}

/// What this is.
public enum Product {
    /// The release.
    public static let version = "0.1.0"
}
