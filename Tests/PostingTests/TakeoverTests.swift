import Accounting
import ExactJSON
import PostgresClient
import Sage300
import Storage
import Testing

@testable import Posting

/// Workers that die, freeze and race, and people who work in Sage 300 meanwhile.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct TakeoverTests {
    /// Dead before the POST, or after it: the next worker cannot know, and looks.
    @Test(arguments: [false, true])
    func aWorkerDiedWhileEntering(_ hadArrived: Bool) async throws {
        try await withBench { bench in
            let old = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: old)
            try await bench.database.send(claim, under: old)
            if hadArrived { _ = try await bench.enterAgain(claim) }
            let lease = try await bench.takeOver()
            try await bench.resolve(lease)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.standing() == ([], ["US1", "US2"]))
            #expect(try await bench.sage.count("POST AR/ARInvoiceBatches") == 1)
            #expect(try await bench.openClaims() == 0)
        }
    }

    /// Dead between the claim and the POST: nothing of it can be there, and nobody waits or looks for it.
    @Test func aWorkerDiedBeforeSending() async throws {
        try await withBench { bench in
            _ = try await bench.claim([1, 2], under: bench.takeLease())
            let lease = try await bench.takeOver()
            try await bench.steps(lease).resolveDueClaims()
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.events(1).contains { $0.contains("inDoubt") } == false)
        }
    }

    /// One that froze before it sent wakes late: it sends nothing.
    @Test func anOldFenceSendsNothing() async throws {
        try await withBench(posting: "review") { bench in
            let old = try await bench.takeLease()
            let claim = try await bench.claim([1], under: old)
            let new = try await bench.takeOver()
            try await bench.resolve(new)
            #expect(try await bench.states([1]) == [.entered])
            let error = await failure { try await bench.steps(old).enter(claim, hasDeliveries: true) }
            #expect(error is LeaseLost)
            #expect(try await bench.standing() == (["US1"], []))
        }
    }

    /// One that froze while it sent wakes late: its batch stays Open, is never adopted, and is emptied.
    @Test func anOldFenceAdoptsNothing() async throws {
        try await withBench(posting: "review") { bench in
            let old = try await bench.takeLease()
            let claim = try await bench.claim([1], under: old)
            try await bench.database.send(claim, under: old)
            let new = try await bench.takeOver()
            try await bench.resolve(new)
            #expect(try await bench.states([1]) == [.entered])
            let late = try await bench.enterAgain(claim)
            let error = await failure { _ = try await bench.database.adopt(claim, batch: late, under: old) }
            #expect(error is LeaseLost)
            #expect(try await bench.standing() == (["US1", "US1"], []))
            _ = try await bench.client.query("update claims set due_at = due_at - interval '1 hour'")
            #expect(try await bench.database.companiesToLookAfter() == [bench.company.target])
            await bench.steps(new).lookAfterEarlierBatches()
            #expect(try await bench.standing() == (["US1"], []))
            #expect(try await bench.database.takeClaimsToWatch(of: bench.company.target).isEmpty)
        }
    }

    /// Its POST is refused when it wakes: what its successor adopted is not emptied, nor does the document wait.
    @Test(arguments: ["conflict", "duplicateOtherText"])
    func aRefusalAfterTheTakeoverChangesNothing(_ fault: String) async throws {
        try await withBench(posting: "review") { bench in
            let old = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: old)
            let new = try await bench.takeOver()
            try await bench.resolve(new)
            #expect(try await bench.states([1, 2]) == [.entered, .entered])
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": .string(fault), "first": 1]
            )
            let error = await failure { try await bench.steps(old).enter(claim, hasDeliveries: true) }
            #expect(error is LeaseLost)
            #expect(try await bench.states([1, 2]) == [.entered, .entered])
            #expect(try await bench.standing() == (["US1", "US2"], []))
        }
    }

    /// The first POST arrives after the second was sent: one of the two is emptied before anything is posted.
    @Test func aLateTwinIsVoided() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.database.doubt(claim, settle: .zero, detail: "lost", under: lease)
            let second = try await bench.database.retry(claim, under: lease)
            let batch = try await bench.enterAgain(second)
            let twin = try await bench.enterAgain(claim)
            _ = try await bench.database.adopt(second, batch: batch, under: lease)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.document(1).sageBatch == batch)
            #expect(try await bench.standing() == ([], ["US1", "US2"]))
            let voided = try #require(try await bench.batches().first { $0.number == twin })
            #expect(voided.description == "VOID duplicate of MLC \(claim.id)/")
            #expect(voided.entries.isEmpty)
        }
    }

    /// A person posted the twin: it counts, and the batch we had adopted is emptied instead.
    @Test func aTwinThatAPersonPostedCounts() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.database.doubt(claim, settle: .zero, detail: "lost", under: lease)
            let second = try await bench.database.retry(claim, under: lease)
            let batch = try await bench.enterAgain(second)
            let twin = try await bench.enterAgain(claim)
            try await bench.sage.act("post", batch: twin)
            _ = try await bench.database.adopt(second, batch: batch, under: lease)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.document(1).sageBatch == twin)
            #expect(try await bench.standing() == ([], ["US1", "US2"]))
        }
    }

    /// The first POST arrived after all, and the second is refused for it: the first counts.
    @Test func anEarlierTryIsWhyTheNextIsRefused() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1], under: lease)
            try await bench.database.doubt(claim, settle: .zero, detail: "lost", under: lease)
            let second = try await bench.database.retry(claim, under: lease)
            let batch = try await bench.enterAgain(claim)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": "duplicateOtherText", "first": 1]
            )
            try await bench.steps(lease).enter(second, hasDeliveries: false)
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await bench.document(1).sageBatch == batch)
            #expect(try await bench.standing() == ([], ["US1"]))
        }
    }

    /// Between deciding and emptying the company may have changed hands.
    @Test func anOldFenceEmptiesNothing() async throws {
        try await withBench(posting: "review") { bench in
            let old = try await bench.takeLease()
            let claim = try await bench.claim([1], under: old)
            let number = try await bench.enterAgain(claim)
            let batch = try #require(try await bench.batches().first { $0.number == number })
            _ = try await bench.takeOver()
            let error = await failure { _ = try await bench.steps(old).void([batch], claim) }
            #expect(error is LeaseLost)
            #expect(try await bench.standing() == (["US1"], []))
        }
    }

    /// `MLC 1/` of another installation, or `MLC 10/`: nothing of theirs is taken or emptied.
    @Test func anothersBatchIsLeftAlone() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1], under: lease)
            let foreign = try Bench.invoice(900, customer: "WEBGUEST").entryJSON
            let other = try await bench.enter("MLC \(claim.id)/1 elsewhere", [foreign])
            _ = try await bench.enterAgain(claim, as: "MLC \(claim.id)0/1 acme")
            try await bench.database.doubt(claim, settle: .zero, detail: "lost", under: lease)
            try await bench.resolve(lease, rounds: 3)
            #expect(try await bench.states([1]) == [.posted])
            #expect(try await bench.standing() == (["US1", "US900"], ["US1"]))
            #expect(try await bench.batches().first { $0.number == other }?.status == .open)
        }
    }

    @Test func anEntryThatAPersonAddedIsLeftAlone() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1], under: lease)
            let stranger = try Bench.invoice(900, customer: "WEBGUEST").entryJSON
            let ours = try JSON(parsing: try #require(claim.entries.first).payload)
            let batch = try await bench.enter("\(claim.token) acme", [ours, stranger])
            _ = try await bench.database.adopt(claim, batch: batch, under: lease)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1]) == [.entered])
            #expect(try await bench.standing() == (["US1", "US900"], []))
        }
    }

    @Test func aBatchThatAPersonDeleted() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1], under: lease)
            let batch = try await bench.enterAgain(claim)
            _ = try await bench.database.adopt(claim, batch: batch, under: lease)
            try await bench.sage.act("delete", batch: batch)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1]) == [.dead])
            #expect(try await bench.document(1).reason?.contains("removed in Sage 300") == true)
            #expect(try await bench.openClaims() == 0)
        }
    }

    /// A person took one entry out and posted the rest: both documents have an end, and so has the claim.
    @Test func anEntryThatAPersonRemovedBeforePosting() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            let batch = try await bench.enterAgain(claim)
            _ = try await bench.database.adopt(claim, batch: batch, under: lease)
            try await bench.sage.act("deleteEntry", batch: batch, entry: 1)
            try await bench.sage.act("post", batch: batch)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.dead, .posted])
            #expect(try await bench.openClaims() == 0)
        }
    }

    /// In a company whose people post, what a person made ready is theirs to post.
    @Test func aBatchThatAPersonMadeReadyIsLeftToThem() async throws {
        try await withBench(posting: "review") { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.database.doubt(claim, settle: .zero, detail: "lost", under: lease)
            try await bench.sage.act("ready", batch: bench.enterAgain(claim))
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.entered, .entered])
            #expect(try await bench.sage.count("POST AR/ARPostInvoices") == 0)
            #expect(try await bench.openClaims() == 0)
        }
    }

    /// Made ready before it could be verified, with a total that is not the store's: not posted by us.
    @Test func aReadyBatchWithAnotherTotalIsNotPosted() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARInvoiceBatches", "kind": "roundingOffBy001", "first": 1]
            )
            let batch = try await bench.enterAgain(claim)
            try await bench.sage.act("ready", batch: batch)
            _ = try await bench.database.adopt(claim, batch: batch, under: lease)
            try await bench.resolve(lease, rounds: 2)
            #expect(try await bench.states([1, 2]) == [.posting, .posting])
            #expect(try await bench.sage.count("POST AR/ARPostInvoices") == 0)
            try await bench.sage.act("post", batch: batch)
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.posted, .posted])
            #expect(try await bench.events(1).contains("post total differs"))
        }
    }

    /// Repeating a conclusion after a crash tells nothing twice.
    @Test func aDeathIsToldOnce() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            let batch = try await bench.enterAgain(claim)
            let adopted = try await bench.database.adopt(claim, batch: batch, under: lease)
            let steps = bench.steps(lease)
            let failure = Failure(.ledger, code: "x", reason: "No.", nextStep: "None.")
            try await steps.conclude(adopted, fates: [bench.key(1): .dead(failure)])
            let death = try await bench.document(1).deathID
            try await steps.conclude(adopted, fates: [bench.key(1): .dead(failure)])
            #expect(try await bench.document(1).deathID == death)
            #expect(try await bench.events(1).filter { $0 == "die dead" }.count == 1)
        }
    }

    /// One claim that Sage 300 refuses to go on with does not keep the company's others waiting.
    @Test func aStuckClaimDoesNotHoldUpTheOthers() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let stuck = try await bench.claim([1], under: lease)
            try await bench.database.doubt(stuck, settle: .zero, detail: "lost", under: lease)
            let other = try await bench.claim([2], under: lease)
            _ = try await bench.database.adopt(other, batch: bench.enterAgain(other), under: lease)
            try await bench.sage.setFaults(
                ["on": "GET AR/ARInvoiceBatches", "kind": "duplicateOtherText", "first": 1]
            )
            try await bench.resolve(lease, rounds: 1)
            #expect(try await bench.states([1, 2]) == [.inDoubt, .posted])
        }
    }

    /// Sent again and again, never answered and never there: the document that Sage 300 chokes on is found by halving.
    @Test func whatIsNeverAnsweredIsHalved() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let claim = try await bench.claim([1, 2], under: lease)
            try await bench.sage.setFaults([
                "on": "POST AR/ARInvoiceBatches", "kind": "status500html", "first": 8,
            ])
            _ = await failure { try await bench.steps(lease).enter(claim, hasDeliveries: true) }
            // Three tries of both, then two of one alone and three of the other.
            for _ in 1...40 {
                _ = try await bench.client.query("update claims set due_at = now() where finished_at is null")
                _ = await failure { try await bench.steps(lease).resolveDueClaims() }
                if try await bench.openClaims() == 0 { break }
            }
            let states = try await bench.states([1, 2])
            try #require(Set(states) == [.dead, .posted], "\(states)")
            let dead: Int64 = states[0] == .dead ? 1 : 2
            #expect(try await bench.document(dead).reason?.contains("never answered") == true)
            #expect(try await bench.standing() == ([], ["US\(3 - dead)"]))
        }
    }
}
