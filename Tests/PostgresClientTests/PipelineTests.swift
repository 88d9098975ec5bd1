import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct PipelineTests {
    @Test func fiveHundredStatementsAnswerInOrder() async throws {
        try await withDatabase { client, _ in
            _ = try await client.query("create table entry (n bigint, text text)")
            let text = String(repeating: "é", count: 2_000)
            let results = try await client.transaction { transaction in
                try await transaction.pipeline(
                    (0..<500).map { "insert into entry values (\($0), \(text)) returning n" }
                )
            }
            #expect(try results.map { try $0.first?.get(0, as: Int.self) } == (0..<500).map { $0 })
            #expect(try await client.query("select from entry").count == 500)
        }
    }

    @Test func largeAnswersDoNotStopTheSending() async throws {
        try await withDatabase { client, _ in
            let text = String(repeating: "x", count: 500_000)
            let results = try await client.pipeline(
                (0..<40).map { _ in "select repeat('y', 500000), \(text)::text" }
            )
            #expect(try results.last?.first?.get(1, as: String.self) == text)
        }
    }

    @Test func aFailureSkipsTheRestAndUndoesTheWhole() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            _ = try await client.query("create table entry (n bigint primary key)")
            let queries: [PostgresQuery] = [
                "insert into entry values (1)", "insert into entry values (\(1))",
                "insert into entry values (2)",
                "select 1 from entry", "insert into entry values (\(3))",
            ]
            #expect(await failure { _ = try await client.pipeline(queries) }?.sqlState == "23505")
            #expect(try await client.query("select from entry").isEmpty)
            // What was skipped was not prepared either, and works now.
            #expect(try await client.pipeline([queries[2], queries[3], queries[4]]).count == 3)
        }
    }

    @Test func aFailureInATransactionLeavesItToTheCaller() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            _ = try await client.query("create table entry (n bigint primary key)")
            try await client.transaction { transaction in
                _ = try await transaction.query("insert into entry values (1)")
                _ = try await transaction.query("savepoint before")
                let error = await failure {
                    _ = try await transaction.pipeline([
                        "insert into entry values (1)", "insert into entry values (2)",
                    ])
                }
                #expect(error?.sqlState == "23505")
                #expect(await failure { _ = try await transaction.query("select 1") }?.sqlState == "25P02")
                _ = try await transaction.query("rollback to before")
            }
            #expect(try await client.query("select from entry").count == 1)
        }
    }

    @Test func moreStatementsThanTheCacheHoldsWork() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.maximumPreparedStatements = 5
            let client = PostgresClient(configuration: configuration)
            for _ in 0..<3 {
                let results = try await client.pipeline((0..<50).map { "select \(unescaped: "\($0 % 25)")" })
                #expect(try results.map { try $0.first?.get(0, as: Int.self) } == (0..<50).map { $0 % 25 })
            }
            let kept = try await client.query("select from pg_prepared_statements").count
            #expect((5...6).contains(kept))
            await client.close()
        }
    }

    @Test func anEmptyPipelineIsEmpty() async throws {
        try await withDatabase { client, _ async throws in
            #expect(try await client.pipeline([]).isEmpty)
            #expect(try await client.query("").isEmpty)
        }
    }
}
