import Accounting
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct CompanyHealthTests {
    private func fail(_ store: TestStore, _ target: SageCompany? = nil) async throws -> Bool {
        try await store.database.recordFailure(
            target ?? store.target,
            reason: "no answer",
            probeAfter: .seconds(60)
        )
    }

    @Test func thirdFailureInARowPauses() async throws {
        try await withStore { store in
            #expect(try await !fail(store))
            #expect(try await !fail(store))
            #expect(try await !fail(store, store.otherTarget))
            #expect(try await fail(store))
            let paused = try await store.database.pausedCompanies()
            #expect(Array(paused.keys) == [store.target])
            #expect(paused[store.target]?.reason == "no answer")
            #expect(paused[store.target]?.pausedAt != nil)
            #expect(try await fail(store), "it stays paused")
        }
    }

    @Test func successForgetsFailuresAndEndsAPause() async throws {
        try await withStore { store in
            #expect(try await !fail(store))
            #expect(try await !fail(store))
            try await store.database.recordSuccess(store.target)
            #expect(try await !fail(store))
            #expect(try await !fail(store))
            #expect(try await fail(store))
            try await store.database.recordSuccess(store.target)
            #expect(try await store.database.pausedCompanies().isEmpty)
        }
    }

    /// A probe that is answered ends the pause; the next failure begins another one, twice as long.
    @Test func anAnsweredProbeForgetsNothing() async throws {
        try await withStore { store in
            func pausedFor() async throws -> Int {
                let rows = try await store.client.query(
                    """
                    select round(extract(epoch from next_probe_at - now()))::integer as seconds from company_health
                    where sage_address = \(store.target.address) and company = \(store.target.company.name)
                    """
                )
                return try #require(rows.first).get("seconds")
            }
            for _ in 1...3 { _ = try await fail(store) }
            #expect((55...60).contains(try await pausedFor()))
            try await store.database.recordAnsweredProbe(store.target)
            #expect(try await store.database.pausedCompanies().isEmpty)
            #expect(try await fail(store))
            #expect((115...120).contains(try await pausedFor()))
            try await store.database.recordSuccess(store.target)
            #expect(try await !fail(store))
        }
    }

    @Test func probeIsTakenByOneAtATime() async throws {
        try await withStore { store in
            #expect(try await !store.database.takeProbe(store.target, interval: .seconds(60)))
            for _ in 1...3 { _ = try await fail(store) }
            #expect(try await !store.database.takeProbe(store.target, interval: .seconds(60)), "not due yet")
            _ = try await store.client.query("update company_health set next_probe_at = now()")
            let (database, target) = (store.database, store.target)
            let turns = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await database.takeProbe(target, interval: .seconds(60)) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(turns == 1)
        }
    }

    @Test func pausesTellWhy() async throws {
        try await withStore { store in
            try await store.register()
            for _ in 1...3 { _ = try await fail(store, store.otherTarget) }
            let pauses = try await store.database.pauses()
            #expect(pauses.map(\.company) == ["SAMLTD"])
            #expect(pauses.map(\.reason) == ["no answer"])
        }
    }
}
