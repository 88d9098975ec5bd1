import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(1)))
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
}
