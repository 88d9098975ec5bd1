import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct TenantTests {
    @Test func versionsCountChangedConfigurations() async throws {
        try await withStore { store in
            let first = try await store.database.apply(store.application())
            #expect(first == (1, true, false))
            let repeated = try await store.database.apply(store.application())
            #expect(repeated == (1, false, false))
            let changed = try await store.database.apply(store.application(configuration: "{}"))
            #expect(changed == (2, true, false))
            #expect(try await store.count("select count(*) from tenant_versions") == 2)
            let record = try #require(try await store.database.tenant(store.tenant))
            #expect(record.version == 2)
            #expect(record.configuration == "{}")
            #expect(try await store.database.tenants().map(\.tenant) == [store.tenant])
        }
    }

    @Test func companiesFollowTheFile() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            #expect(try await store.companies() == ["SAMINC", "SAMLTD"])
            _ = try await store.database.apply(store.application(companies: [store.otherCompany]))
            #expect(try await store.companies() == ["SAMLTD"])
        }
    }

    @Test func refusedApplicationChangesNothing() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            let credential = SealedCredential(system: .sage, field: "password", keyID: "k", sealed: [1])
            let twice = store.application(
                configuration: "{}",
                companies: [store.otherCompany],
                credentials: [credential, credential],
                fingerprint: "second"
            )
            // The second row of the same field violates the key, after everything else was written.
            await #expect(throws: PostgresError.self) { try await store.database.apply(twice) }
            #expect(try await store.database.tenant(store.tenant)?.version == 1)
            #expect(try await store.companies() == ["SAMINC", "SAMLTD"])
            #expect(try await store.database.credentials(of: store.tenant, for: .sage).isEmpty)
            #expect(try await store.count("select count(*) from sign_ins where fingerprint = 'first'") == 1)
        }
    }

    @Test func manyApplicationsOfANewTenantAtOnceSucceed() async throws {
        try await withStore { store in
            let (database, application) = (store.database, store.application())
            let versions = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await database.apply(application).version } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(versions == [1, 1, 1, 1])
        }
    }

    /// The same books at another address: nothing stays where nobody looks.
    @Test func whatIsUnderWayFollowsTheAddress() async throws {
        try await withStore { store in
            try await store.register()
            let lease = try await store.takeLease()
            let claim = try await store.claim([1], under: lease)
            let left = try await store.claim([2], under: lease)
            _ = try await store.database.adopt(left, batch: 7, under: lease)
            _ = try await store.database.finish(
                left,
                outcomes: [store.key(2): .entered(batch: 7, entry: 1)],
                under: lease
            )
            let address = "https://new.example.com/\(store.tenant)"
            _ = try await store.database.apply(store.application(configuration: "{}", address: address))
            let target = SageCompany(address: address, company: store.company)
            #expect(try await store.database.dueClaims(of: target).map(\.id) == [claim.id])
            _ = try await store.client.query("update watched_batches set next_look_at = now()")
            let watched = try await store.database.takeBatchesToWatch(of: target)
            #expect(watched.map(\.batch) == [7])
            let watch = try #require(watched.first)
            #expect(try await store.database.enteredDocuments(in: watch).map(\.key) == [store.key(2)])
        }
    }

    @Test func changedFileReconsidersHeldAndSkippedOnly() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            try await store.publish([1, 2, 3, 4, 5])
            let scenes: [(Int64, DocumentState)] = [
                (1, .held), (2, .skipped), (3, .posted), (4, .dead), (5, .waiting),
            ]
            for (id, state) in scenes { try await store.set(id, state) }
            _ = try await store.database.apply(store.application())
            #expect(try await store.state(1) == .held, "nothing changed, so nothing is reconsidered")
            _ = try await store.database.apply(store.application(configuration: "{}"))
            let documents = try await store.documents([1, 2, 3, 4, 5])
            #expect(documents.map(\.state) == [.waiting, .waiting, .posted, .dead, .waiting])
            #expect(documents.map(\.publishedRevision) == [0, 0, 1, 1, 1])
        }
    }

    @Test func whatAPersonDiscardedStaysDiscarded() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            let failure = try #require(try await store.fail([1]).first)
            #expect(try await store.database.discard(failure.id, why: "entered by hand"))
            _ = try await store.database.apply(store.application(configuration: "{}"))
            #expect(try await store.state(1) == .skipped)
        }
    }

    @Test func pausingIsSaidAndSeen() async throws {
        try await withStore { store in
            try await store.register()
            #expect(try await store.database.setPaused(true, tenant: store.tenant))
            #expect(try await store.database.tenant(store.tenant)?.isPaused == true)
            #expect(try await store.database.pauses().map(\.company) == ["SAMINC", "SAMLTD"])
            #expect(try await store.database.setPaused(false, tenant: store.tenant))
            #expect(try await store.database.pauses().isEmpty)
            let unknown = try #require(TenantID("nobody"))
            #expect(try await !store.database.setPaused(true, tenant: unknown))
        }
    }
}
