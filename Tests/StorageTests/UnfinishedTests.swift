import Accounting
import Storage
import Testing

/// When a worker may call itself idle.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct UnfinishedTests {
    private func unfinished(_ store: TestStore) async throws -> Int {
        try await store.database.unfinishedCount(kinds: [.order])
    }

    @Test func countsWhatIsWaitingBeingWrittenOrInDoubt() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish(Array(1...9))
            for (id, state) in zip(Int64(1)..., DocumentState.allCases) { try await store.set(id, state) }
            try await store.publish([20], .customer)
            // Not published: a poller's to see through, not a worker's.
            try await store.record(store.observed(30))
            #expect(try await unfinished(store) == 3)
            #expect(try await store.database.unfinishedCount(kinds: [.customer]) == 1)
        }
    }

    @Test func pausedTenantDoesNotCount() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            #expect(try await unfinished(store) == 1)
            _ = try await store.database.setPaused(true, tenant: store.tenant)
            #expect(try await unfinished(store) == 0)
        }
    }

    @Test func pausedCompanyDoesNotCount() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            for _ in 1...3 {
                _ = try await store.database.recordFailure(
                    store.otherTarget,
                    reason: "",
                    probeAfter: .seconds(1)
                )
            }
            #expect(try await unfinished(store) == 1, "another company is paused")
            for _ in 1...3 {
                _ = try await store.database.recordFailure(store.target, reason: "", probeAfter: .seconds(1))
            }
            #expect(try await unfinished(store) == 0)
        }
    }

    @Test func refusedSignInDoesNotCount() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            try await store.database.refuseSignIn(
                address: store.address,
                user: store.user,
                company: store.company,
                detail: "401"
            )
            #expect(try await unfinished(store) == 0)
        }
    }

    @Test func companyTakenOutOfTheFileDoesNotCount() async throws {
        try await withStore { store in
            try await store.register()
            try await store.publish([1])
            _ = try await store.database.apply(store.application(companies: [store.otherCompany]))
            #expect(try await unfinished(store) == 0)
        }
    }
}
