import Accounting
import ExactJSON
import Foundation
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// What is left to a person in Sage 300 is looked at until it is settled.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct WatchTests {
    private static func look(_ bench: Bench) async throws {
        _ = try await bench.client.query("update watched_batches set next_look_at = now()")
        let lease = try #require(
            try await bench.database.takeLease(bench.company.target, owner: .init(), for: .seconds(60))
        )
        await bench.steps(lease).lookAfterEarlierBatches()
        try await bench.database.release(lease)
    }

    /// Documents 1 to 3 in an Open batch of a company whose people post.
    private static func entered(_ bench: Bench) async throws -> Int64 {
        let lease = try await bench.takeLease()
        try await bench.steps(lease).enter(bench.claim([1, 2, 3], under: lease), hasDeliveries: true)
        try await bench.database.release(lease)
        return try #require(try await bench.document(1).sageBatch)
    }

    private static func watched(_ bench: Bench) async throws -> Int {
        try #require(try await bench.client.query("select count(*) from watched_batches").first).get(0)
    }

    @Test func aBatchThatAPersonPosted() async throws {
        try await withBench(posting: "review") { bench in
            let batch = try await Self.entered(bench)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.entered, .entered, .entered])
            try await bench.sage.act("ready", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.entered, .entered, .entered])
            try await bench.sage.act("post", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.posted, .posted, .posted])
            #expect(try await bench.events(1).last == "post posted")
            try await Self.look(bench)
            #expect(try await Self.watched(bench) == 0)
        }
    }

    @Test func aBatchThatAPersonDeleted() async throws {
        try await withBench(posting: "review") { bench in
            let batch = try await Self.entered(bench)
            try await bench.sage.act("delete", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.dead, .dead, .dead])
            #expect(try await bench.document(1).reason?.contains("removed in Sage 300") == true)
        }
    }

    @Test func anEntryThatAPersonTookOut() async throws {
        try await withBench(posting: "review") { bench in
            let batch = try await Self.entered(bench)
            try await bench.sage.act("deleteEntry", batch: batch, entry: 2)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.entered, .dead, .entered])
            #expect(try await bench.document(2).reason?.contains("removed in Sage 300") == true)
            try await bench.sage.act("post", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.posted, .dead, .posted])
        }
    }

    /// What fails when a person posts is cleaned up as if this program had posted it.
    @Test func anEntryThatFailedWhenAPersonPosted() async throws {
        try await withBench(posting: "review") { bench in
            let batch = try await Self.entered(bench)
            let asleep: JSON = ["code": "4000", "name": "Revenue", "status": "Inactive"]
            try await bench.sage.change("accounts", asleep)
            try await bench.sage.act("post", batch: batch)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2, 3]) == [.dead, .dead, .dead])
            #expect(try await bench.document(2).reason?.contains("account 4000 is inactive") == true)
            #expect(try await bench.standing() == ([], []))
        }
    }

    /// An error batch that cannot be cleaned: the document is not replayed before a person has cleaned it.
    @Test func anEntryThatCannotBeDeleted() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.change("customers", ["number": "SLEEPER", "status": "Inactive"])
            let claim = try await bench.claim([1, 2], under: lease, customers: [2: "SLEEPER"])
            // The first PATCH makes the batch ready; the second would delete the entry.
            try await bench.sage.setFaults(
                ["on": "PATCH AR/ARInvoiceBatches", "kind": "duplicateOtherText", "every": 2]
            )
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            try await bench.sage.setFaults()
            try await bench.database.release(lease)
            let document = try await bench.document(2)
            #expect(document.state == .dead)
            let stuck = try #require(document.stuckBatch)
            #expect(document.reason?.contains("could not be deleted from error batch \(stuck)") == true)
            try await Self.look(bench)
            #expect(try await bench.document(2).stuckBatch == stuck)
            try await bench.sage.act("deleteEntry", batch: stuck, entry: 1)
            try await Self.look(bench)
            #expect(try await bench.document(2).stuckBatch == nil)
            #expect(try await bench.document(2).state == .dead)
            #expect(try await bench.standing() == ([], ["US1"]))
        }
    }

    /// Posted by a person from the error batch: it is in the ledger, whether or not it was discarded before.
    @Test(arguments: [false, true])
    func anEntryThatAPersonPostedFromTheErrorBatch(_ isDiscarded: Bool) async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.change("customers", ["number": "SLEEPER", "status": "Inactive"])
            let claim = try await bench.claim([1, 2], under: lease, customers: [2: "SLEEPER"])
            try await bench.sage.setFaults(
                ["on": "PATCH AR/ARInvoiceBatches", "kind": "duplicateOtherText", "every": 2]
            )
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            try await bench.sage.setFaults()
            try await bench.database.release(lease)
            let stuck = try #require(try await bench.document(2).stuckBatch)
            if isDiscarded {
                _ = try await bench.client.query(
                    """
                    update documents set state = 'skipped', reason = 'discarded: by hand', death_id = null, death = null
                    where source_id = 2
                    """
                )
            }
            try await bench.sage.change("customers", ["number": "SLEEPER", "status": "Active"])
            try await bench.sage.act("post", batch: stuck)
            try await Self.look(bench)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.document(2).sageBatch == stuck)
            #expect(try await bench.document(2).stuckBatch == nil)
        }
    }

    /// Open batches with a token of this program that this database does not know are told, once, until they are gone.
    @Test func orphansAreTold() async throws {
        try await withBench(posting: "review") { bench in
            let known = try await Self.entered(bench)
            let foreign = try Bench.invoice(900, customer: "WEBGUEST").entryJSON
            let orphan = try await bench.enter("MLC 999999/1 acme", [foreign])
            _ = try await bench.enter("MLCs of another kind", [foreign])
            try await Self.look(bench)
            let findings = try await bench.database.findings(of: bench.tenant)
            #expect(findings.map(\.batch) == [orphan])
            #expect(findings.first?.kind == .orphan)
            #expect(known != orphan)
            try await bench.sage.act("delete", batch: orphan)
            _ = try await bench.client.query("update batch_sweeps set next_at = now()")
            try await Self.look(bench)
            #expect(try await bench.database.findings(of: bench.tenant).isEmpty)
        }
    }

    /// A change in the store does not take a document up again whose entry stands in an error batch.
    @Test func aStuckDocumentThatChangedStaysDead() async throws {
        try await withBench { bench in
            _ = try await bench.publish([1])
            _ = try await bench.client.query("update documents set state = 'dead', stuck_batch = 7")
            _ = try await bench.client.query("update documents set content_hash = 'x', revision = 1")
            _ = try await bench.publish([1])
            #expect(try await bench.document(1).revision == 2, "the change is remembered")
            #expect(try await bench.states([1]) == [.dead])
            #expect(try await bench.document(1).stuckBatch == 7)
        }
    }

    /// Its only document is about to be taken out by a cancellation, and perhaps is not: it is looked at again.
    @Test func aBatchOfACancelledDocumentStaysWatched() async throws {
        try await withBench(posting: "review") { bench in
            _ = try await Self.entered(bench)
            _ = try await bench.client.query("update documents set order_id = 5")
            _ = try await bench.publish([9])
            _ = try await bench.client.query(
                "update documents set kind = 'cancellation', order_id = 5 where source_id = 9"
            )
            try await Self.look(bench)
            #expect(try await Self.watched(bench) == 1)
            #expect(try await bench.states([1, 2, 3]) == [.entered, .entered, .entered])
        }
    }
}
