import AMQPClient
import Accounting
import Foundation
import Messaging
import PostgresClient
import Storage
import TestBench
import Testing

@testable import ServiceRuntime

/// What a program finds when it connects.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(1)))
struct ConnectionTests {
    private func environment(_ schema: String, _ others: [String: String] = [:]) throws -> ServiceEnvironment
    {
        try ServiceEnvironment(["DATABASE_URL": try Bench.uri(schema: schema)].merging(others) { $1 })
    }

    private func schema(_ bench: Bench) async throws -> String {
        let rows = try await bench.database.client.query("select current_schema()::text")
        return try #require(rows.first).get(0)
    }

    @Test func databaseOfANewerReleaseIsRefused() async throws {
        try await withBench(hasBroker: false) { bench in
            let environment = try environment(try await schema(bench))
            let database = try await Connections.database(environment, name: "test", logger: bench.logger)
            await database.client.close()
            let newer = Database.schemaVersion + 1
            _ = try await bench.database.client.query(
                "insert into schema_migrations (version, name) values (\(newer), 'later')"
            )
            let error = await #expect(throws: SchemaError.self) {
                try await Connections.database(environment, name: "test", logger: bench.logger)
            }
            #expect(error?.found == newer)
            #expect(error.map { ExitStatus(of: $0).rawValue } == 2)
        }
    }

    @Test func schemaThatIsEmptyIsMigratedByWhoConnects() async throws {
        try await withBench { bench in
            let keys = FileManager.default.temporaryDirectory.appending(path: "\(bench.tenant.name).keys")
                .path
            try Vault.create(at: keys)
            defer { try? FileManager.default.removeItem(atPath: keys) }
            let schema = "e" + (try await schema(bench))
            _ = try await bench.database.client.query("create schema \(identifier: schema)")
            let environment = try environment(
                schema,
                [
                    "AMQP_URL": ProcessInfo.processInfo.environment["TEST_AMQP_URL"] ?? "",
                    "CREDENTIAL_KEY_FILE": keys,
                ]
            )
            let connections = try await Connections.all(environment, name: "test", logger: bench.logger)
            #expect(try await connections.database.migrate().isEmpty)
            #expect(await connections.broker.connection.isConnected)
            #expect(
                bench.journal.lines.filter { $0.contains(" applied") }.count == Database.schemaVersion
            )
            await connections.close()
            try await bench.database.client.execute(
                script: "set client_min_messages = warning; drop schema \(schema) cascade"
            )
        }
    }

    @Test func keyFileIsLookedAtBeforeAnythingIsConnected() async throws {
        let environment = try ServiceEnvironment([
            "DATABASE_URL": "postgresql://127.0.0.1:9/none", "AMQP_URL": "amqp://127.0.0.1:9",
            "CREDENTIAL_KEY_FILE": "/nowhere/keys",
        ])
        try await withBench(hasBroker: false) { bench in
            await #expect(throws: VaultError.unreadable("/nowhere/keys")) {
                try await Connections.all(environment, name: "test", logger: bench.logger)
            }
        }
    }
}
