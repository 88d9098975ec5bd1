import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// What the removal of a tenant leaves, and what becomes of it should the tenant come back.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct RemovalTests {
    @Test func nothingIsClaimedOnceTheRemovalHasBegun() async throws {
        try await withStore { store in
            try await store.register()
            let lease = try await store.takeLease()
            let records = try await store.publish([1])
            #expect(try await store.database.beginRemoval(of: store.tenant) == false)
            let claim = try await store.database.claim(
                store.entries(records),
                tenant: store.tenant,
                isAutomatic: true,
                under: lease
            )
            #expect(claim == nil)
            #expect(try await store.state(1) == .waiting)
        }
    }

    @Test func whatMayStandTwiceIsTold() async throws {
        try await withStore { store in
            try await store.register()
            let claim = try await store.claim([1], under: try await store.takeLease())
            _ = try await store.client.query(
                "update claims set was_in_doubt = true, try = 2, state = 'done', finished_at = now()"
            )
            _ = try await store.client.query("update documents set state = 'dead', stuck_batch = 9")
            let standing = try await store.database.standing(of: store.tenant)
            #expect(standing.twinTokens == ["MLC \(claim.id)/"])
            #expect(standing.twinsUntil.map { $0 > Date() } == true)
            #expect(standing.stuckBatches.map { $0.batch } == [9])
            _ = try await store.client.query("update claims set finished_at = now() - interval '25 hours'")
            #expect(try await store.database.standing(of: store.tenant).twinTokens.isEmpty)
        }
    }

    @Test func whatWasUnderWayIsNotEnteredAgain() async throws {
        try await withStore { store in
            try await store.register()
            let lease = try await store.takeLease()
            let unknown = try await store.claim([1], under: lease)
            let adopted = try await store.claim([2], under: lease)
            _ = try await store.database.adopt(adopted, batch: 7, under: lease)
            let entered = try await store.claim([3], under: lease)
            _ = try await store.database.adopt(entered, batch: 7, under: lease)
            _ = try await store.database.finish(
                entered,
                outcomes: [store.key(3): .entered(batch: 7, entry: 2)],
                under: lease
            )
            try await store.publish([4, 5])
            _ = try await store.client.query(
                "update documents set state = 'dead', stuck_batch = 9 where source_id = 4"
            )
            try await remove(store)
            try await store.register()
            // It comes back with another prefix.
            var renumbered = store.observed(3)
            renumbered.document = "UE100000003"
            try await store.record(
                store.observed(1),
                store.observed(2),
                renumbered,
                store.observed(4),
                store.observed(5)
            )
            let documents = try await store.documents([1, 2, 3, 4, 5])
            #expect(documents.map(\.state) == [.waiting, .entered, .entered, .waiting, .waiting])
            #expect(documents.map(\.isLeftOver) == [true, false, false, true, false])
            #expect(documents[0].reason?.contains("\"MLC \(unknown.id)/\"") == true)
            #expect(documents[3].reason?.contains("error batch 9, as US100000004") == true)
            #expect(documents[1].sageBatch == 7 && documents[1].sageDocument == nil)
            #expect(documents[2].sageBatch == 7 && documents[2].sageDocument == "US100000003")
            _ = try await store.client.query("update watched_batches set next_look_at = now()")
            let watched = try #require(try await store.database.takeBatchesToWatch(of: store.target).first)
            let entries = try await store.database.enteredDocuments(in: watched)
            #expect(entries.map(\.document) == ["US100000002", "US100000003"])
            #expect(entries.allSatisfy { $0.isRecalled && !$0.isTypedByHand && $0.customer == "W00000042" })
        }
    }

    /// A change in the store does not settle where it stands.
    @Test func aChangeInTheStoreDoesNotEnterWhatMayStandThere() async throws {
        try await withStore { store in
            try await store.register()
            _ = try await store.claim([1], under: try await store.takeLease())
            try await remove(store)
            try await store.register()
            try await store.record(store.observed(1))
            try await store.record(store.observed(1, content: "second"))
            let document = try await store.document(1)
            #expect(document.isLeftOver && document.revision == 2)
        }
    }

    private func remove(_ store: TestStore) async throws {
        _ = try await store.database.beginRemoval(of: store.tenant)
        #expect(try await store.database.beginErasing(store.tenant))
        let erasure = TenantErasure(store.database, tenant: store.tenant, erasesAudit: false)
        let counts = try await erasure.erase { _ in }
        _ = try await erasure.finish(by: "pat", counts)
    }
}
