public import Accounting
import PostgresClient

/// What a credential is for: the store, the ledger, or telling the tenant's people.
public enum CredentialSystem: String, Sendable, CaseIterable { case adobe, sage, alerts }

/// A secret as it is stored: AES-256-GCM ciphertext with its data key, sealed in turn, and the id of the key that sealed
/// that.
public struct SealedCredential: Sendable, Hashable {
    /// The system it signs in to.
    public let system: CredentialSystem
    /// The tenant file's key, for instance `accessToken`.
    public let field: String
    /// Key that sealed it.
    public let keyID: String
    /// Nonce, ciphertext and tag.
    public let sealed: [UInt8]
    /// The key of `sealed`, itself sealed with the key of that id; nil in rows of releases before envelopes, which sealed
    /// with that key directly.
    public let dataKey: [UInt8]?
    /// Keyed hash of the secret, to tell a new one from the same one; nil where it was read from the database.
    public let fingerprint: String?
    /// The day it stops working, where the tenant file says so.
    public var expiresOn: CalendarDate?

    /// A sealed credential from its parts.
    public init(
        system: CredentialSystem,
        field: String,
        keyID: String,
        sealed: [UInt8],
        dataKey: [UInt8]? = nil,
        fingerprint: String? = nil,
        expiresOn: CalendarDate? = nil
    ) {
        self.system = system
        self.field = field
        self.keyID = keyID
        self.sealed = sealed
        self.dataKey = dataKey
        self.fingerprint = fingerprint
        self.expiresOn = expiresOn
    }
}

extension Database {
    /// The sealed credentials of a tenant for one system.
    public func credentials(of tenant: TenantID, for system: CredentialSystem) async throws
        -> [SealedCredential]
    {
        try await client.query(
            """
            select field, key_id, sealed, data_key from credentials
            where tenant = \(tenant.name) and system = \(system.rawValue) order by field
            """
        ).map { row in
            SealedCredential(
                system: system,
                field: try row.get("field"),
                keyID: try row.get("key_id"),
                sealed: try row.get("sealed"),
                dataKey: try row.get("data_key")
            )
        }
    }
}
