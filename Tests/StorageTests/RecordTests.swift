import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Steps 1 and 3 of publishing (`architecture.md`, Polling and publishing).
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct RecordTests {
    private let noon = Date(timeIntervalSince1970: 1_767_268_800)

    @Test func newDocumentIsRecordedWhole() async throws {
        try await withStore { store in
            let observed = store.observed(42)
            let record = try #require(try await store.record(observed).first)
            #expect(record.key == observed.key)
            #expect(record.number == observed.number)
            #expect(record.document == observed.document)
            #expect(record.storeView == "default")
            #expect(record.sourceCreatedAt == observed.createdAt)
            #expect(record.sourceUpdatedAt == observed.updatedAt)
            #expect(record.source == observed.source)
            #expect(record.amount == Decimal(string: "93.60"))
            #expect(record.currency == "USD")
            #expect(record.state == .waiting)
            #expect(record.revision == 1)
            #expect(record.publishedRevision == 0)
            #expect(record.firstPublishedAt == nil)
            #expect(record.runID == 1)
        }
    }

    @Test func instantsKeepTheirFraction() async throws {
        try await withStore { store in
            for fraction in [0.999, 0.001, 0.5] {
                var observed = store.observed(1, content: "\(fraction)")
                let updated = Date(timeIntervalSince1970: 1_767_225_600 + fraction)
                observed = ObservedDocument(
                    key: observed.key,
                    number: observed.number,
                    document: observed.document,
                    storeView: observed.storeView,
                    createdAt: observed.createdAt,
                    updatedAt: updated,
                    observedAt: Date(),
                    source: observed.source,
                    contentHash: observed.contentHash,
                    amount: nil,
                    currency: nil
                )
                let record = try #require(try await store.record(observed).first)
                #expect(abs(record.sourceUpdatedAt.timeIntervalSince(updated)) < 0.000_1)
            }
        }
    }

    @Test func unchangedRepeatIsPublishedOnce() async throws {
        try await withStore { store in
            let first = try await store.record(store.observed(1))
            // Not confirmed yet: it is still to be published, as the same revision.
            let repeated = try await store.record(store.observed(1))
            #expect(repeated.map(\.revision) == [1])
            try await store.database.markPublished(first)
            #expect(try await store.record(store.observed(1)).isEmpty)
            #expect(try await store.document(1).revision == 1)
            #expect(try await store.life(1) == ["publish published"])
        }
    }

    @Test func changeWhileUnpublishedStaysUnpublished() async throws {
        try await withStore { store in
            let first = try await store.record(store.observed(1))
            let second = try await store.record(store.observed(1, content: "second"))
            #expect(second.map(\.revision) == [2])
            // The confirm of the first arrives late.
            try await store.database.markPublished(first)
            let document = try await store.document(1)
            #expect(document.publishedRevision == 0)
            #expect(document.firstPublishedAt == nil)
            try await store.database.markPublished(second)
            #expect(try await store.document(1).publishedRevision == 2)
        }
    }

    @Test func changeBackIsARevisionOfItsOwn() async throws {
        try await withStore { store in
            try await store.publish([1])
            try await store.record(store.observed(1, content: "second"))
            let back = try await store.record(store.observed(1, content: "first"))
            #expect(back.map(\.revision) == [3])
        }
    }

    @Test(arguments: [DocumentState.posting, .inDoubt, .entered, .posted])
    func changeOfADocumentOnItsWayIntoTheLedgerKeepsItsState(state: DocumentState) async throws {
        try await withStore { store in
            try await store.publish([1])
            try await store.set(1, state)
            let changed = try await store.record(store.observed(1, content: "second"))
            #expect(changed.map(\.revision) == [2])
            #expect(changed.map(\.state) == [state])
            #expect(changed.map(\.publishedRevision) == [1])
        }
    }

    @Test(arguments: [DocumentState.held, .skipped, .superseded, .dead])
    func changeOfADocumentLeftAsideWaitsAgain(state: DocumentState) async throws {
        try await withStore { store in
            try await store.publish([1])
            if state == .dead { try await store.kill(1) } else { try await store.set(1, state) }
            try await store.record(store.observed(1, content: "second"))
            let document = try await store.document(1)
            #expect(document.state == .waiting)
            #expect(document.reason == nil)
            #expect(document.deathID == nil)
            #expect(document.deathLetter == nil)
        }
    }

    @Test func repeatedRowOfAPageCountsOnce() async throws {
        try await withStore { store in
            let records = try await store.record(
                store.observed(1, content: "older"),
                store.observed(2),
                store.observed(1, content: "newer")
            )
            #expect(records.map(\.key.sourceID) == [1, 2])
            #expect(records.first?.source.contains("newer") == true)
        }
    }

    @Test func homelessDocumentGainsItsCompany() async throws {
        try await withStore { store in
            try await store.database.markPublished(
                try await store.record(store.observed(1, isHomeless: true))
            )
            try await store.database.note(
                store.key(1, isHomeless: true),
                stage: "route",
                outcome: "dead",
                detail: ""
            )
            // The store's document is the same; only its store view belongs to a company now.
            let homed = try await store.record(store.observed(1))
            #expect(homed.map(\.key) == [store.key(1)])
            #expect(homed.map(\.revision) == [2])
            #expect(try await store.count("select count(*) from documents") == 1)
            #expect(try await store.life(1).contains("route dead"), "its life goes with it")
        }
    }

    @Test func movingTakesADocumentHomeOnce() async throws {
        try await withStore { store in
            try await store.record(store.observed(1, isHomeless: true))
            try await store.database.note(
                store.key(1, isHomeless: true),
                stage: "route",
                outcome: "dead",
                detail: ""
            )
            let homeless = store.key(1, isHomeless: true)
            let moved = try await store.database.move(homeless, to: store.company, document: "US1")
            #expect(moved?.key == store.key(1))
            #expect(moved?.document == "US1")
            #expect(try await store.life(1) == ["route dead"])
            #expect(try await store.database.move(homeless, to: store.company, document: "US1") == nil)
            // Another one of that id cannot push it aside.
            try await store.record(store.observed(1, isHomeless: true))
            #expect(try await store.database.move(homeless, to: store.company, document: "US1") == nil)
            #expect(try await store.count("select count(*) from documents") == 2)
        }
    }

    @Test func cursorMovesWithTheMarksAndNeverBack() async throws {
        try await withStore { store in
            let database = store.database
            #expect(try await database.cursor(of: store.tenant, resource: "orders") == nil)
            let steps = [
                (PollCursor(updatedAt: noon, entityID: 7), PollCursor(updatedAt: noon, entityID: 7)),
                (PollCursor(updatedAt: noon, entityID: 3), PollCursor(updatedAt: noon, entityID: 7)),
                (PollCursor(updatedAt: noon - 60, entityID: 9), PollCursor(updatedAt: noon, entityID: 7)),
                (PollCursor(updatedAt: noon, entityID: 8), PollCursor(updatedAt: noon, entityID: 8)),
                (PollCursor(updatedAt: noon + 1, entityID: 1), PollCursor(updatedAt: noon + 1, entityID: 1)),
            ]
            for (position, expected) in steps {
                try await database.markPublished([], cursor: (store.tenant, "orders", position))
                #expect(try await database.cursor(of: store.tenant, resource: "orders") == expected)
            }
            #expect(try await database.cursor(of: store.tenant, resource: "customers") == nil)
        }
    }

    @Test func whatWasReadBeforeDoesNotUndoWhatWasReadSince() async throws {
        try await withStore { store in
            func observed(_ content: String, read: TimeInterval, changed: TimeInterval) -> ObservedDocument {
                let document = store.observed(1, content: content)
                let noon = Date(timeIntervalSince1970: 1_767_268_800)
                return ObservedDocument(
                    key: document.key,
                    number: document.number,
                    document: document.document,
                    storeView: document.storeView,
                    createdAt: document.createdAt,
                    updatedAt: noon + changed,
                    observedAt: noon + read,
                    source: document.source,
                    contentHash: document.contentHash,
                    amount: nil,
                    currency: nil
                )
            }
            let steps: [(ObservedDocument, revision: Int, content: String)] = [
                (observed("a", read: 100, changed: 10), 1, "a"),
                (observed("b", read: 200, changed: 150), 2, "b"),
                // A page that was read before, and waited.
                (observed("a", read: 120, changed: 10), 2, "b"),
                // Changed without moving, and read since.
                (observed("c", read: 200, changed: 150), 3, "c"),
                // Read by a web server whose clock is behind.
                (observed("d", read: 190, changed: 180), 4, "d"),
            ]
            for (document, revision, content) in steps {
                _ = try await store.database.record([document], run: 1)
                let record = try #require(
                    try await store.client.query("select revision, source from documents").first
                )
                #expect(try record.get("revision", as: Int.self) == revision)
                #expect(try record.get("source", as: String.self).contains("\"\(content)\""))
            }
        }
    }

    @Test func whatStandsInOneLedgerIsNotEnteredInAnother() async throws {
        try await withStore { store in
            func observed(_ id: Int64, _ company: String, _ kind: DocumentKind = .order) -> ObservedDocument {
                let document = store.observed(id, kind)
                return ObservedDocument(
                    key: DocumentKey(
                        tenant: store.tenant,
                        company: CompanyID(company),
                        kind: kind,
                        sourceID: id
                    ),
                    number: document.number,
                    document: document.document,
                    storeView: document.storeView,
                    createdAt: document.createdAt,
                    updatedAt: document.updatedAt,
                    observedAt: document.observedAt,
                    source: document.source,
                    contentHash: document.contentHash,
                    amount: nil,
                    currency: nil
                )
            }
            _ = try await store.database.record(
                [observed(1, "OLD"), observed(2, "OLD"), observed(3, "OLD", .customer)],
                run: 1
            )
            _ = try await store.client.query(
                "update documents set state = 'posted' where source_id in (1, 3)"
            )
            _ = try await store.database.record(
                [observed(1, "NEW"), observed(2, "NEW"), observed(3, "NEW", .customer)],
                run: 2
            )
            let moved = try await store.client.query(
                "select source_id from documents where company = 'NEW' order by source_id"
            ).map { try $0.get("source_id", as: Int64.self) }
            #expect(moved == [2, 3], "customers go to every company they buy from")
        }
    }

    @Test func unchangedDocumentsAreNoNews() async throws {
        try await withStore { store in
            let page = [1, 2, 3].map { store.observed($0) }
            let records = try await store.database.record(page, run: 1)
            #expect(try await store.database.unchanged(page).isEmpty, "recorded, not published")
            try await store.database.markPublished(Array(records.prefix(2)))
            let known = try await store.database.unchanged(page)
            #expect(known == Set(records.prefix(2).map(\.key)))
            #expect(
                try await store.database.unchanged([store.observed(records[0].key.sourceID, content: "new")])
                    .isEmpty
            )
            #expect(try await store.database.unchanged([]).isEmpty)
        }
    }

    @Test func runCountsWhatItPublished() async throws {
        try await withStore { store in
            let run = try await store.database.requestRun(store.tenant, cause: .now)
            let records = try await store.database.record([1, 2, 3].map { store.observed($0) }, run: run)
            try await store.database.markPublished(records, run: run)
            #expect(try await store.database.run(run)?.documents == 3)
            #expect(try await store.database.states(ofRun: run) == [.waiting: 3])
        }
    }

    @Test func wholePageTakesAFewStatements() async throws {
        try await withStore { store in
            let counter = try await StatementCounter(store)
            let one = try await counter.writes { try await store.publish([0]) }
            let hundred = try await counter.writes { try await store.publish(Array(1...100)) }
            #expect(hundred == one)
            #expect(hundred <= 5)
        }
    }
}
