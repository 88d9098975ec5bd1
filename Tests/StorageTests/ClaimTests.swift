import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Claim, enter, adopt, verify, post, record (`architecture.md`, Posting).
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ClaimTests {
    @Test func claimsOnlyWaitingDocumentsOfTheMappedRevision() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let records = try await store.publish([1, 2, 3, 4])
            try await store.set(2, .held)
            try await store.record(store.observed(3, content: "second"))
            let claim = try #require(
                try await store.database.claim(
                    store.entries(records),
                    tenant: store.tenant,
                    isAutomatic: false,
                    under: lease
                )
            )
            #expect(claim.entries.map(\.key.sourceID) == [1, 4])
            #expect(claim.entries.map(\.total) == [Decimal(string: "1.25"), Decimal(string: "4.25")])
            #expect(claim.state == .entering)
            #expect(claim.token == "MLC \(claim.id)/1")
            #expect(!claim.isAutomatic)
            let states = try await store.documents([1, 2, 3, 4]).map(\.state)
            #expect(states == [.posting, .held, .waiting, .posting])
            #expect(try await store.document(1).claimID == claim.id)
            #expect(try await store.document(1).attempts == 1)
            #expect(try await store.life(1) == ["publish published", "claim posting"])
            #expect(try await store.life(2) == ["publish published"])
        }
    }

    @Test func nothingLeftToClaimLeavesNoClaim() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            let again = try await store.database.claim(
                claim.entries,
                tenant: store.tenant,
                isAutomatic: true,
                under: lease
            )
            #expect(again == nil)
            #expect(try await store.count("select count(*) from claims") == 1)
        }
    }

    @Test func hundredDocumentsTakeAsFewStatementsAsOne() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let records = try await store.publish(Array(0...100))
            let counter = try await StatementCounter(store)
            func writes(_ range: ClosedRange<Int>) async throws -> Int {
                try await counter.writes {
                    let claim = try #require(
                        try await store.database.claim(
                            store.entries(Array(records[range])),
                            tenant: store.tenant,
                            isAutomatic: true,
                            under: lease
                        )
                    )
                    #expect(claim.entries.count == range.count)
                }
            }
            let one = try await writes(0...0)
            #expect(try await writes(1...100) == one)
            #expect(one <= 3)
        }
    }

    @Test func adoptingAndAdvancingNoteTheBatch() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1, 2], under: lease)
            let adopted = try await store.database.adopt(claim, batch: 77, under: lease)
            #expect(adopted.state == .adopted)
            #expect(adopted.batch == 77)
            #expect(try await store.documents([1, 2]).map(\.sageBatch) == [77, 77])
            #expect(try await store.life(1).last == "enter batch 77")
            for state in [Claim.State.verified, .posting] {
                let advanced = try await store.database.advance(adopted, to: state, under: lease)
                #expect(advanced.state == state)
            }
        }
    }

    @Test func outcomesAreRecordedTogether() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1, 2, 3, 4], under: lease)
            let adopted = try await store.database.adopt(claim, batch: 7, under: lease)
            let death = Death(id: UUID(), letter: "{}")
            _ = try await store.database.finish(
                adopted,
                outcomes: [
                    store.key(1): .posted(batch: 7, entry: 1), store.key(2): .entered(batch: 7, entry: 2),
                    store.key(3): .dead(death, reason: "closed period"),
                    store.key(4): .waiting(reason: "Sage 300 was busy"),
                ],
                under: lease
            )
            let documents = try await store.documents([1, 2, 3, 4])
            #expect(documents.map(\.state) == [.posted, .entered, .dead, .waiting])
            #expect(documents.map(\.claimID) == [nil, nil, nil, nil])
            #expect(documents.map(\.sageEntry) == [1, 2, nil, nil])
            #expect(documents[0].sageBatch == 7)
            #expect(documents[0].sageCustomer == "W00000042")
            #expect(documents[2].deathID == death.id)
            #expect(documents[2].reason == "closed period")
            #expect(documents.map(\.publishedRevision) == [1, 1, 1, 0])
            let posted = try await store.count("select count(*) from documents where posted_at is not null")
            #expect(posted == 1)
            for (id, step) in [
                (1, "post posted"), (2, "enter entered"), (3, "die dead"), (4, "enter waiting"),
            ] {
                #expect(try await store.life(Int64(id)).last == step)
            }
            let row = try await store.row(of: claim)
            #expect(row.state == "done")
            #expect(row.isFinished)
            try await store.age("1 minute")
            let deaths = try await store.database.unpublishedDeaths(kinds: [.order], olderThan: .zero)
            #expect(deaths.map(\.key.sourceID) == [3])
        }
    }

    @Test func claimEndsWithItsLastDocument() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1, 2], under: lease)
            _ = try await store.database.finish(
                claim,
                outcomes: [store.key(1): .entered(batch: 7, entry: 1)],
                under: lease
            )
            #expect(try await !store.row(of: claim).isFinished)
            _ = try await store.database.finish(
                claim,
                outcomes: [store.key(2): .entered(batch: 7, entry: 2)],
                under: lease
            )
            #expect(try await store.row(of: claim).isFinished)
        }
    }

    @Test func repeatedOutcomeIsToldOnce() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            for _ in 1...2 {
                _ = try await store.database.finish(
                    claim,
                    outcomes: [store.key(1): .posted(batch: 7, entry: 1)],
                    under: lease
                )
            }
            let life = try await store.life(1)
            #expect(life.count { $0 == "post posted" } == 1)
        }
    }

    @Test func newerRevisionIsPublishedAgainAfterwards() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            let changed = try await store.record(store.observed(1, content: "second"))
            try await store.database.markPublished(changed)
            _ = try await store.database.finish(
                claim,
                outcomes: [store.key(1): .posted(batch: 7, entry: 1)],
                under: lease
            )
            let document = try await store.document(1)
            #expect(document.state == .posted)
            #expect(document.revision == 2)
            #expect(document.publishedRevision == 0)
            try await store.age("1 minute")
            let left = try await store.database.unpublished(olderThan: .seconds(10), limit: 10)
            #expect(left.map(\.key) == [store.key(1)])
        }
    }

    @Test func doubtIsLeftAloneUntilItHasSettled() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            #expect(try await store.database.dueClaims(of: store.target).map(\.id) == [claim.id])
            try await store.database.doubt(claim, settle: .seconds(150), detail: "no answer", under: lease)
            let row = try await store.row(of: claim)
            #expect(row.state == "inDoubt")
            #expect((145...150).contains(row.dueIn))
            #expect(try await store.state(1) == .inDoubt)
            #expect(try await store.life(1).last == "enter inDoubt")
            #expect(try await store.database.dueClaims(of: store.target).isEmpty)
            #expect(try await store.database.companiesWithDueClaims().isEmpty)
            _ = try await store.client.query("update claims set due_at = due_at - interval '150 seconds'")
            let due = try #require(try await store.database.dueClaims(of: store.target).first)
            #expect(due.wasInDoubt)
            #expect(due.absentReads == 0)
            #expect(due.entries.map(\.key) == [store.key(1)])
            #expect(try await store.database.companiesWithDueClaims() == [store.target])
        }
    }

    /// A second answer that is lost is left alone as long as the first: whoever looks sooner enters it blindly.
    @Test func whatWasDoubtedIsNotLookedAtSooner() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            try await store.database.doubt(claim, settle: .seconds(150), detail: "no answer", under: lease)
            try await store.database.postpone(claim, by: .seconds(3))
            #expect((145...150).contains(try await store.row(of: claim).dueIn))
            try await store.database.postpone(claim, by: .seconds(200))
            #expect((195...200).contains(try await store.row(of: claim).dueIn))
        }
    }

    @Test func absentReadsAndRetriesAreCounted() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            try await store.database.doubt(claim, settle: .zero, detail: "no answer", under: lease)
            try await store.database.postpone(claim, by: .zero, isAbsent: true)
            #expect(try await store.database.dueClaims(of: store.target).map(\.absentReads) == [1])
            try await store.database.postpone(claim, by: .seconds(60))
            #expect(try await store.database.dueClaims(of: store.target).isEmpty)
            let retried = try await store.database.retry(claim, under: lease)
            #expect(retried.tryNumber == 2)
            #expect(retried.token == "MLC \(claim.id)/2")
            #expect(retried.absentReads == 0)
            #expect(retried.wasInDoubt, "an earlier batch may still turn up")
            #expect(try await store.state(1) == .posting)
        }
    }

    @Test func partsKeepOrderAndDocuments() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([5, 3, 1, 4, 2], under: lease)
            let order = claim.entries.map(\.key.sourceID)
            let groups = [Array(claim.entries[..<3]), [], Array(claim.entries[3...])]
            let parts = try await store.database.split(claim, into: groups, under: lease)
            #expect(parts.map(\.entries.count) == [3, 2])
            #expect(parts.flatMap { $0.entries.map(\.key.sourceID) } == order)
            #expect(parts.flatMap { $0.entries.map(\.total) } == claim.entries.map(\.total))
            #expect(parts.flatMap { $0.entries.map(\.payload) } == claim.entries.map(\.payload))
            #expect(parts.allSatisfy { $0.isAutomatic == claim.isAutomatic && $0.target == claim.target })
            for part in parts {
                let documents = try await store.documents(part.entries.map(\.key.sourceID))
                #expect(documents.allSatisfy { $0.claimID == part.id && $0.state == .posting })
            }
            let row = try await store.row(of: claim)
            #expect(row.state == "split")
            #expect(row.isFinished)
            #expect(try await store.database.dueClaims(of: store.target).map(\.id) == parts.map(\.id))
        }
    }

    @Test(arguments: [true, false])
    func abandonedDocumentsWaitAgain(isRepublished: Bool) async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            try await store.database.abandon(
                claim,
                reason: "connection refused",
                republish: isRepublished,
                under: lease
            )
            let document = try await store.document(1)
            #expect(document.state == .waiting)
            #expect(document.claimID == nil)
            #expect(document.publishedRevision == (isRepublished ? 0 : 1))
            #expect(try await store.life(1).last == "enter waiting")
            #expect(try await store.row(of: claim).state == "abandoned")
            #expect(try await store.database.dueClaims(of: store.target).isEmpty)
        }
    }
}
