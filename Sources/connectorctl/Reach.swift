import AMQPClient
import Accounting
import ArgumentParser
import Foundation
import Logging
import Messaging
import PostgresClient
import ServiceRuntime
import Storage
import Tenancy

/// Connects a command to what it needs, and turns what goes wrong into sentences and exit codes.
enum Reach {
    private static let patience = Duration.seconds(8)

    /// Runs a command with a database.
    /// - Parameter role: whose rights it has; nil for all that DATABASE_URL's user has.
    static func database(
        as role: DatabaseRole? = .control,
        _ body: (Database, ServiceEnvironment) async throws -> Void
    ) async throws {
        try await guarded {
            let environment = try ServiceEnvironment()
            let database = try await within("The database") {
                try await Connections.database(environment, name: "connectorctl", role: role, logger: quiet)
            }
            try await body(database, environment)
            await database.client.close(grace: .zero)
        }
    }

    /// Runs a command with a database and a broker.
    static func both(_ body: (Database, Broker, ServiceEnvironment) async throws -> Void) async throws {
        try await database { database, environment in
            let broker = try await within("RabbitMQ") {
                try await Connections.broker(environment, name: "connectorctl", logger: quiet)
            }
            try await body(database, broker, environment)
            await broker.connection.close()
        }
    }

    /// The tenant a command names.
    static func tenant(_ name: String, in database: Database) async throws -> TenantRecord {
        guard let id = TenantID(name) else {
            throw failure(2, "\(name) is not a tenant name (a-z, 0-9 and -).")
        }
        guard let tenant = try await database.tenant(id) else {
            throw failure(2, "There is no tenant \(name). `connectorctl tenant list` shows those there are.")
        }
        return tenant
    }

    /// The file of a tenant that is in force.
    static func configuration(of name: String, in database: Database) async throws -> TenantConfiguration {
        let record = try await tenant(name, in: database)
        do { return try TenantFile.parseStored(record.configuration) } catch {
            throw failure(2, "The tenant file that is in force cannot be read: \(error) Apply it again.")
        }
    }

    /// The database as a session sees it that is bound to a tenant; the whole one where nothing can be kept from
    /// DATABASE_URL's user, which `migrate` says.
    static func bound(_ database: Database, to tenant: TenantID) async throws -> Database {
        do { return try await database.bound(to: tenant) } catch is BindingError { return database }
    }

    /// Says a sentence and ends with a status.
    static func failure(_ status: Int32, _ sentence: String) -> ExitCode {
        Console.say(sentence)
        return ExitCode(status)
    }

    /// Translates what a command may run into.
    static func guarded(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as EnvironmentError {
            throw failure(2, error.description)
        } catch let error as VaultError {
            throw failure(2, error.description)
        } catch let error as PostgresError {
            if error.sqlState == "42P01" {
                throw failure(2, "The database has no tables yet. Run `connectorctl migrate`.")
            }
            if error.sqlState == "42501" {
                throw failure(
                    2,
                    "The database refuses: \(error.message). DATABASE_URL's user lacks that right; docs/isolation.md tells "
                        + "which role gives it."
                )
            }
            if error.sqlState == "42703" {
                throw failure(2, "The database is that of an earlier release. Run `connectorctl migrate`.")
            }
            throw failure(3, "The database did not do as asked: \(error)")
        } catch let error as AMQPError {
            if case .badURL = error { throw failure(2, error.description) }
            throw failure(3, error.description)
        } catch let error as Unreachable {
            throw failure(3, "\(error.system) cannot be reached. Check its URL, and that it runs.")
        }
    }

    private struct Unreachable: Error { let system: String }

    /// Commands speak for themselves.
    static let quiet = Logger(label: "connectorctl") { _ in SwiftLogNoOpLogHandler() }

    private static func within<Value: Sendable>(
        _ system: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw Unreachable(system: system) }
            return value
        }
    }
}
