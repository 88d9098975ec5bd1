import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// A corrected document is a revision of its own that is replayed, and what the store says later counts.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct EditTests {
    private func edit(_ store: TestStore, _ document: DocumentRecord, _ failure: FailureRecord) async throws
        -> EditOutcome
    {
        try await store.database.edit(
            document,
            of: failure,
            source: #"{"content":"edited"}"#,
            paths: ["billing_address.company"],
            why: "too long",
            by: "ann"
        )
    }

    @Test func editIsARevisionThatIsReplayed() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let original = try await store.document(1)
            let outcome = try await edit(store, original, failure)
            guard case .replayed(2, let replay) = outcome else { throw StorageTestError("\(outcome)") }
            #expect(try await store.state(1) == .dead, "until the replay has its turn")
            let sent = try #require(try await store.database.replay(failure, replay: replay))
            #expect(sent.revision == 2)
            #expect(sent.source == #"{"content":"edited"}"#)
            #expect(sent.state == .waiting)
            #expect(try await store.life(1).suffix(2) == ["edit revision 2", "replay waiting"])
            let edits = try await store.database.edits(of: store.key(1))
            #expect(edits.map(\.paths) == [["billing_address.company"]])
            #expect(edits.map(\.actor) == ["ann"])
            let kept = try await store.client.query("select original from document_edits").first
            #expect(try kept?.get("original") == original.source)
            // Read again unchanged it is no news.
            #expect(try await store.record(store.observed(1)).map(\.revision) == [2], "still to be published")
            #expect(try await store.document(1).source == #"{"content":"edited"}"#)
        }
    }

    @Test func editedDocumentWhoseReplayWasCancelledIsDiscardedAndRestored() async throws {
        try await withStore { store in
            let database = store.database
            let failure = try #require(try await store.fail([1]).first)
            let outcome = try await edit(store, try await store.document(1), failure)
            guard case .replayed(2, let replay) = outcome else { throw StorageTestError("\(outcome)") }
            #expect(try await database.cancelReplay(replay, by: "ann"))
            #expect(try await database.openCount(ofReplay: replay) == 1)
            #expect(try await database.discard(failure.id, why: "by hand"))
            #expect(try await database.openCount(ofReplay: replay) == 0)
            #expect(try await database.restore(.failures([failure.id]), why: "back", by: "ann") == 1)
            let document = try await store.document(1)
            #expect(document.state == .dead)
            #expect(document.revision == 2)
            #expect(document.source == #"{"content":"edited"}"#)
        }
    }

    @Test func storesChangeWinsAndSaysSo() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            _ = try await edit(store, try await store.document(1), failure)
            try await store.record(store.observed(1, content: "third"))
            let document = try await store.document(1)
            #expect(document.revision == 3)
            #expect(document.source == #"{"content":"third"}"#)
            #expect(try await store.life(1).contains("edit replaced"))
            // The edit's replay finds the newer revision and leaves it.
            let replay = try #require(try await store.database.takeReplay(owner: UUID()))
            #expect(try await store.database.replay(failure, replay: replay.id) == nil)
        }
    }

    @Test func newerRevisionIsNeverOverwritten() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let seen = try await store.document(1)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await edit(store, seen, failure) == .movedOn)
            try await store.kill(1)
            #expect(try await edit(store, seen, failure) == .movedOn)
            #expect(try await store.document(1).source == #"{"content":"second"}"#)
            #expect(try await store.database.edits(of: store.key(1)).isEmpty)
        }
    }

    @Test func secondEditOfTheSameRevisionIsRefused() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            let seen = try await store.document(1)
            _ = try await edit(store, seen, failure)
            #expect(try await edit(store, seen, failure) == .movedOn)
        }
    }

    @Test func entryInAnErrorBatchIsNotEdited() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            _ = try await store.client.query("update documents set stuck_batch = 9")
            #expect(try await edit(store, try await store.document(1), failure) == .stuck(batch: 9))
        }
    }
}

private struct StorageTestError: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
