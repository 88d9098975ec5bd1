public import Accounting
import Crypto
import Foundation
import Glibc

/// Seals and opens credentials with the keys of `CREDENTIAL_KEY_FILE` (AES-256-GCM).
///
/// The newest key seals; every key of the file opens. Tenant, system and field are bound as additional data:
/// a row copied to another tenant or field does not open.
public struct Vault: Sendable {
    private let keys: [(id: String, key: SymmetricKey)]

    /// Reads a key file made by `create(at:)`.
    /// - Throws: `VaultError`; a file that others than its owner may read is refused.
    public init(file path: String) throws(VaultError) {
        // Opened first and looked at then: the mode is that of the file that is read, links followed.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path) }
        let mode = Int(status.st_mode & 0o7777)
        guard mode & 0o077 == 0 else { throw .tooOpen(path, mode: mode) }
        guard let data = try? handle.read(upToCount: 1 << 20) ?? Data() else { throw .unreadable(path) }
        guard let file = try? JSONDecoder().decode(KeyFile.self, from: data), !file.keys.isEmpty else {
            throw .malformed(path)
        }
        var keys: [(id: String, key: SymmetricKey)] = []
        for entry in file.keys {
            guard let bytes = Data(base64Encoded: entry.key), bytes.count == 32 else {
                throw .malformed(path)
            }
            keys.append((entry.id, SymmetricKey(data: bytes)))
        }
        self.keys = keys
    }

    /// Makes a new key file with one key, mode 0600. An existing file is never overwritten.
    public static func create(at path: String) throws(VaultError) {
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let file = KeyFile(keys: [.init(id: Self.newKeyID(), key: key.base64EncodedString())])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let content = try? encoder.encode(file) else { throw .malformed(path) }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path) : .unwritable(path, String(cString: strerror(errno)))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: content + Data("\n".utf8))
            try handle.synchronize()
        } catch {
            throw .unwritable(path, "it could not be written whole")
        }
    }

    /// Seals one secret for one place.
    public func seal(
        _ secret: Secret,
        tenant: TenantID,
        system: CredentialSystem,
        field: String
    ) throws(VaultError) -> SealedCredential {
        guard let newest = keys.last else { throw .unknownKey("") }
        let sealed = secret.withText { text in
            try? AES.GCM.seal(
                Data(text.utf8),
                using: newest.key,
                authenticating: Self.binding(tenant, system, field)
            ).combined
        }
        guard let sealed else { throw .cannotOpen(field) }
        return SealedCredential(
            system: system,
            field: field,
            keyID: newest.id,
            sealed: [UInt8](sealed),
            fingerprint: fingerprint([tenant.name, system.rawValue, field], secret: secret)
        )
    }

    /// Opens a secret.
    public func open(_ credential: SealedCredential, tenant: TenantID) throws(VaultError) -> Secret {
        guard let key = keys.last(where: { $0.id == credential.keyID }) else {
            throw .unknownKey(credential.keyID)
        }
        let binding = Self.binding(tenant, credential.system, credential.field)
        guard let box = try? AES.GCM.SealedBox(combined: Data(credential.sealed)),
            let bytes = try? AES.GCM.open(box, using: key.key, authenticating: binding)
        else { throw .cannotOpen(credential.field) }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    /// A keyed hash that tells whether two secrets are the same without telling either.
    public func fingerprint(_ parts: [String], secret: Secret) -> String {
        guard let oldest = keys.first else { return "" }
        return secret.withText { text in
            let message = Data((parts + [text]).joined(separator: "\u{0}").utf8)
            return HMAC<SHA256>.authenticationCode(for: message, using: oldest.key)
                .map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        }
    }

    private static func binding(_ tenant: TenantID, _ system: CredentialSystem, _ field: String) -> Data {
        Data("\(tenant.name)/\(system.rawValue)/\(field)".utf8)
    }

    private static func newKeyID() -> String { String(UUID().uuidString.lowercased().prefix(8)) }

    private struct KeyFile: Codable {
        struct Entry: Codable {
            let id: String
            let key: String
        }
        let keys: [Entry]
    }
}

/// Why the key file or a sealed credential cannot be used. No money is at risk: nothing is sent without it.
public enum VaultError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(String)
    case tooOpen(String, mode: Int)
    case malformed(String)
    case exists(String)
    case unwritable(String, String)
    case unknownKey(String)
    case cannotOpen(String)

    /// What happened and the next step.
    public var description: String {
        switch self {
        case .unreadable(let path):
            "The key file \(path) cannot be read. Check CREDENTIAL_KEY_FILE, or make one with `connectorctl keys generate --output \(path)`."
        case .tooOpen(let path, let mode):
            "The key file \(path) may be read by others (mode \(String(mode, radix: 8))). Run `chmod 600 \(path)`."
        case .malformed(let path):
            "\(path) is not a key file. Restore it from your backup; `connectorctl keys generate` makes a new one, after which every tenant file must be applied again."
        case .exists(let path):
            "\(path) exists and is left as it is: overwriting it would make every stored credential unreadable."
        case .unwritable(let path, let why):
            "\(path) cannot be written: \(why)."
        case .unknownKey(let id):
            "A stored credential was sealed with key \(id), which the key file does not hold. Restore the key file it came with, or apply the tenant file again."
        case .cannotOpen(let field):
            "The stored credential \(field) does not open with its key. Apply the tenant file again."
        }
    }
}
