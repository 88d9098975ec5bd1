public import Accounting
import Crypto
import Foundation

/// Seals and opens credentials with the keys of `CREDENTIAL_KEY_FILE` (AES-256-GCM, in envelopes).
///
/// Every credential is sealed with a data key of its own, and that one with a key of the file: the newest in force
/// seals, every one opens. Tenant, system and field are bound to both as additional data: a row copied to another
/// tenant or field does not open. The file is read again whenever it has changed, so that services go on while keys
/// rotate. Safe to use from any task.
public struct Vault: Sendable {
    private let ring: KeyRing

    /// Reads a key file made by `create(at:)`.
    /// - Throws: `VaultError`; a file that others than its owner may read is refused.
    public init(file path: String) throws(VaultError) { ring = try KeyRing(file: path) }

    /// Makes a new key file with one key, mode 0600. An existing file is never overwritten.
    public static func create(at path: String) throws(VaultError) {
        try KeyFile.new().write(to: path)
    }

    /// The ids of the keys that open, the newest last, as the file is now.
    public var keyIDs: [String] { ring.current().keys.map(\.id) }

    /// The id of the key that seals.
    public var sealingKeyID: String { ring.current().sealing.id }

    /// Seals one secret for one place.
    public func seal(
        _ secret: Secret,
        tenant: TenantID,
        system: CredentialSystem,
        field: String
    ) throws(VaultError) -> SealedCredential {
        let keys = ring.current()
        let place = CredentialPlace(tenant: tenant, system: system, field: field)
        guard let envelope = CredentialEnvelope(sealing: secret, for: place, with: keys.sealing) else {
            throw .cannotOpen(field)
        }
        return SealedCredential(
            system: system,
            field: field,
            keyID: keys.sealing.id,
            sealed: envelope.sealed,
            dataKey: envelope.dataKey,
            fingerprint: keys.fingerprint([tenant.name, system.rawValue, field], secret)
        )
    }

    /// Opens a secret.
    public func open(_ credential: SealedCredential, tenant: TenantID) throws(VaultError) -> Secret {
        let key = try ring.key(credential.keyID)
        let place = CredentialPlace(tenant: tenant, system: credential.system, field: credential.field)
        let envelope = CredentialEnvelope(sealed: credential.sealed, dataKey: credential.dataKey)
        guard let secret = envelope.open(for: place, with: key) else { throw .cannotOpen(credential.field) }
        return secret
    }

    /// A keyed hash that tells whether two secrets are the same without telling either. It stays what it is when keys
    /// rotate: what is remembered of a sign-in or a guest would not be recognised any more.
    public func fingerprint(_ parts: [String], secret: Secret) -> String {
        ring.current().fingerprint(parts, secret)
    }
}
