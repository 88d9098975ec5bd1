import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AdvisoryLockTests {
    @Test func onlyOneHoldsALockUntilItIsReleased() async throws {
        try await withDatabase { client, _ in
            let key = Int64.random(in: .min ... .max)
            let lock = try #require(try await client.tryAdvisoryLock(key))
            #expect(lock.isHeld && lock.key == key)
            #expect(try await client.tryAdvisoryLock(key) == nil)
            let other = try #require(try await client.tryAdvisoryLock(key &+ 1))
            await lock.release()
            await lock.release()
            #expect(!lock.isHeld)
            await lock.untilLost()
            let again = try #require(try await client.tryAdvisoryLock(key))
            await again.release()
            await other.release()
        }
    }

    @Test func ofManyContendersOneAtATimeHolds() async throws {
        try await withDatabase { client, _ in
            let key = Int64.random(in: .min ... .max)
            let locks = try await withThrowingTaskGroup(of: PostgresAdvisoryLock?.self) { group in
                for _ in 0..<10 { group.addTask { try await client.tryAdvisoryLock(key) } }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(locks.count == 1)
            for lock in locks { await lock.release() }
        }
    }

    @Test func aLostConnectionIsALostLock() async throws {
        try await withDatabase { client, database in
            let key = Int64.random(in: .min ... .max)
            let lock = try #require(try await client.tryAdvisoryLock(key))
            async let lost: Void = lock.untilLost()
            let holder: PostgresQuery = """
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = \(database.schema) and query like '%pg_try_advisory_lock(%'
                    and pid <> pg_backend_pid()
                """
            #expect(try await client.query(holder).count == 1)
            await lost
            #expect(!lock.isHeld)
            await lock.release()
            let again = try #require(try await client.tryAdvisoryLock(key))
            await client.close()
            await again.untilLost()
            #expect(!again.isHeld)
        }
    }

    @Test func aSilentServerLosesTheLockAfterAProbe() async throws {
        try await withDatabase { _, database in
            let relay = try Relay(to: try database.port())
            var configuration = try database.configuration(port: relay.port)
            configuration.probeInterval = .milliseconds(50)
            configuration.answerGrace = .milliseconds(100)
            let client = PostgresClient(configuration: configuration)
            let lock = try #require(try await client.tryAdvisoryLock(.random(in: .min ... .max)))
            relay.fallSilent()
            await lock.untilLost()
            #expect(!lock.isHeld)
            await client.close()
            relay.stop()
        }
    }

    @Test func aLockNobodyKeepsIsGivenBack() async throws {
        try await withDatabase { client, _ in
            let key = Int64.random(in: .min ... .max)
            do { _ = try await client.tryAdvisoryLock(key) }
            try await waitUntil(client, "select pg_try_advisory_xact_lock(\(key))")
        }
    }

    @Test func connectionsForLocksAreBounded() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.maximumSideConnections = 2
            let client = PostgresClient(configuration: configuration)
            let first = try #require(try await client.tryAdvisoryLock(.random(in: .min ... .max)))
            let second = try #require(try await client.tryAdvisoryLock(.random(in: .min ... .max)))
            let error = await failure { _ = try await client.tryAdvisoryLock(.random(in: .min ... .max)) }
            #expect(error?.kind == .exhausted)
            await first.release()
            let third = try #require(try await client.tryAdvisoryLock(.random(in: .min ... .max)))
            await second.release()
            await third.release()
            await client.close()
        }
    }
}
