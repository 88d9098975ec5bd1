import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Stored credentials and tokens under a new key, while others are at them.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(2)))
struct KeyRotationTests {
    private func withVault(_ body: (TestStore, Vault, String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try Vault.create(at: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let vault = try Vault(file: path)
        try await withStore { store in try await body(store, vault, path) }
    }

    private func credentials(_ vault: Vault, _ tenant: TenantID, _ text: String = "secret") throws
        -> [SealedCredential]
    {
        try [
            vault.seal(Secret(text), tenant: tenant, system: .sage, field: "password"),
            vault.seal(Secret(text + "2"), tenant: tenant, system: .adobe, field: "accessToken"),
        ]
    }

    private func newKey(_ path: String) throws -> String {
        let id = try Vault.prepareKey(in: path).id
        try Vault.putInForce(id, in: path)
        return id
    }

    @Test func everythingIsSealedAnewAndNothingElseChanges() async throws {
        try await withVault { store, vault, path in
            _ = try await store.database.apply(
                store.application(credentials: try credentials(vault, store.tenant))
            )
            let token = try vault.seal(
                accessToken: Secret("token"),
                of: store.tenant,
                fingerprint: "f",
                issuedAt: Date(),
                expiresAt: nil
            )
            try await store.database.keep(accessToken: token, of: store.tenant)
            let before = try await store.database.credentialRecords(of: store.tenant)
            let new = try newKey(path)
            #expect(try await store.database.tenantsSealed(withOtherKeyThan: new) == [store.tenant])
            let done = try await store.database.reseal(store.tenant, with: vault)
            #expect(done.count == 3 && done.unopened.isEmpty)
            #expect(try await store.database.sealedByKey() == [new: 3])
            #expect(try await store.database.tenantsSealed(withOtherKeyThan: new) == [])
            // Without the old key.
            #expect(try Vault.drop([try #require(before.first?.keyID)], from: path).count == 1)
            let fresh = try Vault(file: path)
            let stored = try await store.database.credentials(of: store.tenant, for: .sage)
            #expect(try stored.map { try fresh.open($0, tenant: store.tenant) } == [Secret("secret")])
            let kept = try #require(try await store.database.accessToken(of: store.tenant, fingerprint: "f"))
            #expect(try fresh.open(kept, of: store.tenant) == Secret("token"))
            let after = try await store.database.credentialRecords(of: store.tenant)
            #expect(after.map(\.changedAt) == before.map(\.changedAt))
            // Nothing is left to do.
            #expect(try await store.database.reseal(store.tenant, with: vault).count == 0)
        }
    }

    @Test("a row that does not open is told of and left as it is")
    func damagedRowsStay() async throws {
        try await withVault { store, vault, path in
            _ = try await store.database.apply(
                store.application(credentials: try credentials(vault, store.tenant))
            )
            _ = try await store.client.query(
                "update credentials set sealed = sealed || '\\x00' where field = 'password'"
            )
            let new = try newKey(path)
            let done = try await store.database.reseal(store.tenant, with: vault)
            #expect(done.count == 1)
            #expect(done.unopened.map(\.field) == ["sage.password"])
            #expect(try await store.database.sealedByKey()[new] == 1)
        }
    }

    @Test("whoever applies a tenant file meanwhile has the last word")
    func applyingAtTheSameTime() async throws {
        try await withVault { store, vault, path in
            _ = try await store.database.apply(
                store.application(credentials: try credentials(vault, store.tenant))
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<15 {
                        let sealed = try credentials(vault, store.tenant, "round \(round)")
                        _ = try await store.database.apply(store.application(credentials: sealed))
                    }
                }
                group.addTask {
                    for _ in 0..<8 {
                        _ = try newKey(path)
                        _ = try await store.database.reseal(store.tenant, with: vault)
                    }
                }
                group.addTask {
                    // A service that reads all the time.
                    let service = try Vault(file: path)
                    for _ in 0..<60 {
                        for credential in try await store.database.credentials(of: store.tenant, for: .sage) {
                            _ = try service.open(credential, tenant: store.tenant)
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await store.database.reseal(store.tenant, with: vault)
            let stored = try await store.database.credentials(of: store.tenant, for: .sage)
            #expect(try stored.map { try vault.open($0, tenant: store.tenant) } == [Secret("round 14")])
        }
    }

    @Test func servicesWithoutTheKeyAreNamed() async throws {
        try await withVault { store, vault, path in
            let new = try newKey(path)
            let instance = UUID()
            let database = store.database
            try await database.announce(instance: UUID(), name: "old", host: "b", process: 2)
            try await database.announce(
                instance: instance,
                name: "poller",
                host: "a",
                process: 1,
                keys: ["x"]
            )
            #expect(try await database.servicesWithout(key: new).map(\.name) == ["poller", "old"])
            try await database.announce(
                instance: instance,
                name: "poller",
                host: "a",
                process: 1,
                keys: vault.keyIDs
            )
            #expect(try await database.servicesWithout(key: new).map(\.host) == ["b"])
            _ = try await store.client.query("update services set seen_at = now() - interval '11 seconds'")
            #expect(try await database.servicesWithout(key: new) == [])
        }
    }
}
