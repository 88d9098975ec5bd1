public import Accounting
public import Foundation
import PostgresClient

/// The bearer token a tenant's store is read with, encrypted, as one process got it for all.
public struct StoredAccessToken: Sendable, Hashable {
    /// The token, sealed for its tenant as `SealedCredential`s are, under a field name of its own.
    public let sealed: SealedCredential
    /// Keyed hash of the credentials it was issued to (`Vault.fingerprint`).
    public let fingerprint: String
    /// When it was issued, by this machine's clock.
    public let issuedAt: Date
    /// When it stops working; nil when its issuer did not say.
    public let expiresAt: Date?

    /// Not a key of the tenant file: `accessToken` is OAuth 1.0a's.
    static let field = "bearerToken"
}

extension Vault {
    /// Seals a bearer token for a tenant.
    /// - Parameter fingerprint: of the credentials it was issued to; a token of others is void.
    public func seal(
        accessToken: Secret,
        of tenant: TenantID,
        fingerprint: String,
        issuedAt: Date,
        expiresAt: Date?
    ) throws(VaultError) -> StoredAccessToken {
        let sealed = try seal(accessToken, tenant: tenant, system: .adobe, field: StoredAccessToken.field)
        return StoredAccessToken(
            sealed: SealedCredential(
                system: .adobe,
                field: sealed.field,
                keyID: sealed.keyID,
                sealed: sealed.sealed,
                dataKey: sealed.dataKey
            ),
            fingerprint: fingerprint,
            issuedAt: issuedAt,
            expiresAt: expiresAt
        )
    }

    /// Opens a bearer token.
    public func open(_ token: StoredAccessToken, of tenant: TenantID) throws(VaultError) -> Secret {
        try open(token.sealed, tenant: tenant)
    }
}

extension Database {
    /// The bearer token of a tenant's store, expired or not; nil when none was kept or its credentials changed.
    /// - Parameter fingerprint: when given, only a token that was issued to these credentials.
    public func accessToken(
        of tenant: TenantID,
        fingerprint: String? = nil
    ) async throws -> StoredAccessToken? {
        try await client.query(
            """
            select fingerprint, key_id, sealed, data_key, issued_at, expires_at from access_tokens
            where tenant = \(tenant.name) and coalesce(fingerprint = \(fingerprint), true)
            """
        ).first.map { row in
            StoredAccessToken(
                sealed: SealedCredential(
                    system: .adobe,
                    field: StoredAccessToken.field,
                    keyID: try row.get("key_id"),
                    sealed: try row.get("sealed"),
                    dataKey: try row.get("data_key")
                ),
                fingerprint: try row.get("fingerprint"),
                issuedAt: try row.get("issued_at"),
                expiresAt: try row.get("expires_at")
            )
        }
    }

    /// Keeps a new token in the place of the one before. One that is older than what is kept, for the same
    /// credentials, changes nothing; nor does one of a tenant that was removed meanwhile.
    public func keep(accessToken token: StoredAccessToken, of tenant: TenantID) async throws {
        let insertion: PostgresQuery =
            """
            insert into access_tokens (tenant, fingerprint, key_id, sealed, data_key, issued_at, expires_at)
            select tenant, \(token.fingerprint), \(token.sealed.keyID), \(token.sealed.sealed), \(token.sealed.dataKey),
                \(token.issuedAt), \(token.expiresAt)
            from tenants where tenant = \(tenant.name)
            on conflict (tenant) do update set fingerprint = excluded.fingerprint, key_id = excluded.key_id,
                sealed = excluded.sealed, data_key = excluded.data_key, issued_at = excluded.issued_at, expires_at = excluded.expires_at
                where access_tokens.fingerprint <> excluded.fingerprint
                    or access_tokens.issued_at <= excluded.issued_at
            """
        do { _ = try await client.query(insertion) } catch {
            // 23503: the tenant was removed between being seen and being referred to.
            guard error.sqlState == "23503" else { throw error }
        }
    }
}
