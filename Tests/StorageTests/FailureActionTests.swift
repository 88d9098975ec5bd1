import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// What people do about dead letters, one or all that match, and how it is taken back.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct FailureActionTests {
    @Test func restoredDocumentIsDeadExactlyAsBefore() async throws {
        try await withStore { store in
            let database = store.database
            let failure = try #require(try await store.fail([1]).first)
            let before = try await store.document(1)
            #expect(try await database.discard(failure.id, why: "twice in the list", by: "ann"))
            #expect(try await database.restore(.failures([failure.id]), why: "wrong one", by: "bob") == 1)
            let after = try await store.document(1)
            #expect(after.state == .dead)
            #expect(after.deathID == before.deathID)
            #expect(after.reason == before.reason)
            #expect(after.deathLetter != nil)
            #expect(after.revision == before.revision)
            #expect(try await database.openFailures().map(\.id) == [failure.id])
            #expect(try await store.life(1).suffix(2) == ["discard skipped", "restore dead"])
            let actions = try await database.actions(ofFailure: failure.id)
            #expect(actions.map(\.action) == ["restore", "discard"])
            #expect(actions.map(\.actor) == ["bob", "ann"])
            // It is replayed like any other.
            let replay = try await database.requestReplay(.all)
            #expect(try await database.replay(failure, replay: replay.id)?.key == store.key(1))
            #expect(try await database.restore(.failures([failure.id]), why: "again", by: "bob") == 0)
        }
    }

    @Test func discardedDocumentThatTheStoreChangedIsNotRestored() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            #expect(try await store.database.discard(failure.id, why: "by hand"))
            try await store.record(store.observed(1, content: "second"))
            #expect(try await store.database.restore(.all, why: "back", by: "ann") == 0)
            #expect(try await store.state(1) == .waiting)
        }
    }

    /// Somebody may have entered it by hand meanwhile, as with one that is replayed.
    @Test func deadOrDiscardedDocumentThatTheStoreChangedCountsAsReplayed() async throws {
        try await withStore { store in
            let failures = try await store.fail([1, 2])
            try await store.publish([3])
            #expect(try await store.database.discard(failures[1].id, why: "by hand"))
            for id in [1, 2, 3] as [Int64] { try await store.record(store.observed(id, content: "second")) }
            #expect(try await store.document(1).wasReplayed)
            #expect(try await store.document(2).wasReplayed)
            #expect(try await !store.document(3).wasReplayed)
        }
    }

    /// Discarded twice for one reason, it is restored from the latest death.
    @Test func latestDeathIsRestored() async throws {
        try await withStore { store in
            let database = store.database
            let first = try #require(try await store.fail([1]).first)
            #expect(try await database.discard(first.id, why: "x"))
            try await store.record(store.observed(1, content: "second"))
            try await database.takeIn(try await store.report(1, try await store.kill(1)))
            let second = try #require(try await database.openFailures().first)
            #expect(try await database.discard(second.id, why: "x"))
            #expect(try await database.restore(.failures([first.id]), why: "back", by: "ann") == 0)
            #expect(try await database.restore(.all, why: "back", by: "ann") == 1)
            #expect(try await store.document(1).deathID == second.deathID)
        }
    }

    @Test func groupIsDiscardedAndRestoredWhole() async throws {
        try await withStore { store in
            let database = store.database
            let closed = try await store.fail([1, 2, 3], code: "period-closed")
            let other = try await store.fail([4])
            let group = FailureFilter.group("mapping:period-closed")
            #expect(try await database.discard(group, why: "settled", by: "ann") == 3)
            #expect(try await database.openFailures().map(\.id) == other.map(\.id))
            #expect(try await store.state(2) == .skipped)
            #expect(try await database.restore(group, why: "not settled", by: "ann") == 3)
            #expect(try await database.openFailureIDs(group) == closed.map(\.id))
        }
    }

    @Test func tagsAssigneeAndNotesAreKeptFoundAndTold() async throws {
        try await withStore { store in
            let database = store.database
            let failures = try await store.fail([1, 2], code: "period-closed")
            let one = FailureFilter.failures([failures[0].id])
            #expect(try await database.tag(one, add: ["vip", "later"], remove: [], by: "ann") == 1)
            #expect(try await database.tag(one, add: ["vip"], remove: ["later", "none"], by: "ann") == 1)
            #expect(try await database.assign(.group("mapping:period-closed"), to: "bob", by: "ann") == 2)
            #expect(try await database.note(one, text: "asked the bank", by: "bob") == 1)
            let kept = try #require(try await database.failure(failures[0].id))
            #expect(kept.tags == ["vip"])
            #expect(kept.assignee == "bob")
            var filter = FailureFilter()
            filter.tag = "vip"
            #expect(try await database.openFailures(filter).map(\.id) == [failures[0].id])
            filter = FailureFilter()
            filter.assignee = "bob"
            #expect(try await database.openFailureCount(filter) == 2)
            #expect(try await database.assign(one, to: nil, by: "ann") == 1)
            filter = FailureFilter()
            filter.isUnassigned = true
            #expect(try await database.openFailures(filter).map(\.id) == [failures[0].id])
            let letter = "dead letter \(failures[0].id)"
            #expect(
                try await store.life(1).suffix(5) == [
                    "tag \(letter)", "tag \(letter)", "assign \(letter)", "note \(letter)",
                    "assign \(letter)",
                ]
            )
            #expect(try await database.actions(ofFailure: failures[0].id).first?.detail == "to nobody")
        }
    }

    @Test func nextLetterOfADocumentKeepsItsPeople() async throws {
        try await withStore { store in
            let database = store.database
            let first = try #require(try await store.fail([1]).first)
            _ = try await database.tag(.all, add: ["vip"], remove: [], by: "ann")
            _ = try await database.assign(.all, to: "bob", by: "ann")
            try await store.record(store.observed(1, content: "second"))
            try await database.takeIn(try await store.report(1, try await store.kill(1)))
            let next = try #require(try await database.openFailures().first)
            #expect(next.id != first.id)
            #expect(next.tags == ["vip"])
            #expect(next.assignee == "bob")
        }
    }

    @Test func letterIsResolvedBySuccessAndSaysSo() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await store.database.failure(failure.id)?.resolution == "overtaken")
            #expect(
                try await store.database.failure(failure.id)?.resolvedWhy == "revision 2 came from the store"
            )
            #expect(try await store.life(1).contains("resolve overtaken"))
            try await store.set(1, .entered)
            #expect(
                try await store.database.failure(failure.id)?.resolvedWhy
                    == "revision 2 came from the store, which is entered"
            )
            try await store.set(1, .posted)
            #expect(
                try await store.database.failure(failure.id)?.resolvedWhy
                    == "revision 2 came from the store, which is posted"
            )
        }
    }

    @Test func filtersNarrowTogether() async throws {
        try await withStore { store in
            let database = store.database
            try await store.fail([1, 2], code: "period-closed")
            try await store.fail([3])
            _ = try await store.client.query("update failures set amount = source_id * 100")
            var filter = FailureFilter.tenant(store.tenant)
            filter.kind = .order
            filter.failureClass = .mapping
            filter.company = store.company.name
            filter.minimumAmount = 200
            #expect(try await database.openFailures(filter).compactMap(\.sourceID) == [3, 2])
            filter.maximumAmount = 200
            #expect(try await database.openFailures(filter).compactMap(\.sourceID) == [2])
            filter.since = Date(timeIntervalSinceNow: 3600)
            #expect(try await database.openFailures(filter).isEmpty)
            filter.since = nil
            filter.until = Date(timeIntervalSinceNow: 3600)
            filter.group = "mapping:period-closed"
            #expect(try await database.openFailureCount(filter) == 1)
            #expect(try await database.failureGroups(filter).map(\.count) == [1])
            #expect(filter.words.contains("group mapping:period-closed"))
        }
    }

    @Test func pagesFollowEachOther() async throws {
        try await withStore { store in
            let all = try await store.fail(Array(1...7)).map(\.id)
            var seen: [Int64] = []
            while true {
                let page = try await store.database.openFailures(limit: 3, after: seen.last)
                guard !page.isEmpty else { break }
                seen += page.map(\.id)
                let left = try await store.database.openFailureCount(after: seen.last)
                #expect(left == 7 - seen.count)
            }
            #expect(seen == all.reversed())
        }
    }

    @Test func evidenceAndTraceAreKeptOfEveryAttempt() async throws {
        try await withStore { store in
            try await store.publish([1])
            var report = try await store.report(1, try await store.kill(1))
            report.failure.evidence = CallEvidence(
                operation: "POST AR/ARInvoiceBatches",
                request: #"{"DocumentNumber":"US1"}"#,
                status: 502,
                answer: [0x3C, 0xFF, 0x00, 0x3E]
            )
            report.trace = "0 main"
            try await store.database.takeIn(report)
            try await store.record(store.observed(1, content: "second"))
            try await store.database.takeIn(try await store.report(1, try await store.kill(1)))
            let attempts = try await store.database.attempts(at: store.key(1))
            #expect(attempts.count == 2)
            #expect(attempts.first?.evidence == nil, "newest first")
            #expect(attempts.last?.evidence == report.failure.evidence)
            #expect(attempts.last?.trace == "0 main")
        }
    }

    /// However a document leaves its death, its letter is open or resolved by one fact.
    @Test func openIsWhatIsDeadOfIt() async throws {
        try await withStore { store in
            try await store.fail(Array(1...6))
            try await store.record(store.observed(1, content: "second"))
            try await store.set(2, .waiting)
            _ = try await store.client.query("delete from documents where source_id = 3")
            _ = try await store.database.discard(
                try #require(try await store.database.failures(of: store.key(4)).first).id,
                why: "x"
            )
            try await store.record(store.observed(5, content: "second"))
            try await store.kill(5)
            let open = try await store.count("select count(*) from failures where resolution is null")
            let dead = try await store.count(
                "select count(*) from failures f join documents d on d.death_id = f.death_id and d.state = 'dead'"
            )
            #expect(open == 1)
            #expect(dead == 1)
        }
    }
}
