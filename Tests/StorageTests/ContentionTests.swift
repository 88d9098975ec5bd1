import Accounting
import PostgresClient
import Storage
import Testing

/// A worker takes documents up while their page is still being marked: neither may be the other's deadlock.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ContentionTests {
    private let ids = Array(Int64(1)...200)

    @Test func claimingWhileMarkingDoesNotDeadlock() async throws {
        try await withStore { store in
            let database = store.database
            let lease = try await store.takeLease()
            for round in 1...5 {
                let content = "round \(round)"
                let page = try await database.record(ids.map { store.observed($0, content: content) }, run: 1)
                // Deliveries arrive in an order of their own.
                let entries = store.entries(page.reversed())
                async let marking: Void = database.markPublished(page)
                async let claim = database.claim(
                    entries,
                    tenant: store.tenant,
                    isAutomatic: true,
                    under: lease
                )
                try await marking
                let claimed = try #require(try await claim)
                #expect(claimed.entries.count == ids.count)
                async let marked: Void = database.markPublished(page)
                try await database.abandon(claimed, reason: "", republish: false, under: lease)
                try await marked
            }
        }
    }

    @Test func transitionsWhileMarkingDoNotDeadlock() async throws {
        try await withStore { store in
            let database = store.database
            for round in 1...5 {
                let content = "round \(round)"
                let page = try await database.record(ids.map { store.observed($0, content: content) }, run: 1)
                let transitions = page.reversed().map { record in
                    DocumentTransition(
                        record.key,
                        revision: record.revision,
                        to: .held,
                        reason: "status",
                        stage: "gate"
                    )
                }
                async let marking: Void = database.markPublished(page)
                async let moved = database.transition(transitions)
                try await marking
                #expect(try await moved.count == ids.count)
            }
        }
    }

    @Test func pollersRecordingTheSamePageDoNotDeadlock() async throws {
        try await withStore { store in
            let (database, ids) = (store.database, ids)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for copy in 1...4 {
                    let order = copy.isMultiple(of: 2) ? ids : ids.reversed()
                    group.addTask {
                        let page = order.map { store.observed($0, content: "copy \(copy)") }
                        try await database.markPublished(try await database.record(page, run: 1))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.count("select count(*) from documents where revision = 4") == ids.count)
        }
    }
}
