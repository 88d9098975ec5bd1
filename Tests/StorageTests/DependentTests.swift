import Accounting
import Foundation
import Storage
import Testing

/// What is held under another document goes on when that is settled.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct DependentTests {
    /// A credit memo that waits for an order.
    private func hold(_ memo: Int64, under order: Int64, _ store: TestStore) async throws {
        let record = try #require(try await store.publish([memo], .creditmemo).first)
        let transition = DocumentTransition(
            record.key,
            revision: record.revision,
            to: .held,
            reason: "its invoice is not posted yet",
            waitsFor: store.key(order),
            stage: "gate",
            detail: "its invoice is not posted yet"
        )
        #expect(try await store.database.transition([transition]) == [record.key])
    }

    /// Of this store's tenant; the database is shared.
    private func release(_ store: TestStore) async throws -> [DocumentKey] {
        try await store.database.releaseDependents().map(\.key).filter { $0.tenant == store.tenant }
    }

    @Test(arguments: [DocumentState.posted, .skipped, .superseded])
    func goesOnOnce(state: DocumentState) async throws {
        try await withStore { store in
            try await store.publish([1])
            try await hold(7, under: 1, store)
            #expect(try await release(store).isEmpty)
            #expect(try await store.document(7, .creditmemo).waitsForAnother)
            try await store.set(1, state)
            #expect(try await release(store) == [store.key(7, .creditmemo)])
            let released = try await store.document(7, .creditmemo)
            #expect(released.state == .waiting && released.reason == nil && !released.waitsForAnother)
            #expect(
                released.publishedRevision == 0,
                "whoever dies before publishing it leaves it to the sweep"
            )
            #expect(try await release(store).isEmpty)
        }
    }

    @Test(arguments: [DocumentState.waiting, .held, .posting, .inDoubt, .entered, .dead])
    func staysWhileThatIsOpen(state: DocumentState) async throws {
        try await withStore { store in
            try await store.publish([1])
            try await store.set(1, state)
            try await hold(7, under: 1, store)
            #expect(try await release(store).isEmpty)
            #expect(try await store.document(7, .creditmemo).state == .held)
        }
    }

    @Test func newRevisionForgetsWhatItWaitedFor() async throws {
        try await withStore { store in
            try await store.publish([1])
            try await hold(7, under: 1, store)
            try await store.record(store.observed(7, .creditmemo, content: "second"))
            try await store.set(1, .posted)
            #expect(try await release(store).isEmpty)
            #expect(try await store.document(7, .creditmemo).revision == 2)
        }
    }

    @Test func documentsOfAnOrderAreFoundByIt() async throws {
        try await withStore { store in
            var (order, memo, other) = (
                store.observed(1), store.observed(7, .creditmemo), store.observed(8, .creditmemo)
            )
            (order.orderID, memo.orderID, other.orderID) = (1, 1, 2)
            try await store.record(order, memo, other)
            let found = try await store.database.documents(of: store.tenant, store.company, order: 1)
            #expect(Set(found.map(\.key)) == [store.key(1), store.key(7, .creditmemo)])
        }
    }
}
