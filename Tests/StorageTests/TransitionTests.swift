import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct TransitionTests {
    private func held(_ record: DocumentRecord, revision: Int? = nil) -> DocumentTransition {
        DocumentTransition(
            record.key,
            revision: revision ?? record.revision,
            to: .held,
            reason: "status pending",
            stage: "gate",
            detail: "waits for payment"
        )
    }

    @Test func waitingDocumentMovesOnceAndIsTold() async throws {
        try await withStore { store in
            let record = try #require(try await store.publish([1]).first)
            #expect(try await store.database.transition([held(record)]) == [record.key])
            let document = try await store.document(1)
            #expect(document.state == .held)
            #expect(document.reason == "status pending")
            #expect(document.attempts == 1)
            let event = try #require(try await store.database.events(of: record.key).last)
            #expect(event.stage == "gate")
            #expect(event.outcome == "held")
            #expect(event.detail == "waits for payment")
            #expect(try await store.database.transition([held(record)]).isEmpty)
            #expect(try await store.life(1) == ["publish published", "gate held"])
        }
    }

    @Test func newerRevisionIsLeftAlone() async throws {
        try await withStore { store in
            let record = try #require(try await store.publish([1]).first)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await store.database.transition([held(record)]).isEmpty)
            #expect(try await store.state(1) == .waiting)
        }
    }

    @Test(arguments: DocumentState.allCases.filter { $0 != .waiting })
    func onlyWaitingDocumentsMove(state: DocumentState) async throws {
        try await withStore { store in
            let record = try #require(try await store.publish([1]).first)
            try await store.set(1, state)
            #expect(try await store.database.transition([held(record)]).isEmpty)
            #expect(try await store.state(1) == state)
        }
    }

    @Test func eachOfManyIsDecidedByItself() async throws {
        try await withStore { store in
            let records = try await store.publish([1, 2, 3])
            try await store.set(2, .posting)
            let transitions = [held(records[0]), held(records[1]), held(records[2], revision: 9)]
            #expect(try await store.database.transition(transitions) == [store.key(1)])
            #expect(try await store.documents([1, 2, 3]).map(\.state) == [.held, .posting, .waiting])
        }
    }

    @Test func deathIsRecordedWithTheState() async throws {
        try await withStore { store in
            try await store.publish([1])
            let death = try await store.kill(1)
            let document = try await store.document(1)
            #expect(document.state == .dead)
            #expect(document.deathID == death)
            #expect(document.deathLetter == #"{"death":"of 1"}"#)
        }
    }

    @Test func customerIsSettledByItsRevisionOnly() async throws {
        try await withStore { store in
            let record = try #require(try await store.publish([1], .customer).first)
            let number = try #require(CustomerNumber("W00000001"))
            try await store.record(store.observed(1, .customer, content: "second"))
            try await store.database.settle(record, as: .posted, customer: number, detail: "")
            #expect(try await store.document(1, .customer).state == .waiting)
            let newer = try await store.document(1, .customer)
            try await store.database.settle(newer, as: .posted, customer: number, detail: "")
            let settled = try await store.document(1, .customer)
            #expect(settled.state == .posted)
            #expect(settled.sageCustomer == "W00000001")
            #expect(try await store.life(1, .customer).last == "customer posted")
        }
    }

    @Test func documentsAreFoundByEitherNumber() async throws {
        try await withStore { store in
            try await store.publish([1, 2])
            for number in ["100000001", "US100000001"] {
                let found = try await store.database.documents(of: store.tenant, numbered: number)
                #expect(found.map(\.key.sourceID) == [1])
            }
            let counts = try await store.database.counts(of: store.tenant)
            #expect(counts.map(\.count) == [2])
            #expect(counts.map(\.state) == [.waiting])
        }
    }
}
