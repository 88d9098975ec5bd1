import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct RunTests {
    @Test func runsAreOpenUntilTheyEnd() async throws {
        try await withStore { store in
            let database = store.database
            let from = try #require(CalendarDate("2026-01-01"))
            let to = try #require(CalendarDate("2026-01-31"))
            let now = try await database.requestRun(store.tenant, cause: .now)
            let backfill = try await database.requestRun(store.tenant, cause: .backfill, from: from, to: to)
            #expect(try await database.openRuns(of: store.tenant).map(\.id) == [now, backfill])
            let record = try #require(try await database.run(backfill))
            #expect(record.from == from)
            #expect(record.to == to)
            #expect(record.cause == .backfill)
            try await database.startRun(backfill)
            try await database.startRun(now)
            try await database.finishRun(now)
            try await database.finishRun(backfill, failure: Self.refused)
            #expect(try await database.openRuns(of: store.tenant).isEmpty)
            #expect(try await database.run(now)?.state == .done)
            #expect(try await database.run(backfill)?.state == .failed)
            #expect(try await database.run(backfill)?.error == "The store refused. Mend it.")
        }
    }

    private static let refused = Failure(
        .transient,
        code: "refused",
        reason: "The store refused.",
        nextStep: "Mend it."
    )

    @Test func pollStateTellsChangesFromWhatIsReadAgain() async throws {
        try await withStore { store in
            let database = store.database
            _ = try await database.apply(store.application())
            func state() async throws -> PollState {
                try #require(await database.pollState(of: store.tenant))
            }
            #expect(try await state().open.isEmpty)
            #expect(try await state().lastRun == nil)
            let backfill = try await database.requestRun(store.tenant, cause: .backfill)
            try await database.startRun(backfill)
            #expect(try await state().open == [.backfill])
            #expect(try await state().lastRun == nil, "a backfill is no run over what changed")
            let first = try await database.requestRun(store.tenant, cause: .now)
            try await database.startRun(first)
            #expect(try await state().open == [.backfill, .now])
            #expect(try await state().readSince == nil)
            let retryAt = Date(timeIntervalSince1970: 1_900_000_000)
            try await database.finishRun(first, failure: Self.refused, retryAt: retryAt)
            #expect(try await state().lastRun?.hasFailed == true)
            #expect(try await state().lastRun?.retryAt == retryAt)
            #expect(try await database.failedRunsInARow(of: store.tenant, causes: [.schedule, .now]) == 1)
            let second = try await database.requestRun(store.tenant, cause: .schedule)
            try await database.startRun(second)
            try await database.finishRun(second)
            #expect(try await state().lastRun?.hasFailed == false)
            #expect(try await state().readSince == nil, "orders have not been read to their end")
            let cursor = PollCursor(updatedAt: retryAt, entityID: 7)
            try await database.beginPass(of: store.tenant, resource: "orders", at: cursor, bound: retryAt)
            #expect(try await state().readSince == nil)
            try await database.completePass(
                of: store.tenant,
                resource: "orders",
                at: cursor,
                readUntil: retryAt
            )
            #expect(try await state().readSince != nil)
            #expect(try await database.failedRunsInARow(of: store.tenant, causes: [.schedule, .now]) == 0)
            let sweep = try await database.requestRun(store.tenant, cause: .sweep)
            try await database.startRun(sweep)
            try await database.finishRun(sweep)
            #expect(try await state().lastSweep?.finishedAt != nil)
        }
    }

    @Test func failedBackfillIsAskedForAgainWhereItWas() async throws {
        try await withStore { store in
            let database = store.database
            _ = try await database.apply(store.application())
            let run = try await database.requestRun(store.tenant, cause: .backfill)
            try await database.startRun(run)
            let place = RunPosition(entityID: 700, isDone: false)
            try await database.moveRun(run, resource: "orders", to: place)
            try await database.moveRun(run, resource: "customers", to: RunPosition(entityID: 9, isDone: true))
            try await database.finishRun(run, failure: Self.refused, retryAt: Date().addingTimeInterval(60))
            try await database.retryBackfills(of: store.tenant)
            #expect(try await database.openRuns(of: store.tenant).isEmpty, "not yet")
            #expect(try await database.pollState(of: store.tenant)?.open == [])
            _ = try await store.client.query("update runs set retry_at = now() - interval '1 second'")
            #expect(try await database.pollState(of: store.tenant)?.open == [.backfill])
            try await database.retryBackfills(of: store.tenant)
            let again = try #require(try await database.openRuns(of: store.tenant).first)
            #expect(again.id == run && again.tries == 1 && again.finishedAt == nil && again.retryAt == nil)
            try await database.startRun(run)
            #expect(try await database.run(run)?.tries == 2)
            #expect(try await database.positions(ofRun: run)["orders"] == place)
            #expect(try await database.positions(ofRun: run)["customers"]?.isDone == true)
        }
    }

    @Test func runEndsOnce() async throws {
        try await withStore { store in
            let database = store.database
            let run = try await database.requestRun(store.tenant, cause: .now)
            try await database.startRun(run)
            try await database.finishRun(run)
            // A poller that lost its lock and did not notice.
            try await database.finishRun(run, failure: Self.refused)
            try await database.startRun(run)
            #expect(try await database.run(run)?.state == .done)
        }
    }

    @Test func othersDocumentsCountWhileTheyAreUnderWay() async throws {
        try await withStore { store in
            let database = store.database
            _ = try await database.apply(store.application())
            let first = try await database.requestRun(store.tenant, cause: .schedule)
            let early = try await database.record([1, 2, 3, 4].map { store.observed($0) }, run: first)
            try await database.markPublished(early, run: first)
            _ = try await store.client.query("update documents set state = 'posted' where source_id = 1")
            _ = try await store.client.query(
                """
                update documents set state = 'dead', state_since = now() - interval '1 hour' where source_id = 2
                """
            )
            let second = try await database.requestRun(store.tenant, cause: .now)
            let late = try await database.record([store.observed(5)], run: second)
            try await database.markPublished(late, run: second)
            #expect(try await database.states(ofRun: second) == [.waiting: 3])
            _ = try await store.client.query(
                "update documents set state = 'dead', state_since = now() where source_id = 3"
            )
            #expect(try await database.states(ofRun: second) == [.waiting: 2, .dead: 1])
            _ = try await database.setPaused(true, tenant: store.tenant)
            #expect(
                try await database.states(ofRun: second) == [.waiting: 1, .dead: 1],
                "its own wait all the same"
            )
        }
    }

    /// The schedule comes due while somebody asks: the run with the later number reads the store first.
    @Test func whatAScheduleTookMeanwhileCountsToo() async throws {
        try await withStore { store in
            let database = store.database
            _ = try await database.apply(store.application())
            let asked = try await database.requestRun(store.tenant, cause: .now)
            let scheduled = try await database.requestRun(store.tenant, cause: .schedule)
            let backfill = try await database.requestRun(store.tenant, cause: .backfill)
            for run in [scheduled, backfill] { try await database.startRun(run) }
            let taken = try await database.record([1, 2].map { store.observed($0) }, run: scheduled)
            try await database.markPublished(taken, run: scheduled)
            let old = try await database.record([store.observed(3)], run: backfill)
            try await database.markPublished(old, run: backfill)
            try await database.finishRun(scheduled)
            try await database.startRun(asked)
            #expect(try await database.states(ofRun: asked) == [.waiting: 2], "what is read again is not new")
            try await database.finishRun(asked)
            _ = try await store.client.query(
                "update documents set state = 'dead', state_since = now() where source_id = 1"
            )
            #expect(try await database.states(ofRun: asked) == [.waiting: 1, .dead: 1])
            let next = try await database.requestRun(store.tenant, cause: .schedule)
            try await database.startRun(next)
            _ = try await store.client.query(
                "update runs set started_at = now() + interval '1 second' where id = \(next)"
            )
            let later = try await database.record([store.observed(4)], run: next)
            try await database.markPublished(later, run: next)
            #expect(
                try await database.states(ofRun: asked) == [.waiting: 1, .dead: 1],
                "it had ended by then"
            )
        }
    }

    @Test func liveServicesAreCounted() async throws {
        try await withStore { store in
            let (database, instance) = (store.database, UUID())
            for _ in 1...2 {
                try await database.announce(instance: instance, name: "poller", host: "a", process: 7)
            }
            try await database.announce(instance: UUID(), name: "replayer", host: "a", process: 8)
            #expect(try await database.liveInstances(of: "poller") == 1)
            _ = try await store.client.query("update services set seen_at = now() - interval '11 seconds'")
            #expect(try await database.liveInstances(of: "poller") == 0)
            try await database.retire(instance: instance)
            #expect(try await store.count("select count(*) from services") == 1)
        }
    }

    @Test func customersAreKnownPerCompanyUntilForgotten() async throws {
        try await withStore { store in
            let number = try #require(CustomerNumber("W00000042"))
            let other = try #require(CustomerNumber("W00000043"))
            let database = store.database
            try await database.confirmCustomer(
                number,
                of: store.target,
                tenant: store.tenant,
                contentHash: [1]
            )
            try await database.confirmCustomer(
                number,
                of: store.target,
                tenant: store.tenant,
                contentHash: [2]
            )
            #expect(try await database.knownCustomers([number, other], of: store.target) == ["W00000042"])
            #expect(try await database.knownCustomers([number], of: store.otherTarget).isEmpty)
            #expect(try await database.knownCustomerHash(number, of: store.target) == [2])
            try await database.forgetCustomers([number], of: store.target)
            #expect(try await database.knownCustomers([number], of: store.target).isEmpty)
        }
    }

    @Test func guestKeepsTheNumberOfTheFirstOrder() async throws {
        try await withStore { store in
            let database = store.database
            func guest(_ hash: [UInt8], _ company: CompanyID, _ order: Int64) async throws -> Int64 {
                try await database.guest(
                    emailHash: hash,
                    tenant: store.tenant,
                    company: company,
                    order: order
                )
            }
            let numbers = [
                try await guest([1], store.company, 7), try await guest([1], store.company, 8),
                try await guest([2], store.company, 8), try await guest([1], store.otherCompany, 9),
            ]
            #expect(numbers == [7, 7, 8, 9])
        }
    }
}
