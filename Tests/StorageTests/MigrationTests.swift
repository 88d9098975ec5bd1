import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct MigrationTests {
    @Test func repeatingChangesNothing() async throws {
        try await withStore(isMigrated: false) { store in
            let first = try await store.database.migrate()
            #expect(first.map(\.version) == Array(1...Database.schemaVersion))
            #expect(first.map(\.name).starts(with: ["tenants", "documents", "posting", "failures", "store"]))
            #expect(try await store.database.migrate().isEmpty)
        }
    }

    @Test func manyProcessesAtOnceMigrateOnce() async throws {
        try await withStore(isMigrated: false) { store in
            let database = store.database
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await database.migrate().count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(applied.sorted() == [0, 0, 0, 0, Database.schemaVersion])
            #expect(try await store.count("select count(*) from schema_migrations") == Database.schemaVersion)
        }
    }

    @Test func failedStepLeavesNothingBehind() async throws {
        try await withStore(isMigrated: false) { store in
            // Something in the way of the third step.
            _ = try await store.client.query("create table claims (id integer)")
            await #expect(throws: PostgresError.self) { try await store.database.migrate() }
            let left = try await store.count(
                "select count(*) from pg_tables where schemaname = current_schema()"
            )
            #expect(left == 1)
        }
    }

    @Test func newerReleasesDatabaseIsRefused() async throws {
        try await withStore { store in
            try await store.database.checkSchema()
            let newer = Database.schemaVersion + 1
            _ = try await store.client.query(
                "insert into schema_migrations (version, name) values (\(newer), 'of a newer release')"
            )
            let error = await #expect(throws: SchemaError.self) { try await store.database.migrate() }
            #expect(error?.found == newer)
            #expect(error?.description.contains("Run that release") == true)
            await #expect(throws: SchemaError.self) { try await store.database.checkSchema() }
            #expect(try await store.count("select max(version) from schema_migrations") == newer)
        }
    }

    @Test func emptyAndOlderDatabasesPass() async throws {
        try await withStore(isMigrated: false) { store in
            try await store.database.checkSchema()
            _ = try await store.database.migrate()
            _ = try await store.client.query(
                "delete from schema_migrations where version = \(Database.schemaVersion)"
            )
            try await store.database.checkSchema()
        }
    }
}
