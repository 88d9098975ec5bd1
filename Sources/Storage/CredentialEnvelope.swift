import Accounting
import Crypto
import Foundation

/// Where a credential belongs; bound to what is sealed.
struct CredentialPlace {
    let tenant: TenantID
    let system: CredentialSystem
    let field: String

    private enum Part: String {
        case secret
        case dataKey = "data-key"
    }

    /// Additional data of the secret itself. None of the parts can hold a slash.
    var ofSecret: Data { binding(.secret) }

    /// Additional data of the data key: a wrapped key taken for a secret does not open, nor the other way round.
    func ofDataKey(under keyID: String) -> Data { binding(.dataKey) + Data("/\(keyID)".utf8) }

    /// What releases before envelopes bound.
    var withoutEnvelope: Data { Data("\(tenant.name)/\(system.rawValue)/\(field)".utf8) }

    private func binding(_ part: Part) -> Data {
        Data("ml-connector/2/\(part.rawValue)/\(tenant.name)/\(system.rawValue)/\(field)".utf8)
    }
}

/// A secret under a key of its own, and that key under one of the key file's. Both are AES-256-GCM: nonce, ciphertext,
/// tag.
struct CredentialEnvelope {
    let sealed: [UInt8]
    /// Nil where a release before envelopes sealed with the file's key itself.
    let dataKey: [UInt8]?

    init(sealed: [UInt8], dataKey: [UInt8]?) {
        self.sealed = sealed
        self.dataKey = dataKey
    }

    /// Seals under a new data key; nil only if the cipher refuses.
    init?(sealing secret: Secret, for place: CredentialPlace, with key: KeyRing.Key) {
        let own = SymmetricKey(size: .bits256)
        let sealed = secret.withBytes { bytes in
            try? AES.GCM.seal(bytes, using: own, authenticating: place.ofSecret).combined
        }
        let wrapped = own.withUnsafeBytes { bytes in
            try? AES.GCM.seal(bytes, using: key.key, authenticating: place.ofDataKey(under: key.id)).combined
        }
        guard let sealed, let wrapped else { return nil }
        self.sealed = [UInt8](sealed)
        dataKey = [UInt8](wrapped)
    }

    /// Nil for what was damaged, belongs elsewhere or was sealed by another key of that id.
    func open(for place: CredentialPlace, with key: KeyRing.Key) -> Secret? {
        guard let dataKey else { return Self.open(sealed, with: key.key, binding: place.withoutEnvelope) }
        let binding = place.ofDataKey(under: key.id)
        let own = Self.opened(dataKey, with: key.key, binding: binding) { bytes in
            bytes.count == 32 ? SymmetricKey(data: bytes) : nil
        }
        return own.flatMap { Self.open(sealed, with: $0, binding: place.ofSecret) }
    }

    private static func open(_ sealed: [UInt8], with key: SymmetricKey, binding: Data) -> Secret? {
        opened(sealed, with: key, binding: binding) { Secret(utf8: $0) }
    }

    /// What `body` makes of the plain bytes, which are overwritten afterwards.
    private static func opened<Value>(
        _ sealed: [UInt8],
        with key: SymmetricKey,
        binding: Data,
        _ body: (UnsafeRawBufferPointer) -> Value?
    ) -> Value? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var plain = try? AES.GCM.open(box, using: key, authenticating: binding)
        else { return nil }
        let value = plain.withUnsafeBytes(body)
        plain.wipe()
        return value
    }
}

extension [UInt8] {
    /// Overwrites the bytes with zeros, in place where nobody else holds them.
    mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }
}

extension Data {
    /// Overwrites the bytes with zeros, in place where nobody else holds them.
    mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
    }
}
