import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// What may have been typed by hand, what a person said to it, and who else was at the document just then.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct MatchTests {
    private func ledger(_ document: String, isPosted: Bool = true) -> StandingDocument {
        StandingDocument(
            document: document,
            customer: "1200",
            type: "Invoice",
            orderNumber: "100000001",
            date: CalendarDate("2026-01-02"),
            total: Decimal(string: "93.60"),
            currency: "USD",
            batch: 7,
            entry: 2,
            isPosted: isPosted
        )
    }

    private func found(
        _ store: TestStore,
        _ id: Int64,
        _ document: String,
        _ strength: MatchStrength = .certain,
        isPosted: Bool = true,
        revision: Int = 1
    ) -> FoundMatch {
        FoundMatch(
            key: store.key(id),
            revision: revision,
            ledger: ledger(document, isPosted: isPosted),
            strength: strength,
            reason: "same order number",
            isAmbiguous: false,
            ledgerHash: [1, 2, 3]
        )
    }

    /// Remembers a match of document 1, and gives it back with its number.
    private func match(_ store: TestStore, _ found: FoundMatch) async throws -> MatchRecord {
        try await store.database.record([found], lookedAt: [found.key])
        return try #require(
            try await store.database.matches(of: [found.key]).first {
                $0.found.ledger.document == found.ledger.document
            }
        )
    }

    private func link(_ store: TestStore, _ match: MatchRecord) async throws -> MatchVerdict {
        try await store.database.link(match, as: match.found.ledger, of: store.target, by: "pat")
    }

    @Test(arguments: [DocumentState.waiting, .held])
    func whatIsLinkedIsPostedAndNotEntered(state: DocumentState) async throws {
        try await withStore { store in
            try await store.register()
            let record = try #require(try await store.publish([1]).first)
            let match = try await match(store, found(store, 1, "IN123"))
            try await store.set(1, state)
            #expect(try await link(store, match) == .done)
            let linked = try await store.document(1)
            #expect(linked.state == .posted && linked.reason == nil)
            #expect(linked.sageDocument == "IN123" && linked.ledgerNumber == "IN123")
            #expect(linked.sageCustomer == "1200" && linked.sageBatch == 7 && linked.sageEntry == 2)
            #expect(linked.ledgerHash == [1, 2, 3])
            let told = try await store.database.events(of: store.key(1)).last
            #expect(told?.stage == "link" && told?.outcome == "posted")
            #expect(told?.detail.contains("linked to IN123 of customer 1200") == true)
            #expect(told?.detail.contains("by pat") == true)
            let lease = try await store.takeLease()
            let claim = try await store.database.claim(
                store.entries([record]),
                tenant: store.tenant,
                isAutomatic: true,
                under: lease
            )
            #expect(claim == nil, "a worker that had it in hand does not enter it")
            #expect(
                try await store.database.documents(of: store.tenant, numbered: "IN123").map(\.key) == [
                    linked.key
                ]
            )
            #expect(try await store.database.ownDocuments(["IN123", "IN9"], of: store.target) == ["IN123"])
        }
    }

    /// Whoever comes first has it.
    @Test func aWorkerAndAPersonAtTheSameMoment() async throws {
        try await withStore { store in
            try await store.register()
            var (entered, linked) = (0, 0)
            let lease = try await store.takeLease()
            for id in Int64(1)...24 {
                let records = try await store.publish([id])
                let match = try await match(store, found(store, id, "IN\(id)"))
                async let claim = store.database.claim(
                    store.entries(records),
                    tenant: store.tenant,
                    isAutomatic: true,
                    under: lease
                )
                async let verdict = link(store, match)
                let outcome = (try await claim != nil, try await verdict)
                let document = try await store.document(id)
                switch outcome {
                case (true, .movedOn(.posting)):
                    entered += 1
                    #expect(document.state == .posting && document.sageDocument == nil)
                case (false, .done):
                    linked += 1
                    #expect(document.state == .posted && document.claimID == nil)
                default: Issue.record("document \(id): \(outcome), \(document.state)")
                }
            }
            #expect(entered + linked == 24)
        }
    }

    @Test func oneThatWasTypedOnceIsLinkedOnce() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1, 2])
            try await store.database.record(
                [found(store, 1, "IN123"), found(store, 2, "IN123")],
                lookedAt: [store.key(1), store.key(2)]
            )
            let matches = try await store.database.matches(of: [store.key(1), store.key(2)])
            async let first = link(store, try #require(matches.first))
            async let second = link(store, try #require(matches.last))
            let verdicts = [try await first, try await second]
            #expect(verdicts.count { $0 == .done } == 1, "\(verdicts)")
            let states = [try await store.state(1), try await store.state(2)]
            #expect(Set(states) == [.posted, .waiting])
        }
    }

    /// What was held for an invoice that turns out to be another order's goes on.
    @Test func whatItIsNotGoesOnOnceItIsLinked() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1, 2])
            let other = try await match(store, found(store, 1, "IN123"))
            let mine = try await match(store, found(store, 2, "IN123"))
            try await hold(store, other)
            #expect(try await link(store, mine) == .done)
            #expect(try await store.state(2) == .posted)
            let document = try await store.document(1)
            #expect(document.state == .waiting && document.reason == nil && document.publishedRevision == 0)
            #expect(try await store.database.matches(of: [store.key(1)]).isEmpty)
        }
    }

    @Test func aDeathEndsWithTheLink() async throws {
        try await withStore { store in
            try await store.register()
            let failure = try #require(try await store.fail([1]).first)
            let match = try await match(store, found(store, 1, "IN123"))
            #expect(try await link(store, match) == .done)
            let resolved = try #require(try await store.database.failure(failure.id))
            #expect(resolved.resolution == "overtaken")
            #expect(resolved.resolvedWhy?.contains("linked to IN123") == true)
            #expect(try await store.database.openFailures().isEmpty)
        }
    }

    @Test func whatTheStoreChangedMeanwhileIsLookedAtAgain() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let match = try await match(store, found(store, 1, "IN123"))
            try await store.record(store.observed(1, content: "second"))
            #expect(try await link(store, match) == .movedOn(.waiting))
            #expect(try await store.document(1).sageDocument == nil)
        }
    }

    @Test func whatStandsInABatchNobodyPostedIsWatched() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let match = try await match(store, found(store, 1, "IN123", isPosted: false))
            #expect(try await link(store, match) == .done)
            #expect(try await store.state(1) == .entered)
            _ = try await store.client.query("update watched_batches set next_look_at = now()")
            let watched = try #require(try await store.database.takeBatchesToWatch(of: store.target).first)
            #expect(watched.batch == 7)
            let entry = try #require(try await store.database.enteredDocuments(in: watched).first)
            #expect(entry.isTypedByHand && entry.document == "IN123" && entry.customer == "1200")
            #expect(entry.total == Decimal(string: "93.60"))
        }
    }

    @Test func rejectedItGoesOnAndIsNotFoundAgain() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let match = try await match(store, found(store, 1, "IN123"))
            try await hold(store, match)
            #expect(try await store.database.reject(match, why: "another shop's", by: "pat") == .done)
            let document = try await store.document(1)
            #expect(document.state == .waiting && document.publishedRevision == 0 && document.reason == nil)
            try await store.database.record([found(store, 1, "IN123")], lookedAt: [store.key(1)])
            let again = try #require(try await store.database.matches(of: [store.key(1)]).first)
            #expect(again.decision == .rejected && again.why == "another shop's" && again.decidedBy == "pat")
            #expect(try await link(store, again) == .decided(.rejected))
        }
    }

    /// One of two is rejected: the other still holds it.
    @Test func whatElseItMayBeStillHoldsIt() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let first = try await match(store, found(store, 1, "IN123"))
            try await store.database.record([found(store, 1, "IN124", .likely)], lookedAt: [])
            try await hold(store, first)
            #expect(try await store.database.reject(first, why: "no", by: "pat") == .done)
            #expect(try await store.state(1) == .held)
            // Gone from Sage 300, it holds nothing any more.
            try await store.database.record([], lookedAt: [store.key(1)])
            #expect(try await store.state(1) == .waiting)
            #expect(try await store.database.matches(of: [store.key(1)]).map(\.decision) == [.rejected])
        }
    }

    /// What is held for something else is none of its business.
    @Test func otherReasonsToHoldStay() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let match = try await match(store, found(store, 1, "IN123"))
            try await store.set(1, .held)
            #expect(try await store.database.reject(match, why: "no", by: "pat") == .done)
            #expect(try await store.state(1) == .held)
        }
    }

    @Test func unlinkedItWaitsToBeEntered() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            let match = try await match(store, found(store, 1, "IN123"))
            #expect(try await store.database.unlink(match, why: "no", by: "pat") == .movedOn(.waiting))
            #expect(try await link(store, match) == .done)
            #expect(try await store.database.unlink(match, why: "a mistake", by: "pat") == .done)
            let document = try await store.document(1)
            #expect(document.state == .waiting && document.publishedRevision == 0)
            #expect(document.sageDocument == nil && document.sageCustomer == nil && document.sageBatch == nil)
            #expect(try await store.life(1).last == "unlink waiting")
            #expect(try await store.database.unlink(match, why: "no", by: "pat") == .decided(.rejected))
        }
    }

    @Test func whatHasBeenCreditedIsNotUnlinked() async throws {
        try await withStore { store in
            try await store.register()
            var (order, memo) = (store.observed(1), store.observed(7, .creditmemo))
            (order.orderID, memo.orderID) = (1, 1)
            try await store.record(order, memo)
            let match = try await match(store, found(store, 1, "IN123"))
            #expect(try await link(store, match) == .done)
            try await store.set(7, .posted, .creditmemo)
            #expect(
                try await store.database.unlink(match, why: "no", by: "pat") == .credited(by: "US100000007")
            )
            #expect(try await store.state(1) == .posted)
        }
    }

    /// Only what is not in the ledger can be looked for, the oldest first.
    @Test func whatIsStillToBeEnteredIsLookedFor() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1, 2, 3, 4, 5])
            try await store.set(2, .posted)
            try await store.set(3, .held)
            try await store.set(4, .skipped)
            try await store.publish([9], .customer)
            let undecided = try await store.database.undecided(
                of: store.tenant,
                store.company,
                since: nil,
                limit: 10
            )
            #expect(Set(undecided.map(\.key.sourceID)) == [1, 3, 5])
            let none = try await store.database.undecided(
                of: store.tenant,
                store.company,
                since: CalendarDate("2027-01-01"),
                limit: 10
            )
            #expect(none.isEmpty)
        }
    }

    /// Applying a tenant file again does not begin the cut-over anew.
    @Test func aCompanyIsPostedForSinceItsFirstFile() async throws {
        try await withStore { store in
            try await store.register()
            _ = try await store.client.query(
                "update companies set since = now() - interval '40 days' where tenant = \(store.tenant.name)"
            )
            try await store.register()
            let since = try #require(try await store.database.cutOver(of: store.tenant, store.company))
            #expect(since < Date().addingTimeInterval(-39 * 86_400))
            #expect(try await store.database.oldestToEnter(of: store.tenant, store.company) == nil)
            try await store.publish([1])
            let waiting = try await store.database.oldestToEnter(of: store.tenant, store.company)
            #expect(waiting == Date(timeIntervalSince1970: 1_767_225_600))
        }
    }

    private func hold(_ store: TestStore, _ match: MatchRecord) async throws {
        let reason = DocumentRecord.existingReason(
            match.found,
            more: 0,
            command: "connectorctl existing acme"
        )
        let transition = DocumentTransition(
            match.found.key,
            revision: 1,
            to: .held,
            reason: reason,
            stage: "existing",
            detail: reason
        )
        try #require(try await store.database.transition([transition]) == [match.found.key])
        #expect(try await store.document(1).isHeldAsExisting)
    }
}
