import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ReplayTests {
    /// Asks for a replay of everything and takes it.
    private func begin(_ store: TestStore) async throws -> ReplayRecord {
        _ = try await store.database.requestReplay(.all, rate: nil, isCanary: false)
        return try #require(try await store.database.takeReplay(owner: UUID()))
    }

    @Test func setIsFrozenWhenItIsAskedFor() async throws {
        try await withStore { store in
            let failures = try await store.fail([1, 2])
            let request = try await store.database.requestReplay(
                .all,
                rate: Decimal(string: "2.5"),
                isCanary: true
            )
            #expect(request.selected == 2)
            try await store.fail([3])
            let replay = try #require(try await store.database.takeReplay(owner: UUID()))
            #expect(replay.id == request.id)
            #expect(replay.rate == Decimal(string: "2.5"))
            #expect(replay.isCanary)
            let items = try await store.database.nextReplayItems(replay.id, limit: 10)
            #expect(items.map(\.id) == failures.map(\.id))
            #expect(
                try await store.database.nextReplayItems(replay.id, limit: 1).map(\.id) == [failures[0].id]
            )
        }
    }

    @Test func selectionsChooseOpenFailuresOldestFirst() async throws {
        try await withStore { store in
            let closed = try await store.fail([1, 2], code: "period-closed").map(\.id)
            let missing = try await store.fail([3, 4]).map(\.id)
            let database = store.database
            #expect(try await database.discard(missing[1], why: "by hand"))
            #expect(try await database.openFailureIDs(.all) == closed + [missing[0]])
            #expect(try await database.openFailureIDs(.group("mapping:period-closed")) == closed)
            #expect(try await database.openFailureIDs(.tenant(store.tenant)) == closed + [missing[0]])
            let nobody = try #require(TenantID("nobody"))
            #expect(try await database.openFailureIDs(.tenant(nobody)).isEmpty)
            let named = [missing[0], closed[0], closed[0], missing[1], 999]
            #expect(try await database.openFailureIDs(.failures(named)) == [closed[0], missing[0]])
        }
    }

    @Test func selectionIsNotCutShort() async throws {
        try await withStore { store in
            // More than a list shows.
            _ = try await store.client.query(
                """
                insert into failures (death_id, class, code, reason, next_step, group_id, failed_at, message)
                select gen_random_uuid(), 'document', 'foreign-message', '', '', 'g', now(), '{}'
                from generate_series(1, 10050)
                """
            )
            #expect(try await store.database.openFailureIDs(.all).count == 10_050)
            #expect(try await store.database.openFailureIDs(.failures([1, 10_050])) == [1, 10_050])
        }
    }

    @Test func replayedDocumentWaitsUnpublished() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let replay = try await begin(store)
            let document = try #require(try await store.database.replay(failure, replay: replay.id))
            #expect(document.key == store.key(1))
            #expect(document.state == .waiting)
            #expect(document.publishedRevision == 0)
            #expect(document.deathID == nil)
            #expect(try await store.database.failure(failure.id)?.resolution == "replayed")
            #expect(try await store.life(1).last == "replay waiting")
            #expect(try await store.database.nextReplayItems(replay.id, limit: 10).isEmpty)
            // A crash before the publish is healed by the sweep.
            try await store.age("1 minute")
            let left = try await store.database.unpublished(olderThan: .seconds(10), limit: 10)
            #expect(left.map(\.key) == [store.key(1)])
            // The same again finds nothing to do.
            #expect(try await store.database.replay(failure, replay: replay.id) == nil)
        }
    }

    @Test func newerRevisionIsLeftUntouched() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let replay = try await begin(store)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await store.database.replay(failure, replay: replay.id) == nil)
            let document = try await store.document(1)
            #expect(document.state == .waiting)
            #expect(document.revision == 2)
            #expect(try await store.database.progress(ofReplay: replay.id).untouched == 1)
        }
    }

    @Test func anotherDeathIsLeftUntouched() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let replay = try await begin(store)
            try await store.record(store.observed(1, content: "second"))
            let newer = try await store.kill(1)
            #expect(try await store.database.replay(failure, replay: replay.id) == nil)
            #expect(try await store.document(1).deathID == newer)
        }
    }

    @Test func oneOfTwoReplaysSendsADocumentBack() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let database = store.database
            let first = try await database.requestReplay(.all, rate: nil, isCanary: false).id
            let second = try await database.requestReplay(.all, rate: nil, isCanary: false).id
            let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for replay in [first, second] {
                    group.addTask { try await database.replay(failure, replay: replay) != nil }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sent == 1)
        }
    }

    @Test func progressFollowsTheDocuments() async throws {
        try await withStore { store in
            let failures = try await store.fail([1, 2, 3, 4])
            let replay = try await begin(store)
            let database = store.database
            try await store.record(store.observed(4, content: "second"))
            for failure in failures { _ = try await database.replay(failure, replay: replay.id) }
            var progress = try await database.progress(ofReplay: replay.id)
            #expect(progress.selected == 4)
            #expect(progress.replayed == 3)
            #expect(progress.underWay == 3)
            #expect(progress.untouched == 1)
            #expect(!progress.isCarriedOut)
            try await store.set(1, .posted)
            try await store.set(2, .dead)
            progress = try await database.progress(ofReplay: replay.id)
            #expect(progress.succeeded == 1)
            #expect(progress.failedAgain == 1)
            #expect(progress.underWay == 1)
            #expect(try await database.hasOpenReplays())
            try await database.finishReplay(replay.id, isStopped: false)
            #expect(try await database.progress(ofReplay: replay.id).isCarriedOut)
            #expect(try await !database.hasOpenReplays())
        }
    }

    @Test func replayIsTakenByOneAndTakenOverWhenItsOwnerDied() async throws {
        try await withStore { store in
            try await store.fail([1])
            let database = store.database
            let id = try await database.requestReplay(.all, rate: nil, isCanary: false).id
            let (first, second) = (UUID(), UUID())
            #expect(try await database.takeReplay(owner: first)?.id == id)
            #expect(try await database.takeReplay(owner: second) == nil)
            #expect(try await database.takeReplay(owner: first)?.id == id, "prolonged")
            _ = try await store.client.query("update replays set owner_until = now() - interval '1 second'")
            #expect(try await database.takeReplay(owner: second)?.id == id)
            #expect(try await database.takeReplay(owner: first) == nil)
            try await database.finishReplay(id, isStopped: true)
            #expect(try await database.takeReplay(owner: second) == nil)
        }
    }
}
