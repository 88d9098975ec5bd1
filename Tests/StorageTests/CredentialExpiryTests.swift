import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// When credentials were changed and when they end.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct CredentialExpiryTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)  // 2027-01-15T08:00:00Z

    private func password(
        _ text: String,
        of tenant: TenantID,
        expires day: String? = nil,
        in vault: Vault
    ) throws -> SealedCredential {
        var sealed = try vault.seal(Secret(text), tenant: tenant, system: .sage, field: "password")
        sealed.expiresOn = day.flatMap { CalendarDate($0) }
        return sealed
    }

    @Test(arguments: [
        ("2027-01-30", nil), ("2027-01-29", "expires in 14 days"), ("2027-01-16", "expires in 1 day"),
        ("2027-01-15", "expires today"), ("2027-01-14", "expired"), ("2020-02-29", "expired"),
        ("9999-12-31", nil),
    ])
    func peopleAreWarnedFromTwoWeeksBefore(_ day: String, _ warning: String?) throws {
        #expect(CredentialExpiry.warning(of: try #require(CalendarDate(day)), at: Self.now) == warning)
    }

    @Test func theFirstToEndComesFirst() async throws {
        try await withVaultAndStore { vault, store in
            let ends = ["acme": "2027-01-20", "borg": "2027-01-02", "cyan": "2027-02-01", "dodo": nil]
            for (name, end) in ends {
                let tenant = try #require(TenantID(name))
                let credential = try password("secret", of: tenant, expires: end, in: vault)
                _ = try await store.database.apply(store.application(of: tenant, credentials: [credential]))
            }
            func expiring(_ days: Int) async throws -> [String] {
                try await store.database.expiringCredentials(within: .seconds(days * 86_400), at: Self.now)
                    .map(\.warning)
            }
            let warnings = [
                "tenant borg: sage.password expired (2027-01-02); apply the tenant file with a new one",
                "tenant acme: sage.password expires in 5 days (2027-01-20); apply the tenant file with a new one",
                "tenant cyan: sage.password expires in 17 days (2027-02-01); apply the tenant file with a new one",
            ]
            #expect(try await expiring(4) == Array(warnings[..<1]))
            #expect(try await expiring(14) == Array(warnings[..<2]))
            #expect(try await expiring(17) == warnings)
        }
    }

    @Test func changedIsWhenTheSecretChanged() async throws {
        try await withVaultAndStore { vault, store in
            func apply(_ text: String, _ day: String? = nil) async throws -> CredentialRecord {
                let credential = try password(text, of: store.tenant, expires: day, in: vault)
                _ = try await store.database.apply(store.application(credentials: [credential]))
                return try #require(try await store.database.credentialRecords(of: store.tenant).first)
            }
            let first = try await apply("first")
            #expect(first.expiresOn == nil)
            #expect(first.warning(at: Self.now) == nil)
            let again = try await apply("first", "2027-01-16")
            #expect(again.changedAt == first.changedAt)
            #expect(again.expiresOn?.description == "2027-01-16")
            #expect(again.warning(at: Self.now) == "expires in 1 day")
            let second = try await apply("second")
            #expect(second.changedAt > first.changedAt)
            #expect(second.expiresOn == nil)
        }
    }

    @Test func aBearerTokenEndsWithTheStoresCredentialsOnly() async throws {
        try await withVaultAndStore { vault, store in
            func apply(_ clientSecret: String, _ password: String) async throws -> StoredAccessToken? {
                let credentials = [
                    try vault.seal(
                        Secret(clientSecret),
                        tenant: store.tenant,
                        system: .adobe,
                        field: "clientSecret"
                    ), try self.password(password, of: store.tenant, in: vault),
                ]
                _ = try await store.database.apply(store.application(credentials: credentials))
                return try await store.database.accessToken(of: store.tenant)
            }
            _ = try await apply("first", "first")
            let token = try vault.seal(
                accessToken: Secret("token"),
                of: store.tenant,
                fingerprint: "first",
                issuedAt: Self.now,
                expiresAt: nil
            )
            try await store.database.keep(accessToken: token, of: store.tenant)
            #expect(try await apply("first", "first") == token)
            #expect(try await apply("first", "second") == token)
            #expect(try await apply("second", "second") == nil)
        }
    }
}
