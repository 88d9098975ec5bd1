import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct TransactionTests {
    private struct Refusal: Error {}

    /// An actor whose state a transaction's body may touch.
    private actor Book {
        var entries = 0

        func post(_ client: PostgresClient) async throws {
            try await client.transaction { transaction in
                _ = try await transaction.query("insert into entry values (1)")
                entries += 1
            }
        }
    }

    private func withEntries(
        maximumConnections: Int = 8,
        _ body: (PostgresClient, TestDatabase) async throws -> Void
    ) async throws {
        try await withDatabase(maximumConnections: maximumConnections) { client, database in
            _ = try await client.query("create table entry (n bigint)")
            try await body(client, database)
        }
    }

    private func count(_ client: PostgresClient) async throws -> Int {
        try await client.query("select from entry").count
    }

    @Test func whatReturnsIsCommitted() async throws {
        try await withEntries { client, _ in
            let value = try await client.transaction { transaction in
                _ = try await transaction.query("insert into entry values (1)")
                #expect(try await count(client) == 0)
                return 7
            }
            #expect(value == 7)
            #expect(try await count(client) == 1)
        }
    }

    @Test func whatThrowsIsRolledBack() async throws {
        try await withEntries(maximumConnections: 1) { client, _ async throws in
            await #expect(throws: Refusal.self) {
                try await client.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    throw Refusal()
                }
            }
            #expect(try await count(client) == 0)
        }
    }

    @Test func theBodyRunsOnTheCallersActor() async throws {
        try await withEntries { client, _ in
            let book = Book()
            try await book.post(client)
            #expect(await book.entries == 1)
        }
    }

    @Test func aSwallowedFailureIsNotTakenForACommit() async throws {
        try await withEntries(maximumConnections: 1) { client, _ async throws in
            let error = await failure {
                try await client.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    _ = try? await transaction.query("select 1 / 0")
                }
            }
            #expect(error?.sqlState == "25P02")
            #expect(try await count(client) == 0)
        }
    }

    @Test func aFailureAtCommitIsTheServers() async throws {
        try await withEntries { client, _ in
            _ = try await client.query("create table once (n int unique deferrable initially deferred)")
            let error = await failure {
                try await client.transaction { transaction in
                    _ = try await transaction.query("insert into once values (1), (1)")
                }
            }
            #expect(error?.kind == .server(sqlState: "23505"))
            #expect(error?.constraint == "once_n_key")
        }
    }

    @Test func aCancelledTaskDoesNotCommit() async throws {
        try await withEntries(maximumConnections: 1) { client, _ async throws in
            let task = Task {
                try await client.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            #expect(await failure { try await task.value }?.kind == .cancelled)
            #expect(try await count(client) == 0)
        }
    }

    @Test func aStatementCancelledInATransactionRollsItBack() async throws {
        try await withEntries(maximumConnections: 1) { client, _ async throws in
            let (inserted, signal) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await client.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    signal.finish()
                    _ = try await transaction.query("select pg_sleep(20)")
                }
            }
            for await _ in inserted {}
            task.cancel()
            #expect(await failure { try await task.value }?.kind == .cancelled)
            #expect(try await count(client) == 0)
        }
    }

    @Test func manyTransactionsAtOnceAllCommit() async throws {
        try await withEntries(maximumConnections: 4) { client, _ in
            try await withThrowingTaskGroup { group in
                for number in 0..<100 {
                    group.addTask {
                        try await client.transaction { transaction in
                            _ = try await transaction.query("insert into entry values (\(number))")
                            _ = try await transaction.query("insert into entry values (\(number))")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await count(client) == 200)
        }
    }

    @Test func statementsOfOneTransactionMayBeIssuedTogether() async throws {
        try await withEntries(maximumConnections: 1) { client, _ in
            try await client.transaction { transaction in
                try await withThrowingTaskGroup { group in
                    for number in 0..<50 {
                        group.addTask {
                            _ = try await transaction.query("insert into entry values (\(number))")
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await count(client) == 50)
        }
    }

    @Test(arguments: [PostgresIsolation.repeatableRead, .serializable])
    func aWriteConflictIsASerializationFailure(_ isolation: PostgresIsolation) async throws {
        try await withEntries { client, _ in
            _ = try await client.query("insert into entry values (1)")
            let error = await failure {
                try await client.transaction(isolation) { transaction in
                    _ = try await transaction.query("select * from entry")
                    _ = try await client.query("update entry set n = 2")
                    _ = try await transaction.query("update entry set n = 3")
                }
            }
            #expect(error?.kind == .server(sqlState: "40001"))
            #expect(error?.isTransient == true)
        }
    }

    @Test func aDeadlockEndsOneOfTheTwo() async throws {
        try await withEntries { client, _ in
            _ = try await client.query("insert into entry values (1), (2)")
            let gate = Gate(2)
            let attempts = [(1, 2), (2, 1)].map { order in
                Task {
                    try await client.transaction { transaction in
                        _ = try await transaction.query("select from entry where n = \(order.0) for update")
                        await gate.pass()
                        _ = try await transaction.query("select from entry where n = \(order.1) for update")
                    }
                }
            }
            var states: [String?] = []
            for attempt in attempts {
                if let error = await failure(of: { try await attempt.value }) {
                    states.append(error.sqlState)
                }
            }
            #expect(states == ["40P01"])
        }
    }

    @Test func anObjectThatOutlivedItsTransactionIsRefused() async throws {
        try await withEntries(maximumConnections: 1) { client, _ in
            let escaped = try await client.transaction { $0 }
            #expect(
                await failure { _ = try await escaped.query("insert into entry values (1)") }?.kind == .closed
            )
            #expect(try await count(client) == 0)
        }
    }

    @Test func aLostAnswerToCommitIsUnknown() async throws {
        try await withEntries { client, database in
            let relay = try Relay(to: try database.port())
            let remote = PostgresClient(configuration: try database.configuration(port: relay.port))
            let error = await failure {
                try await remote.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    relay.hangUpInsteadOfAnswering()
                }
            }
            #expect(error?.kind == .commitUnknown)
            #expect(error?.isTransient == false)
            // This time it had been committed.
            #expect(try await count(client) == 1)
            await remote.close()
            relay.stop()
        }
    }

    @Test func aConnectionLostBeforeCommitIsKnownNotToHaveCommitted() async throws {
        try await withEntries { client, database in
            let relay = try Relay(to: try database.port())
            let remote = PostgresClient(configuration: try database.configuration(port: relay.port))
            let error = await failure {
                try await remote.transaction { transaction in
                    _ = try await transaction.query("insert into entry values (1)")
                    relay.sever()
                    _ = try? await transaction.query("select 1")
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(try await count(client) == 0)
            await remote.close()
            relay.stop()
        }
    }

    @Test func sessionStateDoesNotOutliveItsConnectionsBody() async throws {
        try await withEntries(maximumConnections: 1) { client, _ in
            try await client.withConnection { connection in
                _ = try await connection.query("set work_mem = '1MB'")
                _ = try await connection.query("create temporary table scratch (n int)")
                _ = try await connection.query("select pg_advisory_lock(815)")
                _ = try await connection.query("begin")
                _ = try await connection.query("insert into entry values (1)")
            }
            let state: PostgresQuery = """
                select current_setting('work_mem') <> '1MB' and to_regclass('pg_temp.scratch') is null
                    and not exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
                """
            #expect(try await client.query(state).first?.get(0) == true)
            #expect(try await count(client) == 0)
        }
    }

    @Test func anOpenTransactionDoesNotReturnToThePool() async throws {
        try await withEntries(maximumConnections: 1) { client, _ in
            _ = try await client.pipeline(["begin", "insert into entry values (1)"])
            #expect(try await count(client) == 0)
        }
    }
}

/// Lets its visitors through when a number of them have come.
actor Gate {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { missing = count }

    func pass() async {
        missing -= 1
        guard missing > 0 else {
            for continuation in waiting { continuation.resume() }
            waiting = []
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}
