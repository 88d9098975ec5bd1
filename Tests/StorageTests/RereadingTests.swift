import Accounting
import PostgresClient
import Storage
import Testing

/// How far a store has been re-read by id.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct RereadingTests {
    @Test func beginsMovesOnAndEnds() async throws {
        try await withStore { store in
            let (database, tenant) = (store.database, store.tenant)
            _ = try await database.apply(store.application())
            #expect(try await database.sweep(of: tenant, resource: "orders") == nil)
            try await database.startSweep(of: tenant, resource: "orders")
            try await database.moveSweep(of: tenant, resource: "orders", to: 300)
            let moved = try #require(try await database.sweep(of: tenant, resource: "orders"))
            #expect(moved.isUnderWay)
            #expect(moved.position == 300)
            #expect(moved.startedAt != nil && moved.finishedAt == nil)
            #expect(try await database.sweep(of: tenant, resource: "invoices") == nil)
            try await database.finishSweep(of: tenant, resource: "orders")
            let ended = try #require(try await database.sweep(of: tenant, resource: "orders"))
            #expect(!ended.isUnderWay)
            #expect(ended.finishedAt != nil && ended.startedAt == moved.startedAt)
        }
    }

    @Test func neverMovesBackwardsNorAfterItsEnd() async throws {
        try await withStore { store in
            let (database, tenant) = (store.database, store.tenant)
            _ = try await database.apply(store.application())
            // Not begun: nothing to move or end.
            try await database.moveSweep(of: tenant, resource: "orders", to: 5)
            try await database.finishSweep(of: tenant, resource: "orders")
            #expect(try await database.sweep(of: tenant, resource: "orders") == nil)
            try await database.startSweep(of: tenant, resource: "orders")
            try await database.moveSweep(of: tenant, resource: "orders", to: 300)
            try await database.moveSweep(of: tenant, resource: "orders", to: 200)
            #expect(try await database.sweep(of: tenant, resource: "orders")?.position == 300)
            try await database.finishSweep(of: tenant, resource: "orders")
            let ended = try await database.sweep(of: tenant, resource: "orders")
            try await database.moveSweep(of: tenant, resource: "orders", to: 400)
            try await database.finishSweep(of: tenant, resource: "orders")
            #expect(try await database.sweep(of: tenant, resource: "orders") == ended)
        }
    }

    @Test func startsOverAndRemembersTheOneBefore() async throws {
        try await withStore { store in
            let (database, tenant) = (store.database, store.tenant)
            _ = try await database.apply(store.application())
            try await database.startSweep(of: tenant, resource: "orders")
            try await database.moveSweep(of: tenant, resource: "orders", to: 300)
            // The server's clock was ahead and has been put back since.
            _ = try await store.client.query("update sweeps set started_at = now() + interval '1 hour'")
            try await database.finishSweep(of: tenant, resource: "orders")
            let ended = try await database.sweep(of: tenant, resource: "orders")
            #expect(ended?.isUnderWay == false)
            try await database.startSweep(of: tenant, resource: "orders")
            let again = try #require(try await database.sweep(of: tenant, resource: "orders"))
            #expect(again.isUnderWay)
            #expect(again.position == 0)
            #expect(again.finishedAt == ended?.finishedAt)
        }
    }
}
