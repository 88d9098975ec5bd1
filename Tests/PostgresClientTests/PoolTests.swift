import Foundation
import PostgresClient
import Synchronization
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct PoolTests {
    @Test func twoHundredTasksShareThreeConnectionsFairly() async throws {
        try await withDatabase(maximumConnections: 3) { client, database in
            let order = RoundLog()
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        for round in 0..<3 {
                            _ = try await client.query("select \(number)::bigint, pg_sleep(0.0005)")
                            order.append(round)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let connections: PostgresQuery = """
                select count(*) from pg_stat_activity where application_name = \(database.schema)
                """
            #expect(try await client.query(connections).first?.get(0, as: Int.self) == 3)
            // Nobody had the second turn before nearly everybody had the first.
            let finished = order.rounds
            #expect(finished.count == 600)
            #expect(finished.prefix(190).allSatisfy { $0 == 0 })
        }
    }

    @Test func whoWaitsTooLongIsToldThatThePoolIsExhausted() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.acquireTimeout = .milliseconds(50)
            configuration.maximumWaiters = 1
            let client = PostgresClient(configuration: configuration)
            try await client.connect()
            try await client.withConnection { connection in
                #expect(await failure { _ = try await client.query("select 1") }?.kind == .exhausted)
                async let first = failure { _ = try await client.query("select 1") }
                async let second = failure { _ = try await client.query("select 1") }
                let messages = await [first?.message, second?.message]
                #expect(messages.contains("1 tasks wait for a connection"))
                #expect(messages.contains("no connection became free within 0.05 seconds"))
                _ = try await connection.query("select 1")
            }
            #expect(try await client.query("select 1").count == 1)
            await client.close()
        }
    }

    @Test func whoIsCancelledLeavesTheLine() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            try await client.withConnection { _ in
                let tasks = (0..<50).map { _ in Task { _ = try await client.query("select 1") } }
                for task in tasks { task.cancel() }
                for task in tasks { #expect(await failure { try await task.value }?.kind == .cancelled) }
            }
            #expect(try await client.query("select 1").count == 1)
        }
    }

    @Test func cancellationLeavesThePoolSoundWheneverItComes() async throws {
        try await withDatabase(maximumConnections: 2) { client, _ async throws in
            for round in 0..<60 {
                let task = Task { try await client.query("select pg_sleep(20)").count }
                // From before the statement is sent to while it runs.
                for _ in 0..<(round * 20) { await Task.yield() }
                task.cancel()
                #expect(await failure { _ = try await task.value }?.kind == .cancelled)
                #expect(try await client.query("select \(round)::bigint").first?.get(0) == round)
            }
        }
    }

    @Test func aCancelledStatementHasStoppedAtTheServer() async throws {
        try await withDatabase(maximumConnections: 2) { client, database in
            let sleeps: PostgresQuery = """
                select count(*) = 1 from pg_stat_activity
                where application_name = \(database.schema) and state = 'active' and query like 'select pg_sleep(25)%'
                """
            let task = Task { _ = try await client.query("select pg_sleep(25)") }
            try await waitUntil(client, sleeps)
            let start = ContinuousClock.now
            task.cancel()
            #expect(await failure { try await task.value }?.kind == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(4))
            #expect(try await client.query(sleeps).first?.get(0) == false)
        }
    }

    @Test func aBackendThatIsTerminatedInAStatementIsReplaced() async throws {
        try await withDatabase(maximumConnections: 1) { client, database in
            let other = PostgresClient(configuration: database.configuration(1))
            let task = Task { _ = try await client.query("select pg_sleep(25)") }
            try await waitUntil(
                other,
                """
                select count(*) = 1 from pg_stat_activity
                where application_name = \(database.schema) and query = 'select pg_sleep(25)' and state = 'active'
                """
            )
            try await terminate(database.schema, other)
            let error = await failure { try await task.value }
            #expect(error?.kind == .connectionLost)
            #expect(error?.sqlState == "57P01")
            #expect(try await client.query("select 1").count == 1)
            await other.close()
        }
    }

    @Test func deadIdleConnectionsAreReplacedUnnoticed() async throws {
        try await withDatabase { _, database in
            let relay = try Relay(to: try database.port())
            let client = PostgresClient(
                configuration: try database.configuration(port: relay.port, maximumConnections: 4)
            )
            let gate = Gate(4)
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { try await client.withConnection { _ in await gate.pass() } }
                }
                try await group.waitForAll()
            }
            relay.sever()
            for _ in 0..<8 { #expect(try await client.query("select 1").count == 1) }
            await client.close()
            relay.stop()
        }
    }

    @Test func aClientWaitsForAServerThatStartsLate() async throws {
        try await withDatabase { _, database in
            let port = try Relay.freePort()
            let retries = Retries()
            var configuration = try database.configuration(port: port)
            configuration.firstRetryDelay = .milliseconds(20)
            configuration.longestRetryDelay = .milliseconds(50)
            let client = PostgresClient(configuration: configuration, onEvent: retries.take)
            async let connected: Void = client.connect()
            await retries.first()
            let relay = try Relay(port: port, to: try database.port())
            try await connected
            #expect(try await client.query("select 1").count == 1)
            await client.close()
            relay.stop()
        }
    }

    @Test func aStatementDoesNotWaitForTheServerForEver() async throws {
        try await withDatabase { _, database in
            var configuration = try database.configuration(port: try Relay.freePort())
            configuration.acquireTimeout = .milliseconds(100)
            let client = PostgresClient(configuration: configuration)
            #expect(await failure { _ = try await client.query("select 1") }?.kind == .unreachable)
            let task = Task { try await client.connect() }
            task.cancel()
            #expect(await failure { try await task.value }?.kind == .cancelled)
            await client.close()
        }
    }

    @Test func aServerThatFallsSilentIsGivenUp() async throws {
        try await withDatabase { _, database in
            let relay = try Relay(to: try database.port())
            var configuration = try database.configuration(port: relay.port, maximumConnections: 1)
            configuration.statementTimeout = .milliseconds(50)
            configuration.answerGrace = .milliseconds(100)
            configuration.acquireTimeout = .milliseconds(300)
            configuration.connectTimeout = .milliseconds(100)
            let client = PostgresClient(configuration: configuration)
            try await client.connect()
            relay.fallSilent()
            let error = await failure { _ = try await client.query("select 1") }
            #expect(error?.kind == .connectionLost)
            #expect(error?.message == "the server did not answer in time")
            #expect(await failure { _ = try await client.query("select 1") }?.kind == .unreachable)
            await client.close()
            relay.stop()
        }
    }

    @Test func cancellingBeforeASilentServerEndsWithinTheGrace() async throws {
        try await withDatabase { _, database in
            let relay = try Relay(to: try database.port())
            var configuration = try database.configuration(port: relay.port, maximumConnections: 1)
            configuration.answerGrace = .milliseconds(100)
            let client = PostgresClient(configuration: configuration)
            try await client.connect()
            relay.fallSilent()
            let task = Task { _ = try await client.query("select 1") }
            await Task.yield()
            task.cancel()
            #expect(await failure { try await task.value }?.kind == .cancelled)
            await client.close()
            relay.stop()
        }
    }

    @Test(
        "what cannot succeed is thrown at once",
        arguments: ["password", "database", "user", "port", "scheme", "option"]
    )
    func refuses(_ what: String) async throws {
        let url = try #require(TestDatabase.url)
        var parts = try #require(URLComponents(string: url))
        switch what {
        case "password": parts.password = "Wrong-Pw-123"
        case "database": parts.path = "/absent"
        case "user": parts.user = "nobody"
        case "port": parts.query = "port=Wrong-Pw-123"
        case "scheme": parts.scheme = "mysql"
        default: parts.query = "options=-cabsent_setting%3D1"
        }
        let client = PostgresClient(
            configuration: PostgresConfiguration(uri: try #require(parts.string), applicationName: "refused")
        )
        let error = try #require(await failure { try await client.connect() })
        #expect(error.kind == .refused)
        let password = try #require(parts.password)
        #expect(!error.description.contains(password))
        #expect(!error.description.contains("Wrong-Pw"))
        #expect(await failure { _ = try await client.query("select 1") }?.kind == .refused)
        await client.close()
    }

    @Test(
        "a malformed URI gives nothing of its password away",
        arguments: ["postgresql://u:Pw@ss@127.0.0.1/x", "postgresql://u:Pw/ss@h/x"]
    )
    func hidesPassword(_ uri: String) async throws {
        let client = PostgresClient(configuration: PostgresConfiguration(uri: uri, applicationName: "x"))
        let error = try #require(await failure { try await client.connect() })
        #expect(error.kind == .refused)
        #expect(!error.description.contains("Pw") && !error.description.contains("ss@"))
        await client.close()
    }

    @Test func aConfigurationNeverShowsItsPassword() throws {
        let configuration = PostgresConfiguration(uri: "postgresql://u:hush@h/d", applicationName: "shown")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [
            "\(configuration)", String(reflecting: configuration), String(describing: [configuration]),
            dumped,
        ] {
            #expect(!text.contains("hush"))
        }
        #expect("\(configuration)".contains("shown"))
    }

    /// Whether the statement is running on a connection of that name.
    private func isRunning(_ sql: String, _ database: TestDatabase) -> PostgresQuery {
        """
        select count(*) = 1 from pg_stat_activity
        where state = 'active' and application_name = \(database.schema) and query = \(sql)
        """
    }

    @Test func closingWaitsForWhatRuns() async throws {
        try await withDatabase { other, database in
            let client = PostgresClient(configuration: database.configuration(2))
            let statement = Task { try await client.query("select pg_sleep(0.3)").count }
            try await waitUntil(other, isRunning("select pg_sleep(0.3)", database))
            await client.close()
            #expect(try await statement.value == 1)
            #expect(await failure { _ = try await client.query("select 1") }?.kind == .closed)
            #expect(await failure { try await client.connect() }?.kind == .closed)
        }
    }

    @Test func whatRunsTooLongIsCutOffAtTheClose() async throws {
        try await withDatabase { other, database in
            let client = PostgresClient(configuration: database.configuration(1))
            let statement = Task { try await client.query("select pg_sleep(20)").count }
            let waiting = Task { try await client.query("select 1").count }
            try await waitUntil(other, isRunning("select pg_sleep(20)", database))
            await client.close(grace: .milliseconds(50))
            #expect(await failure { _ = try await statement.value }?.kind == .closed)
            #expect(await failure { _ = try await waiting.value }?.kind == .closed)
            await client.close()
            let isStopped: PostgresQuery = "select not (\(isRunning("select pg_sleep(20)", database)))"
            let start = ContinuousClock.now
            try await waitUntil(other, isStopped)
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func unusedConnectionsAreClosed() async throws {
        try await withDatabase { other, database in
            var configuration = database.configuration(1)
            configuration.idleTimeout = .milliseconds(40)
            configuration.applicationName = database.schema + "_idle"
            let client = PostgresClient(configuration: configuration)
            try await client.connect()
            try await waitUntil(
                other,
                "select count(*) = 0 from pg_stat_activity where application_name = \(database.schema + "_idle")"
            )
            #expect(try await client.query("select 1").count == 1)
            await client.close()
        }
    }
}

/// The rounds in the order in which tasks finished them.
private final class RoundLog: Sendable {
    private let log = Mutex<[Int]>([])
    var rounds: [Int] { log.withLock { $0 } }

    func append(_ round: Int) { log.withLock { $0.append(round) } }
}

/// Lets a test await the first retry.
private final class Retries: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func take(_ event: PostgresEvent) {
        if case .retrying = event { stream.continuation.yield() }
    }

    func first() async {
        for await _ in stream.stream { return }
    }
}
