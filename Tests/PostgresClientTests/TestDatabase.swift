import Foundation
import PostgresClient
import Synchronization
import Testing

/// A schema of its own in the database that TEST_DATABASE_URL names.
struct TestDatabase: Sendable {
    static let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]
    static let isAvailable = url != nil

    /// The schema's name.
    let schema: String
    /// A URI whose search path is the schema.
    let uri: String

    func configuration(_ maximumConnections: Int = 8) -> PostgresConfiguration {
        PostgresConfiguration(
            uri: uri,
            applicationName: schema,
            maximumConnections: maximumConnections,
            statementTimeout: .seconds(20)
        )
    }

    /// The same database by way of another port of this machine.
    func configuration(port: Int, maximumConnections: Int = 8) throws -> PostgresConfiguration {
        var parts = try #require(URLComponents(string: uri))
        parts.host = "127.0.0.1"
        parts.port = port
        return PostgresConfiguration(
            uri: try #require(parts.string),
            applicationName: schema,
            maximumConnections: maximumConnections,
            statementTimeout: .seconds(20)
        )
    }

    /// The server's port.
    func port() throws -> Int { try #require(URLComponents(string: uri)?.port) }
}

/// Makes a schema, runs `body` with a client in it, and drops the schema.
func withDatabase(
    maximumConnections: Int = 8,
    _ body: (PostgresClient, TestDatabase) async throws -> Void
) async throws {
    let url = try #require(TestDatabase.url)
    await Admission.shared.enter()
    defer { Admission.shared.leave() }
    let schema = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
    let separator = url.contains("?") ? "&" : "?"
    let database = TestDatabase(schema: schema, uri: url + separator + "options=-csearch_path%3D\(schema)")
    let client = PostgresClient(configuration: database.configuration(maximumConnections))
    var adminConfiguration = database.configuration(1)
    adminConfiguration.applicationName = schema + "_admin"
    let admin = PostgresClient(configuration: adminConfiguration)
    _ = try await admin.query("create schema \(identifier: schema)")
    do {
        try await body(client, database)
    } catch {
        await client.close()
        try await drop(schema, admin)
        throw error
    }
    await client.close()
    try await drop(schema, admin)
}

/// Keeps tests that run side by side within the server's `max_connections`.
private final class Admission: Sendable {
    static let shared = Admission()
    private let state = Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>((6, []))

    func enter() async {
        await withCheckedContinuation { continuation in
            let isAdmitted = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isAdmitted { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() as CheckedContinuation? }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

private func drop(_ schema: String, _ admin: PostgresClient) async throws {
    try await admin.execute(script: "set client_min_messages = warning; drop schema \"\(schema)\" cascade")
    await admin.close()
}

/// Ends every other connection whose application name is `name`.
func terminate(_ name: String, _ client: PostgresClient) async throws {
    let query: PostgresQuery = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = \(name) and pid <> pg_backend_pid()
        """
    #expect(try await !client.query(query).isEmpty)
}

/// Waits until `condition`, a query for one boolean, holds; polls the server, for it is the only witness.
func waitUntil(_ client: PostgresClient, _ condition: PostgresQuery) async throws {
    while try await client.query(condition).first?.get(0, as: Bool.self) != true {
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// The error that `body` throws.
func failure(of body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
