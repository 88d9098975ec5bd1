import Accounting
import PostgresClient
import Storage
import Testing

/// What crashed publishers left behind is found again.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct SweepTests {
    @Test func unpublishedRevisionsAreFoundOnceOldEnough() async throws {
        try await withStore { store in
            try await store.publish([1])
            try await store.record(store.observed(2))
            let database = store.database
            #expect(try await database.unpublished(olderThan: .seconds(10), limit: 10).isEmpty)
            try await store.age("1 minute")
            let left = try await database.unpublished(olderThan: .seconds(10), limit: 10)
            #expect(left.map(\.key.sourceID) == [2])
            try await database.markPublished(left)
            #expect(try await database.unpublished(olderThan: .zero, limit: 10).isEmpty)
        }
    }

    @Test func unpublishedAreTakenOldestFirstUpToTheLimit() async throws {
        try await withStore { store in
            for id in [3, 1, 2] {
                try await store.record(store.observed(Int64(id)))
                try await store.age("1 minute")
            }
            let left = try await store.database.unpublished(olderThan: .seconds(10), limit: 2)
            #expect(left.map(\.key.sourceID) == [3, 1])
        }
    }

    @Test func waitingDocumentsWhoseMessagesAreLostAreStranded() async throws {
        try await withStore { store in
            try await store.publish([1, 2, 3])
            try await store.publish([4], .customer)
            try await store.set(2, .posted)
            try await store.record(store.observed(5))
            let kinds: [DocumentKind] = [.order, .creditmemo]
            func stranded() async throws -> [Int64] {
                try await store.database.stranded(
                    tenant: store.tenant,
                    company: store.company,
                    kinds: kinds,
                    olderThan: .seconds(90),
                    limit: 10
                ).map(\.key.sourceID)
            }
            #expect(try await stranded().isEmpty)
            try await store.age("2 minutes")
            #expect(try await stranded().sorted() == [1, 3])
            // Published again, they are given time again.
            try await store.database.markPublished([try await store.document(1)])
            #expect(try await stranded() == [3])
        }
    }

    @Test func deathsTheBrokerHasNotConfirmedAreFound() async throws {
        try await withStore { store in
            try await store.publish([1, 2])
            try await store.publish([3], .customer)
            let deaths = [try await store.kill(1), try await store.kill(2)]
            try await store.kill(3, .customer)
            let database = store.database
            #expect(try await database.unpublishedDeaths(kinds: [.order], olderThan: .seconds(5)).isEmpty)
            try await store.age("1 minute")
            let left = try await database.unpublishedDeaths(kinds: [.order], olderThan: .seconds(5))
            #expect(left.map(\.deathID) == deaths)
            #expect(left.map(\.deathLetter) == [#"{"death":"of 1"}"#, #"{"death":"of 2"}"#])
            try await database.markDeathsPublished([deaths[0]])
            let rest = try await database.unpublishedDeaths(kinds: [.order], olderThan: .seconds(5))
            #expect(rest.map(\.key.sourceID) == [2])
            // A newer revision takes the place of a death nobody has heard of.
            try await store.record(store.observed(2, content: "second"))
            try await store.age("1 minute")
            #expect(try await database.unpublishedDeaths(kinds: [.order], olderThan: .zero).isEmpty)
        }
    }
}
