import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

struct VaultTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "vault-\(UUID().uuidString)")

    /// Runs `body` with the path of a key file in a folder of its own.
    private func withKeyFile(_ body: (String) async throws -> Void) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "keys").path)
    }

    private func tenant(_ name: String = "acme") throws -> TenantID { try #require(TenantID(name)) }

    @Test func sealedSecretOpensInItsPlaceOnly() async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            let vault = try Vault(file: path)
            let sealed = try vault.seal(
                Secret("Pa55-wörd"),
                tenant: try tenant(),
                system: .sage,
                field: "password"
            )
            let opened = try vault.open(sealed, tenant: try tenant())
            #expect(opened == Secret("Pa55-wörd"))
            #expect(throws: VaultError.cannotOpen("password")) {
                try vault.open(sealed, tenant: try tenant("globex"))
            }
            let elsewhere = SealedCredential(
                system: .sage,
                field: "accessToken",
                keyID: sealed.keyID,
                sealed: sealed.sealed
            )
            #expect(throws: VaultError.cannotOpen("accessToken")) {
                try vault.open(elsewhere, tenant: try tenant())
            }
            let otherSystem = SealedCredential(
                system: .adobe,
                field: "password",
                keyID: sealed.keyID,
                sealed: sealed.sealed
            )
            #expect(throws: VaultError.cannotOpen("password")) {
                try vault.open(otherSystem, tenant: try tenant())
            }
        }
    }

    @Test func damageAndOtherKeysDoNotOpen() async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            try Vault.create(at: path + "2")
            let sealed = try Vault(file: path)
                .seal(Secret("secret"), tenant: try tenant(), system: .adobe, field: "accessToken")
            #expect(throws: VaultError.unknownKey(sealed.keyID)) {
                try Vault(file: path + "2").open(sealed, tenant: try tenant())
            }
            for position in [0, 12, sealed.sealed.count - 1] {
                var bytes = sealed.sealed
                bytes[position] ^= 1
                let damaged = SealedCredential(
                    system: .adobe,
                    field: "accessToken",
                    keyID: sealed.keyID,
                    sealed: bytes
                )
                #expect(throws: VaultError.cannotOpen("accessToken")) {
                    try Vault(file: path).open(damaged, tenant: try tenant())
                }
            }
        }
    }

    @Test func keyIDReusedByAnotherKeyDoesNotOpen() async throws {
        try await withKeyFile { path in
            let id = "same"
            func write(_ byte: UInt8) throws {
                let key = Data(repeating: byte, count: 32).base64EncodedString()
                let content = Data(#"{"keys":[{"id":"\#(id)","key":"\#(key)"}]}"#.utf8)
                _ = FileManager.default.createFile(
                    atPath: path,
                    contents: content,
                    attributes: [.posixPermissions: 0o600]
                )
            }
            try write(1)
            let sealed = try Vault(file: path)
                .seal(Secret("secret"), tenant: try tenant(), system: .sage, field: "password")
            try write(2)
            #expect(throws: VaultError.cannotOpen("password")) {
                try Vault(file: path).open(sealed, tenant: try tenant())
            }
        }
    }

    @Test func sealingTwiceGivesTwoTexts() async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            let vault = try Vault(file: path)
            let sealed = try (0..<2).map { _ in
                try vault.seal(Secret("secret"), tenant: try tenant(), system: .sage, field: "password")
                    .sealed
            }
            #expect(sealed[0] != sealed[1])
            let first = vault.fingerprint(["a"], secret: Secret("one"))
            #expect(first == vault.fingerprint(["a"], secret: Secret("one")))
            #expect(first != vault.fingerprint(["a"], secret: Secret("two")))
            #expect(first != vault.fingerprint(["b"], secret: Secret("one")))
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o601, 0o620])
    func keyFileOthersMayUseIsRefused(mode: Int) async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: VaultError.tooOpen(path, mode: mode)) { try Vault(file: path) }
        }
    }

    @Test(arguments: [0o600, 0o400])
    func strictKeyFileIsRead(mode: Int) async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            _ = try Vault(file: path)
            // A mounted secret is a symbolic link, whose own mode means nothing.
            try FileManager.default.createSymbolicLink(
                atPath: path + ".link",
                withDestinationPath: path
            )
            _ = try Vault(file: path + ".link")
        }
    }

    @Test func newKeyFileIsPrivateAndNeverOverwrites() async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let content = try Data(contentsOf: URL(filePath: path))
            #expect(throws: VaultError.exists(path)) { try Vault.create(at: path) }
            #expect(try Data(contentsOf: URL(filePath: path)) == content)
            #expect(throws: VaultError.unreadable(path + ".gone")) { try Vault(file: path + ".gone") }
        }
    }

    @Test(arguments: [
        "", "not json", "{}", #"{"keys":[]}"#, #"{"keys":[{"id":"a"}]}"#,
        #"{"keys":[{"id":"a","key":"%%%"}]}"#, #"{"keys":[{"id":"a","key":"c2hvcnQ="}]}"#,
    ])
    func malformedKeyFileIsRefused(content: String) async throws {
        try await withKeyFile { path in
            _ = FileManager.default.createFile(
                atPath: path,
                contents: Data(content.utf8),
                attributes: [.posixPermissions: 0o600]
            )
            #expect(throws: VaultError.malformed(path)) { try Vault(file: path) }
        }
    }

    @Test(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
    func noStoredColumnHoldsASecret() async throws {
        try await withKeyFile { path in
            try Vault.create(at: path)
            let vault = try Vault(file: path)
            try await withStore { store in
                let text = "Sup3r-Secret-Password"
                let sealed = try vault.seal(
                    Secret(text),
                    tenant: store.tenant,
                    system: .sage,
                    field: "password"
                )
                let fingerprint = vault.fingerprint([store.address, store.user], secret: Secret(text))
                _ = try await store.database.apply(
                    store.application(credentials: [sealed], fingerprint: fingerprint)
                )
                let stored = try await store.database.credentials(of: store.tenant, for: .sage)
                #expect(try stored.map { try vault.open($0, tenant: store.tenant) } == [Secret(text)])
                let everything = try await everyStoredValue(store)
                #expect(everything.contains(fingerprint))
                let forms = [
                    text, text.utf8.map { String($0, radix: 16) }.joined(),
                    Data(text.utf8).base64EncodedString(),
                ]
                for form in forms { #expect(!everything.contains(form)) }
            }
        }
    }

    /// Every row of every table as text; `bytea` in hexadecimal digits.
    private func everyStoredValue(_ store: TestStore) async throws -> String {
        var everything = ""
        let tables = try await store.client.query(
            "select tablename from pg_tables where schemaname = current_schema()"
        )
        for table in tables {
            let name: String = try table.get(0)
            for row in try await store.client.query("select t::text from \(identifier: name) t") {
                everything += try row.get(0, as: String.self)
            }
        }
        return everything
    }
}
