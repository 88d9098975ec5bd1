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

    @Test func allLocksShareOneConnectionAndAreLostWithIt() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.maximumSideConnections = 1
            let (client, other) = (
                PostgresClient(configuration: configuration), PostgresClient(configuration: configuration)
            )
            var locks: [PostgresAdvisoryLock] = []
            let start = Int64.random(in: 0 ... .max - 1000)
            for key in start..<start + 200 {
                locks.append(try #require(try await client.tryAdvisoryLock(key)))
            }
            for key in [start, start + 199] { #expect(try await other.tryAdvisoryLock(key) == nil) }
            await locks[0].release()
            let taken = try #require(try await other.tryAdvisoryLock(start))
            #expect(try await client.tryAdvisoryLock(start) == nil && locks[1].isHeld)
            await taken.release()
            let holder: PostgresQuery = """
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = \(database.schema) and query like '%pg_%advisory_%lock(%'
                    and pid <> pg_backend_pid()
                """
            #expect(try await other.query(holder).count == 2)
            for lock in locks { await lock.untilLost() }
            #expect(locks.allSatisfy { !$0.isHeld })
            let again = try #require(try await client.tryAdvisoryLock(start + 1))
            // Releasing what was lost does not give back what was taken since.
            await locks[1].release()
            #expect(again.isHeld)
            #expect(try await other.tryAdvisoryLock(start + 1) == nil)
            await client.close()
            await other.close()
        }
    }

    @Test func aConnectionForLocksCountsAmongTheSideConnections() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.maximumSideConnections = 0
            let client = PostgresClient(configuration: configuration)
            let error = await failure { _ = try await client.tryAdvisoryLock(.random(in: .min ... .max)) }
            #expect(error?.kind == .exhausted)
            await client.close()
        }
    }
}
