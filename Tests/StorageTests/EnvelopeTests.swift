import Accounting
import Crypto
import Foundation
import Storage
import Testing

/// Credentials under keys of their own.
struct EnvelopeTests {
    private func vault(_ body: (String, Vault) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try Vault.create(at: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path, try Vault(file: path))
    }

    private func tenant(_ name: String = "acme") throws -> TenantID { try #require(TenantID(name)) }

    private func change(
        _ credential: SealedCredential,
        sealed: [UInt8]? = nil,
        dataKey: [UInt8]?,
        field: String? = nil
    ) -> SealedCredential {
        SealedCredential(
            system: credential.system,
            field: field ?? credential.field,
            keyID: credential.keyID,
            sealed: sealed ?? credential.sealed,
            dataKey: dataKey
        )
    }

    @Test func eachHasAKeyOfItsOwn() throws {
        try vault { _, vault in
            let both = try (0..<2).map { _ in
                try vault.seal(Secret("secret"), tenant: try tenant(), system: .sage, field: "password")
            }
            #expect(both[0].dataKey?.count == 60)
            #expect(both[0].dataKey != both[1].dataKey)
            // Neither goes with the other's text.
            let mixed = change(both[0], dataKey: both[1].dataKey)
            #expect(throws: VaultError.cannotOpen("password")) { try vault.open(mixed, tenant: try tenant()) }
        }
    }

    @Test("a copied row opens nowhere else, whole or in parts")
    func copiesDoNotOpen() throws {
        try vault { _, vault in
            let own = try vault.seal(Secret("own"), tenant: try tenant(), system: .sage, field: "password")
            let other = try vault.seal(
                Secret("other"),
                tenant: try tenant("globex"),
                system: .sage,
                field: "password"
            )
            for (sealed, dataKey) in [
                (other.sealed, other.dataKey), (own.sealed, other.dataKey), (other.sealed, own.dataKey),
                (own.sealed, nil), (own.dataKey ?? [], nil), (own.dataKey ?? [], own.dataKey),
            ] {
                let copy = change(own, sealed: sealed, dataKey: dataKey)
                #expect(throws: VaultError.cannotOpen("password")) {
                    try vault.open(copy, tenant: try tenant())
                }
            }
            #expect(throws: VaultError.cannotOpen("webhook")) {
                try vault.open(change(own, dataKey: own.dataKey, field: "webhook"), tenant: try tenant())
            }
            for position in [0, 12, 59] {
                var damaged = own.dataKey ?? []
                damaged[position] ^= 1
                #expect(throws: VaultError.cannotOpen("password")) {
                    try vault.open(change(own, dataKey: damaged), tenant: try tenant())
                }
            }
        }
    }

    @Test("rows of releases before envelopes open")
    func oldRowsOpen() throws {
        let path = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let key = Data(repeating: 7, count: 32)
        let file = #"{"keys":[{"id":"old","key":"\#(key.base64EncodedString())"}]}"#
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(file.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        let box = try AES.GCM.seal(
            Data("secret".utf8),
            using: SymmetricKey(data: key),
            authenticating: Data("acme/sage/password".utf8)
        )
        let row = SealedCredential(
            system: .sage,
            field: "password",
            keyID: "old",
            sealed: [UInt8](try #require(box.combined))
        )
        let vault = try Vault(file: path)
        #expect(try vault.open(row, tenant: try tenant()) == Secret("secret"))
        #expect(throws: VaultError.cannotOpen("password")) {
            try vault.open(row, tenant: try tenant("globex"))
        }
        // As releases before made it.
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("a\u{0}b\u{0}secret".utf8),
            using: SymmetricKey(data: key)
        )
        let digits = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(vault.fingerprint(["a", "b"], secret: Secret("secret")) == digits)
        // And stays when its key is gone.
        let new = try Vault.prepareKey(in: path).id
        try Vault.putInForce(new, in: path)
        #expect(try Vault.drop(["old"], from: path) == ["old"])
        #expect(vault.keyIDs == [new])
        #expect(vault.fingerprint(["a", "b"], secret: Secret("secret")) == digits)
        #expect(try Vault(file: path).fingerprint(["a", "b"], secret: Secret("secret")) == digits)
    }
}
