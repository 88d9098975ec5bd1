public import Accounting
import PostgresClient

/// Which system a credential is for.
public enum CredentialSystem: String, Sendable, CaseIterable { case adobe, sage }

/// A secret as it is stored: AES-256-GCM ciphertext with the id of the key that sealed it.
public struct SealedCredential: Sendable, Hashable {
    /// The system it signs in to.
    public let system: CredentialSystem
    /// The tenant file's key, for instance `accessToken`.
    public let field: String
    /// Key that sealed it.
    public let keyID: String
    /// Nonce, ciphertext and tag.
    public let sealed: [UInt8]

    /// A sealed credential from its parts.
    public init(system: CredentialSystem, field: String, keyID: String, sealed: [UInt8]) {
        self.system = system
        self.field = field
        self.keyID = keyID
        self.sealed = sealed
    }
}

extension Database {
    /// The sealed credentials of a tenant for one system.
    public func credentials(of tenant: TenantID, for system: CredentialSystem) async throws
        -> [SealedCredential]
    {
        try await client.query(
            """
            select field, key_id, sealed from credentials
            where tenant = \(tenant.name) and system = \(system.rawValue) order by field
            """
        ).map { row in
            SealedCredential(
                system: system,
                field: try row.get("field"),
                keyID: try row.get("key_id"),
                sealed: try row.get("sealed")
            )
        }
    }
}
