import Foundation
import PostgresClient
import Testing

/// Sessions that work as another role than the one that signed in.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RoleTests {
    /// A role that may look at the schema, and nothing else; it goes with the schema.
    private func withRole(_ body: (TestDatabase, String) async throws -> Void) async throws {
        try await withDatabase { _, database in
            let role = "r_" + UUID().uuidString.lowercased().replacing("-", with: "")
            let admin = PostgresClient(configuration: database.configuration(1))
            _ = try await admin.query("create role \(identifier: role) nologin")
            let schema: String = try #require(try await admin.query("select current_schema()::text").first)
                .get(0)
            _ = try await admin.query("grant usage on schema \(identifier: schema) to \(identifier: role)")
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(database, role)) } catch { outcome = .failure(error) }
            _ = try await admin.query("drop owned by \(identifier: role)")
            _ = try await admin.query("drop role \(identifier: role)")
            await admin.close()
            try outcome.get()
        }
    }

    private func role(_ client: PostgresClient) async throws -> String {
        try #require(
            try await client.query("select current_user::text || ' ' || current_setting('search_path')").first
        )
        .get(0)
    }

    @Test func configuredRoleIsThatOfEverySessionAndComesBack() async throws {
        try await withRole { database, role in
            var configuration = database.configuration(1)
            configuration.role = role
            configuration.searchPath = ["with \\ \" space", "public"]
            let client = PostgresClient(configuration: configuration)
            let expected = "\(role) \"with \\ \"\" space\", \"public\""
            #expect(try await self.role(client).replacing("\",\"", with: "\", \"") == expected)
            try await client.withConnection { connection in
                _ = try await connection.query("set role none")
                _ = try await connection.query("set search_path = pg_catalog")
            }
            #expect(try await self.role(client).hasPrefix(role + " "))
            try await client.execute(script: "reset role; set session authorization default")
            #expect(try await self.role(client).hasPrefix(role + " "))
            await client.close()
        }
    }

    @Test func roleThatIsNotThereIsRefused() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.role = "nobody_of_that_name"
            let client = PostgresClient(configuration: configuration)
            let error = await #expect(throws: PostgresError.self) { try await client.connect() }
            #expect(error?.kind == .refused, "\(String(describing: error))")
            await client.close()
        }
    }

    @Test func confinementLastsAsLongAsItsStatement() async throws {
        try await withRole { database, role in
            let client = PostgresClient(configuration: database.configuration(1))
            let confined = client.confined(to: role, settings: [("mlc.tenant", "it's; \"quoted\"")])
            let question: PostgresQuery =
                "select current_user::text || '/' || coalesce(current_setting('mlc.tenant', true), '')"
            func answer(_ client: some PostgresQueryable) async throws -> String {
                try #require(try await client.query(question).first).get(0)
            }
            let inside = "\(role)/it's; \"quoted\""
            for _ in 0..<3 {
                #expect(try await answer(confined) == inside)
                #expect(try await answer(client).hasSuffix("/"))
            }
            let inTransaction = try await confined.transaction { try await answer($0) }
            #expect(inTransaction == inside)
            #expect(try await answer(client).hasSuffix("/"))
            let inSession = try await confined.withConnection { try await answer($0) }
            #expect(inSession == inside)
            #expect(try await answer(client).hasSuffix("/"))
            let results = try await confined.pipeline([question, question])
            #expect(results.count == 2)
            await #expect(throws: PostgresError.self) {
                try await confined.execute(script: "create table t (i integer)")
            }
            await #expect(throws: PostgresError.self) { try await confined.query("select 1 / 0") }
            #expect(try await answer(client).hasSuffix("/"))
            await client.close()
        }
    }
}
