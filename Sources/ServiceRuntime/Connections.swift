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
    /// - Throws: `SchemaError` when a newer release has migrated it.
    public static func database(
        _ environment: ServiceEnvironment,
        name: String,
        logger: Logger
    ) async throws -> Database {
        let url = try environment.require(environment.databaseURL, "DATABASE_URL", "a libpq connection URI")
        let configuration = url.withText { PostgresConfiguration(uri: $0, applicationName: name) }
        let client = PostgresClient(configuration: configuration) { event in
            ConnectionMetrics.note(event)
            logger.notice("database: \(event)")
        }
        try await client.connect()
        let database = Database(client: client)
        do {
            try await database.checkSchema()
        } catch {
            await client.close()
            throw error
        }
        return database
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
        let path = try environment.require(
            environment.keyFile,
            "CREDENTIAL_KEY_FILE",
            "the path of a key file; `connectorctl keys generate --output F` makes one"
        )
        return try Vault(file: path)
    }

    /// Speaks to tenants' systems, within the address policy, and says who it is.
    public static func http(_ environment: ServiceEnvironment, name: String) -> HTTPClient {
        let policy = environment.addressPolicy
        return HTTPClient(
            configuration: HTTPClientConfiguration(
                userAgent: "ml-connector/\(Product.version) (\(name))",
                // Stores of the Cloud Service share a host for each region; what one is to bear its pace says.
                maximumConnectionsPerHost: 64,
                allowsAddress: { policy.allows($0) }
            )
        )
    }

    /// Connects everything. A database whose schema is behind is brought up to date, by one service.
    public static func all(_ environment: ServiceEnvironment, name: String, logger: Logger) async throws
        -> Connections
    {
        let vault = try vault(environment)
        let database = try await database(environment, name: name, logger: logger)
        for migration in try await database.migrate() {
            logger.notice("database: migration \(migration.version) \(migration.name) applied")
        }
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
