import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// The bearer token that one process got for all.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct AccessTokenTests {
    private static let issued = Date(timeIntervalSince1970: 1_780_000_000)

    private func token(
        _ text: String,
        of tenant: TenantID,
        fingerprint: String = "first",
        age: TimeInterval = 0,
        in vault: Vault
    ) throws -> StoredAccessToken {
        try vault.seal(
            accessToken: Secret(text),
            of: tenant,
            fingerprint: fingerprint,
            issuedAt: Self.issued - age,
            expiresAt: Self.issued - age + 3600
        )
    }

    @Test func isKeptSealedForItsTenant() async throws {
        try await withVaultAndStore { vault, store in
            let kept = try token("eyJhbGciOi-bearer", of: store.tenant, in: vault)
            try await store.database.keep(accessToken: kept, of: store.tenant)
            let found = try #require(try await store.database.accessToken(of: store.tenant))
            #expect(found == kept)
            #expect(found.expiresAt == Self.issued + 3600)
            #expect(try vault.open(found, of: store.tenant) == Secret("eyJhbGciOi-bearer"))
            let other = try #require(TenantID("other"))
            #expect(throws: VaultError.cannotOpen("bearerToken")) { try vault.open(found, of: other) }
            let rows = try await store.client.query("select t::text from access_tokens t")
            let hexadecimal = "eyJhbGciOi-bearer".utf8.map { String($0, radix: 16) }.joined()
            let row: String = try #require(rows.first).get(0)
            #expect(!row.contains("eyJhbGciOi") && !row.contains(hexadecimal))
        }
    }

    @Test func anExpiryThatNobodySaidIsNone() async throws {
        try await withVaultAndStore { vault, store in
            let kept = try vault.seal(
                accessToken: Secret("token"),
                of: store.tenant,
                fingerprint: "first",
                issuedAt: Self.issued,
                expiresAt: nil
            )
            try await store.database.keep(accessToken: kept, of: store.tenant)
            #expect(try await store.database.accessToken(of: store.tenant) == kept)
        }
    }

    @Test func anOlderOneDoesNotTakeThePlaceOfANewer() async throws {
        try await withVaultAndStore { vault, store in
            let database = store.database
            let newer = try token("newer", of: store.tenant, in: vault)
            try await database.keep(accessToken: newer, of: store.tenant)
            let older = try token("older", of: store.tenant, age: 60, in: vault)
            try await database.keep(accessToken: older, of: store.tenant)
            #expect(try await database.accessToken(of: store.tenant) == newer)
            let newest = try token("newest", of: store.tenant, age: -60, in: vault)
            try await database.keep(accessToken: newest, of: store.tenant)
            #expect(try await database.accessToken(of: store.tenant) == newest)
        }
    }

    @Test func isVoidForOtherCredentials() async throws {
        try await withVaultAndStore { vault, store in
            let database = store.database
            let first = try token("first", of: store.tenant, in: vault)
            try await database.keep(accessToken: first, of: store.tenant)
            #expect(try await database.accessToken(of: store.tenant, fingerprint: "first") == first)
            #expect(try await database.accessToken(of: store.tenant, fingerprint: "second") == nil)
            // Issued to new credentials, even by a clock that is behind.
            let second = try token("second", of: store.tenant, fingerprint: "second", age: 90, in: vault)
            try await database.keep(accessToken: second, of: store.tenant)
            #expect(try await database.accessToken(of: store.tenant, fingerprint: "second") == second)
        }
    }

    @Test func goesWithItsTenant() async throws {
        try await withVaultAndStore { vault, store in
            let kept = try token("token", of: store.tenant, in: vault)
            try await store.database.keep(accessToken: kept, of: store.tenant)
            _ = try await store.client.query("delete from tenants")
            #expect(try await store.database.accessToken(of: store.tenant) == nil)
            // A refresh that ends after the removal keeps nothing, and is no error.
            try await store.database.keep(accessToken: kept, of: store.tenant)
            #expect(try await store.count("select count(*) from access_tokens") == 0)
        }
    }
}

/// A vault with a key of its own, and a store with the tenant in it.
func withVaultAndStore(_ body: (Vault, TestStore) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "key-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Vault.create(at: path)
    let vault = try Vault(file: path)
    try await withStore { store in
        _ = try await store.database.apply(store.application())
        try await body(vault, store)
    }
}
