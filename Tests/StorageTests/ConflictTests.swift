import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Documents that meet somebody at work on their record.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct ConflictTests {
    @Test func aConflictIsCountedAndTheDocumentLeftAlone() async throws {
        try await withStore { store in
            try await store.publish([1, 2])
            let database = store.database
            let first = try await store.document(1)
            #expect(try await database.putOff([first], by: .seconds(60), reason: "locked") == [first.key])
            let delayed = try await store.document(1)
            #expect(delayed.state == .waiting)
            #expect((delayed.conflicts, delayed.attempts) == (1, 1))
            #expect(delayed.reason == "locked")
            let both = [delayed, try await store.document(2)]
            #expect(try await database.delayed(both) == [first.key])
            // Nobody takes it for lost while its message waits in the delay.
            try await store.age("2 minutes")
            _ = try await database.client.query("update documents set retry_at = now() - interval '1 minute'")
            let stranded = try await database.stranded(
                tenant: store.tenant,
                company: store.company,
                kinds: [.order],
                olderThan: .seconds(90),
                limit: 10
            )
            #expect(!stranded.map(\.key).contains(first.key))
            #expect(try await database.delayed([try await store.document(1)]).isEmpty)
        }
    }

    @Test func aNewRevisionBeginsAnew() async throws {
        try await withStore { store in
            try await store.publish([1])
            let first = try await store.document(1)
            _ = try await store.database.putOff([first], by: .seconds(60), reason: "locked")
            try await store.record(store.observed(1, content: "second"))
            let changed = try await store.document(1)
            #expect((changed.revision, changed.conflicts) == (2, 0))
            #expect(changed.retryAt == nil)
            // What met the older one is not counted any more.
            #expect(try await store.database.putOff([first], by: .seconds(60), reason: "locked").isEmpty)
        }
    }

    /// A customer stands already; only its update is put off.
    @Test func aCustomersUpdateIsNotLost() async throws {
        try await withStore { store in
            let database = store.database
            try await store.register()
            try await store.publish([7], .customer)
            try await store.set(7, .posted, .customer)
            let customer = try await store.document(7, .customer)
            #expect(
                try await database.putOff([customer], by: .seconds(60), reason: "locked") == [customer.key]
            )
            #expect(try await store.document(7, .customer).state == .posted)
            #expect(try await database.unfinishedCount(kinds: [.customer]) == 1)
            #expect(try await database.companiesWithStranded(olderThan: .seconds(90)).isEmpty)
            // Its message never came to be.
            try await store.age("10 minutes")
            _ = try await database.client.query(
                "update documents set retry_at = now() - interval '5 minutes'"
            )
            #expect(try await database.companiesWithStranded(olderThan: .seconds(90)).count == 1)
            let stranded = try await database.stranded(
                tenant: store.tenant,
                company: store.company,
                kinds: [.customer],
                olderThan: .seconds(90),
                limit: 10
            )
            #expect(stranded.map(\.key) == [customer.key])
            try await database.forgetConflicts(customer.key)
            #expect(try await database.companiesWithStranded(olderThan: .seconds(90)).isEmpty)
            #expect(try await database.unfinishedCount(kinds: [.customer]) == 0)
        }
    }

    @Test func whatIsDecidedIsNotPutOff() async throws {
        try await withStore { store in
            try await store.publish([1])
            let first = try await store.document(1)
            try await store.set(1, .posted)
            #expect(try await store.database.putOff([first], by: .seconds(60), reason: "locked").isEmpty)
        }
    }
}
