import Accounting
import Foundation
import PostgresClient
import Testing

@testable import Storage

/// Databases of their own, whose owner is no superuser, in one cluster with others.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct OwnedDatabaseTests {
    private struct Owned {
        let name: String
        let database: Database
        let admin: PostgresClient
    }

    private static func client(_ user: String?, _ database: String, connections: Int = 3) throws
        -> PostgresClient
    {
        var parts = try #require(TestStore.url.flatMap { URLComponents(string: $0) })
        parts.path = "/\(database)"
        if let user { (parts.user, parts.password) = (user, user) }
        let uri = try #require(parts.string)
        return PostgresClient(
            configuration: PostgresConfiguration(
                uri: uri,
                applicationName: database,
                maximumConnections: connections,
                statementTimeout: .seconds(30)
            )
        )
    }

    /// Makes a role and a database of its own, and drops both.
    private func withOwned(_ rights: String, _ body: (Owned) async throws -> Void) async throws {
        let name = "o_" + UUID().uuidString.lowercased().prefix(12).replacing("-", with: "")
        let admin = try Self.client(nil, "postgres", connections: 1)
        _ = try await admin.query(
            PostgresQuery(unescaped: "create role \(name) login \(rights) password '\(name)'")
        )
        _ = try await admin.query(PostgresQuery(unescaped: "create database \(name) owner \(name)"))
        let client = try Self.client(name, name)
        let outcome: Result<Void, any Error>
        do {
            try await body(Owned(name: name, database: Database(client: client), admin: admin))
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await client.close()
        _ = try await admin.query(PostgresQuery(unescaped: "drop database \(name) with (force)"))
        _ = try await admin.query(PostgresQuery(unescaped: "drop role \(name)"))
        let own = try await admin.query(
            "select rolname::text from pg_roles where rolname like \(name.replacing("_", with: "\\_") + "%")"
        )
        for row in own {
            _ = try await admin.query(
                PostgresQuery(unescaped: "drop role \(try row.get(0, as: String.self))")
            )
        }
        await admin.close()
        try outcome.get()
    }

    private func prefix(_ owned: Owned) throws -> RolePrefix { try #require(RolePrefix(owned.name)) }

    @Test func ownerWhoMayMakeRolesGetsThem() async throws {
        try await withOwned("createrole") { owned in
            _ = try await owned.database.migrate(rolePrefix: try prefix(owned))
            let isolation = try #require(try await owned.database.isolation())
            #expect(isolation.hasRoles && isolation.closedRoles.isEmpty && isolation.shortcoming == nil)
            // What was chosen stays.
            _ = try await owned.database.migrate()
            #expect(try await owned.database.isolation()?.prefix == prefix(owned))
        }
    }

    @Test func ownerWhoMayNotMakeRolesWorksAndIsToldWhatToRun() async throws {
        try await withOwned("nocreaterole") { owned in
            let prefix = try prefix(owned)
            _ = try await owned.database.migrate(rolePrefix: prefix)
            let isolation = try #require(try await owned.database.isolation())
            #expect(!isolation.hasRoles && isolation.name(of: .poller) == nil)
            let shortcoming = try #require(isolation.shortcoming)
            let sql = try #require(shortcoming.split(separator: "`connectorctl migrate`: ").last)
            #expect(sql.hasPrefix("create role \(prefix)_poller nologin; "))
            // Tenants are kept apart all the same.
            let (acme, beta) = (try #require(TenantID("acme")), try #require(TenantID("beta")))
            for tenant in [acme, beta] {
                _ = try await owned.database.client.query(
                    "insert into runs (tenant, cause, state) values (\(tenant.name), 'now', 'done')"
                )
            }
            let bound = try await owned.database.bound(to: acme)
            #expect(try await bound.client.query("select from runs").count == 1)
            #expect(try await owned.database.client.query("select from runs").count == 2)
            // A superuser is above policies, and nothing there makes it less.
            let above = Database(client: try Self.client(nil, owned.name, connections: 1))
            await #expect(throws: BindingError.self) { try await above.bound(to: acme) }
            await above.client.close()
            // The administrator does as it says.
            for statement in sql.split(separator: ";") where !statement.allSatisfy(\.isWhitespace) {
                _ = try await owned.admin.query(PostgresQuery(unescaped: String(statement)))
            }
            #expect(try await owned.database.migrate().isEmpty)
            #expect(try await owned.database.isolation()?.shortcoming == nil)
            #expect(try await owned.database.bound(to: beta).client.query("select from runs").count == 1)
        }
    }

    @Test func loginThatIsNoMemberIsToldOfIt() async throws {
        try await withOwned("createrole") { owned in
            let prefix = try prefix(owned)
            _ = try await owned.database.migrate(rolePrefix: prefix)
            let login = owned.name + "_login"
            _ = try await owned.admin.query(
                PostgresQuery(
                    unescaped: "create role \(login) login password '\(login)' in role \(prefix)_poller"
                )
            )
            let database = Database(client: try Self.client(login, owned.name, connections: 1))
            #expect(try await !database.mayMigrate())
            #expect(try await database.isUpToDate())
            let isolation = try #require(try await database.isolation())
            #expect(isolation.name(of: .poller) == "\(prefix)_poller")
            #expect(isolation.shortcoming(for: .worker)?.hasSuffix("to \"\(login)\";") == true)
            #expect(try await isRefused(database, "select from claim_entries"))
            #expect(try await isRefused(database, "select from binding_keys"))
            #expect(try await database.tenants().isEmpty)
            await database.client.close()
        }
    }

    @Test func emptyDatabaseIsNotForWhoeverConnects() async throws {
        try await withOwned("nocreaterole") { owned in
            let login = owned.name + "_login"
            _ = try await owned.admin.query(
                PostgresQuery(unescaped: "create role \(login) login password '\(login)'")
            )
            let database = Database(client: try Self.client(login, owned.name, connections: 1))
            #expect(try await !database.mayMigrate())
            #expect(try await !database.isUpToDate())
            #expect(try await owned.database.mayMigrate())
            #expect(try await owned.database.isolation() == nil)
            await database.client.close()
        }
    }

    /// Roles belong to the cluster: who makes them at the same moment must not stumble over another.
    @Test func manyDatabasesOfAClusterMigrateAtOnce() async throws {
        try await withOwned("createrole") { first in
            try await withOwned("createrole") { second in
                try await withOwned("createrole") { third in
                    let prefix = try prefix(first)
                    let databases = [first, second, third].map(\.database)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for database in databases + databases {
                            group.addTask { _ = try await database.migrate(rolePrefix: prefix) }
                        }
                        try await group.waitForAll()
                    }
                    for database in databases {
                        #expect(try await database.isolation()?.shortcoming == nil)
                    }
                }
            }
        }
    }
}
