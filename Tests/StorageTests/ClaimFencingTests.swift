import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// A worker that froze and wakes late must not touch what another has taken over.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ClaimFencingTests {
    /// A claim whose worker has lost its lease.
    private func lost(_ store: TestStore) async throws -> (claim: Claim, old: WriterLease, new: WriterLease) {
        let old = try await store.takeLease()
        let claim = try await store.claim([1, 2], under: old)
        return (claim, old, try await store.takeOver(old))
    }

    @Test func oldFenceClaimsNothing() async throws {
        try await withStore { store in
            let (_, old, _) = try await lost(store)
            let records = try await store.publish([3])
            await #expect(throws: LeaseLost.self) {
                try await store.database.claim(
                    store.entries(records),
                    tenant: store.tenant,
                    isAutomatic: true,
                    under: old
                )
            }
            #expect(try await store.state(3) == .waiting)
            #expect(try await store.count("select count(*) from claims") == 1)
        }
    }

    @Test func oldFenceCannotGoOn() async throws {
        try await withStore { store in
            let (claim, old, new) = try await lost(store)
            let database = store.database
            await #expect(throws: LeaseLost.self) { try await database.adopt(claim, batch: 7, under: old) }
            await #expect(throws: LeaseLost.self) {
                try await database.advance(claim, to: .verified, under: old)
            }
            await #expect(throws: LeaseLost.self) { try await database.retry(claim, under: old) }
            await #expect(throws: LeaseLost.self) {
                try await database.split(claim, into: [claim.entries], under: old)
            }
            await #expect(throws: LeaseLost.self) {
                try await database.finish(
                    claim,
                    outcomes: [store.key(1): .posted(batch: 7, entry: 1)],
                    under: old
                )
            }
            let documents = try await store.documents([1, 2])
            #expect(documents.allSatisfy { $0.state == .posting && $0.sageBatch == nil })
            #expect(try await store.row(of: claim).state == "entering")
            #expect(try await database.adopt(claim, batch: 8, under: new).batch == 8)
        }
    }

    @Test func leaseGivenBackWritesNoMore() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            try await store.database.release(lease)
            await #expect(throws: LeaseLost.self) {
                try await store.database.adopt(claim, batch: 7, under: lease)
            }
        }
    }

    @Test func lateWorkerCannotAbandonWhatIsBeingEnteredAgain() async throws {
        try await withStore { store in
            let (claim, old, new) = try await lost(store)
            try await store.database.doubt(claim, settle: .zero, detail: "its worker died", under: new)
            let retried = try await store.database.retry(claim, under: new)
            let adopted = try await store.database.adopt(retried, batch: 8, under: new)
            // Its POST failed for certain, but the documents stand in the other's batch by now.
            await #expect(throws: LeaseLost.self) { try await abandon(claim, store, under: old) }
            // Nor does having the lease back give it that right.
            let back = try await store.takeOver(new)
            await #expect(throws: LeaseLost.self) { try await abandon(claim, store, under: back) }
            #expect(try await store.documents([1, 2]).map(\.state) == [.posting, .posting])
            #expect(try await store.row(of: adopted).state == "adopted")
        }
    }

    @Test func lateWorkerCannotAbandonWhatIsInDoubt() async throws {
        try await withStore { store in
            let (claim, old, new) = try await lost(store)
            try await store.database.doubt(claim, settle: .zero, detail: "its worker died", under: new)
            for lease in [old, new] {
                await #expect(throws: LeaseLost.self) { try await abandon(claim, store, under: lease) }
            }
            #expect(try await store.documents([1, 2]).map(\.state) == [.inDoubt, .inDoubt])
        }
    }

    @Test func lateDoubtLeavesAnAdoptedBatchAlone() async throws {
        try await withStore { store in
            let (claim, old, new) = try await lost(store)
            _ = try await store.database.adopt(claim, batch: 8, under: new)
            await #expect(throws: LeaseLost.self) {
                try await store.database.doubt(
                    claim,
                    settle: .seconds(150),
                    detail: "no answer",
                    under: old
                )
            }
            #expect(try await store.documents([1, 2]).map(\.state) == [.posting, .posting])
            #expect(try await store.row(of: claim).state == "adopted")
        }
    }

    @Test func endedClaimAdoptsNoTwin() async throws {
        try await withStore { store in
            let (claim, _, new) = try await lost(store)
            _ = try await store.database.finish(
                claim,
                outcomes: [
                    store.key(1): .posted(batch: 7, entry: 1), store.key(2): .posted(batch: 7, entry: 2),
                ],
                under: new
            )
            let back = try await store.takeOver(new)
            await #expect(throws: LeaseLost.self) {
                try await store.database.adopt(claim, batch: 8, under: back)
            }
            #expect(try await store.documents([1, 2]).map(\.sageBatch) == [7, 7])
        }
    }

    private func abandon(_ claim: Claim, _ store: TestStore, under lease: WriterLease) async throws {
        try await store.database.abandon(
            claim,
            reason: "connection refused",
            republish: false,
            under: lease
        )
    }
}
