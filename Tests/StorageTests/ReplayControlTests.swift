import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Replays are paused, resumed and cancelled by people, and carried out many documents at a time.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ReplayControlTests {
    @Test func nothingIsSentOnceItIsPausedOrCancelled() async throws {
        try await withStore { store in
            try await store.fail([1, 2, 3])
            let database = store.database
            let id = try await database.requestReplay(.all, by: "ann").id
            let owner = UUID()
            #expect(try await database.takeReplay(owner: owner)?.id == id)
            let items = try await database.nextReplayItems(id, limit: 10)
            #expect(try await database.sendBack([items[0]], of: id, owner: owner)?.count == 1)
            #expect(try await database.pauseReplay(id))
            #expect(try await database.sendBack([items[1]], of: id, owner: owner) == nil)
            #expect(try await !database.keepReplay(id, owner: owner))
            #expect(try await database.takeReplay(owner: owner) == nil)
            #expect(try await !database.hasOpenReplays())
            #expect(try await database.resumeReplay(id))
            #expect(try await !database.resumeReplay(id))
            let taken = try #require(try await database.takeReplay(owner: owner))
            #expect(taken.replayed == 1)
            #expect(try await database.cancelReplay(id, by: "bob"))
            #expect(try await database.sendBack([items[1]], of: id, owner: owner) == nil)
            #expect(try await !database.cancelReplay(id, by: "bob"))
            #expect(try await !database.pauseReplay(id))
            #expect(try await store.state(2) == .dead)
            let overview = try #require(try await database.replay(id))
            #expect(overview.state == .cancelled)
            #expect([overview.selected, overview.replayed, overview.left] == ([3, 1, 2] as [Int]))
            #expect(overview.endedWhy == "cancelled (by bob)")
            #expect(overview.actor == "ann")
            #expect(try await database.progress(ofReplay: id).isCarriedOut)
        }
    }

    @Test func manyAreSentInOneTransaction() async throws {
        try await withStore { store in
            let failures = try await store.fail(Array(1...20))
            let database = store.database
            try await store.record(store.observed(7, content: "second"))
            // A stray has no document to send.
            let stray = Failure(.document, code: "foreign-message", reason: "x", nextStep: "y")
            try await database.takeIn(
                FailureReport(deathID: UUID(), failure: stray, failedAt: Date(), message: "{}")
            )
            let asked = try await database.requestReplay(.all)
            #expect(asked.selected == 20, "nineteen that are dead, and the stray")
            let owner = UUID()
            _ = try await database.takeReplay(owner: owner)
            let items = try await database.nextReplayItems(asked.id, limit: 100)
            var sent: Int?
            let writes = try await StatementCounter(store).writes {
                sent = try await database.sendBack(items, of: asked.id, owner: owner)?.count
            }
            #expect(sent == 19)
            #expect(writes <= 4, "whatever the number of documents")
            let overview = try #require(try await database.replay(asked.id))
            #expect([overview.replayed, overview.untouched, overview.left] == ([19, 1, 0] as [Int]))
            #expect(
                try await database.untouchedReasons(ofReplay: asked.id).map(\.reason) == ["it is no document"]
            )
            #expect(try await database.failure(failures[0].id)?.resolvedWhy == "replay \(asked.id)")
            #expect(try await store.document(1).wasReplayed)
        }
    }

    @Test func repeatsAreToldFromOtherFailures() async throws {
        try await withStore { store in
            let failures = try await store.fail([1, 2, 3, 4])
            let database = store.database
            let id = try await database.requestReplay(.all).id
            for failure in failures { _ = try await database.replay(failure, replay: id) }
            try await database.takeIn(try await store.report(1, try await store.kill(1)))
            try await database.takeIn(
                try await store.report(2, try await store.kill(2), code: "period-closed")
            )
            try await store.set(3, .posted)
            let late = try await store.kill(4)
            #expect(
                try await database.outcome(ofReplay: id, from: 0)
                    == Self.outcome(repeated: 1, otherwise: 1, underWay: 1, succeeded: 1)
            )
            try await database.takeIn(try await store.report(4, late))
            #expect(
                try await database.outcome(ofReplay: id, from: 1)
                    == Self.outcome(repeated: 1, otherwise: 1, underWay: 0, succeeded: 1)
            )
            let progress = try await database.progress(ofReplay: id)
            #expect([progress.failedAgain, progress.repeated, progress.succeeded] == ([3, 2, 1] as [Int]))
        }
    }

    private static func outcome(repeated: Int, otherwise: Int, underWay: Int, succeeded: Int) -> WaveOutcome {
        var outcome = WaveOutcome()
        outcome.repeated = repeated
        outcome.failedOtherwise = otherwise
        outcome.underWay = underWay
        outcome.succeeded = succeeded
        return outcome
    }
}
