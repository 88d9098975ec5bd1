import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// One bad sign-in may lock a Sage 300 user: unproven ones are tried by one process at a time.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct SignInTests {
    private func ask(_ store: TestStore, _ process: UUID = UUID()) async throws -> SignInState {
        try await store.database.signIn(address: store.address, user: store.user, process: process)
    }

    private func prove(_ store: TestStore, _ company: CompanyID? = nil, fingerprint: String? = nil)
        async throws
    {
        try await store.database.proveSignIn(
            address: store.address,
            user: store.user,
            company: company ?? store.company,
            fingerprint: fingerprint
        )
    }

    private func refuse(_ store: TestStore, _ company: CompanyID, fingerprint: String? = nil) async throws {
        try await store.database.refuseSignIn(
            address: store.address,
            user: store.user,
            company: company,
            detail: "401",
            fingerprint: fingerprint
        )
    }

    @Test func oneProcessTriesAndItsSuccessIsEverybodys() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            let (database, address, user) = (store.database, store.address, store.user)
            let states = try await withThrowingTaskGroup(of: SignInState.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await database.signIn(address: address, user: user, process: UUID())
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states.count { $0 == .mayTry } == 1)
            #expect(states.count { $0 == .beingTried } == 5)
            try await prove(store)
            #expect(try await ask(store) == .proven)
        }
    }

    @Test func turnPassesOnWhenItIsYieldedOrRunsOut() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            let (first, second) = (UUID(), UUID())
            #expect(try await ask(store, first) == .mayTry)
            #expect(try await ask(store, first) == .mayTry, "its own turn")
            #expect(try await ask(store, second) == .beingTried)
            // Somebody else's yielding changes nothing.
            try await store.database.yieldSignIn(address: store.address, user: store.user, process: second)
            #expect(try await ask(store, second) == .beingTried)
            try await store.database.yieldSignIn(address: store.address, user: store.user, process: first)
            #expect(try await ask(store, second) == .mayTry)
            _ = try await store.client.query("update sign_ins set prover_until = now() - interval '1 second'")
            #expect(try await ask(store, first) == .mayTry)
        }
    }

    @Test func firstRefusalStopsEverybodyUntilTheCredentialChanges() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            #expect(try await ask(store) == .mayTry)
            try await refuse(store, store.company)
            #expect(try await ask(store) == .refused("401"))
            #expect(try await store.database.refusedSignIns().map(\.user) == [store.user])
            #expect(try await store.database.pauses().map(\.reason) == ["401", "401"])
            _ = try await store.database.apply(store.application())
            #expect(try await ask(store) == .refused("401"), "the same credential again")
            _ = try await store.database.apply(store.application(fingerprint: "second"))
            #expect(try await ask(store) == .mayTry)
            #expect(try await store.database.refusedSignIns().isEmpty)
        }
    }

    @Test func refusalByTheProvenCompanyStopsAll() async throws {
        try await withStore { store in
            try await store.register()
            try await refuse(store, store.company)
            #expect(try await ask(store) == .refused("401"))
        }
    }

    @Test func refusalByAnotherCompanyStopsThatOneOnly() async throws {
        try await withStore { store in
            try await store.register()
            try await refuse(store, store.otherCompany)
            #expect(try await ask(store) == .proven)
            let paused = try await store.database.pausedCompanies()
            #expect(Array(paused.keys) == [store.otherTarget])
            // No probe: every one would be another bad sign-in.
            #expect(try await !store.database.takeProbe(store.otherTarget, interval: .zero))
            for _ in 1...4 {
                let isPaused = try await store.database.recordFailure(
                    store.otherTarget,
                    reason: "no answer",
                    probeAfter: .zero
                )
                #expect(isPaused, "another failure does not end the stop")
            }
            #expect(try await !store.database.takeProbe(store.otherTarget, interval: .zero))
            #expect(try await store.database.pausedCompanies()[store.otherTarget]?.reason == "401")
            _ = try await store.database.apply(store.application(fingerprint: "second"))
            #expect(try await store.database.pausedCompanies().isEmpty)
        }
    }

    @Test func answerToAnOldCredentialSaysNothingOfTheNew() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            #expect(try await ask(store) == .mayTry)
            // The credential changes while the call is under way.
            _ = try await store.database.apply(store.application(fingerprint: "second"))
            try await refuse(store, store.company, fingerprint: "first")
            let process = UUID()
            #expect(try await ask(store, process) == .mayTry)
            try await prove(store, fingerprint: "first")
            #expect(try await ask(store, process) == .mayTry)
            #expect(try await store.database.pausedCompanies().isEmpty)
            try await prove(store, fingerprint: "second")
            #expect(try await ask(store) == .proven)
        }
    }

    @Test func replacedCredentialIsNeverTried() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application(fingerprint: "second"))
            func ask(_ fingerprint: String) async throws -> SignInState {
                try await store.database.signIn(
                    address: store.address,
                    user: store.user,
                    process: UUID(),
                    fingerprint: fingerprint
                )
            }
            guard case .refused = try await ask("first") else {
                Issue.record("a worker that has not seen the new credential tries the old one")
                return
            }
            #expect(try await ask("second") == .mayTry, "the turn was not taken by the old one")
            try await prove(store)
            guard case .refused = try await ask("first") else {
                Issue.record("the old credential passes for proven")
                return
            }
            #expect(try await ask("second") == .proven)
        }
    }

    @Test func resumingGivesARefusedSignInOneMoreTry() async throws {
        try await withStore { store in
            _ = try await store.database.apply(store.application())
            try await refuse(store, store.company)
            #expect(try await store.database.setPaused(false, tenant: store.tenant))
            #expect(try await ask(store) == .mayTry)
            #expect(try await ask(store) == .beingTried, "one process")
        }
    }

    @Test func resumingEndsTheStopOfARefusalAndNoOther() async throws {
        try await withStore { store in
            try await store.register()
            try await refuse(store, store.otherCompany)
            for _ in 1...3 {
                _ = try await store.database.recordFailure(
                    store.target,
                    reason: "no answer",
                    probeAfter: .seconds(60)
                )
            }
            #expect(try await store.database.pausedCompanies().count == 2)
            #expect(try await store.database.setPaused(false, tenant: store.tenant))
            let paused = try await store.database.pausedCompanies()
            #expect(Array(paused.keys) == [store.target], "that one is probed and goes on by itself")
            #expect(try await ask(store) == .proven)
        }
    }

    @Test func unknownSignInMayNotBeUsed() async throws {
        try await withStore { store in
            let state = try await ask(store)
            #expect(state == .beingTried)
        }
    }
}
