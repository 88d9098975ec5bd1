import Accounting
import Foundation
import Storage
import Testing

/// Key files that change under services that run.
struct KeyFileTests {
    private func withKeys(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Vault.create(at: folder + "/keys")
        try await body(folder + "/keys")
    }

    private func sealed(_ vault: Vault) throws -> SealedCredential {
        try vault.seal(
            Secret("secret"),
            tenant: try #require(TenantID("acme")),
            system: .sage,
            field: "password"
        )
    }

    private func opens(_ credential: SealedCredential, _ vault: Vault) throws -> Bool {
        try vault.open(credential, tenant: try #require(TenantID("acme"))) == Secret("secret")
    }

    @Test func aRunningVaultFollowsItsFile() async throws {
        try await withKeys { path in
            let (service, operator_) = (try Vault(file: path), try Vault(file: path))
            let before = try sealed(service)
            let new = try Vault.prepareKey(in: path)
            #expect(new.isNew)
            #expect(try Vault.prepareKey(in: path) == (new.id, false))
            #expect(try Vault.preparedKey(in: path) == new.id)
            // It opens, and does not seal yet.
            #expect(service.keyIDs == [before.keyID, new.id])
            #expect(try sealed(service).keyID == before.keyID)
            try Vault.putInForce(new.id, in: path)
            #expect(try Vault.preparedKey(in: path) == nil)
            let after = try sealed(operator_)
            #expect(after.keyID == new.id)
            #expect(try opens(after, service) && opens(before, service))
            #expect(try Vault.drop([before.keyID, new.id], from: path) == [before.keyID])
            #expect(try opens(after, service))
            #expect(throws: VaultError.unknownKey(before.keyID)) { try opens(before, service) }
        }
    }

    @Test("a file that is gone or open to others takes nothing away from who runs")
    func aSpoiltFileIsSurvived() async throws {
        try await withKeys { path in
            let vault = try Vault(file: path)
            let credential = try sealed(vault)
            let content = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(try opens(credential, vault) && opens(sealed(vault), vault))
            let unknown = SealedCredential(system: .sage, field: "password", keyID: "new", sealed: [])
            #expect(throws: VaultError.tooOpen(path, mode: 0o644)) { try opens(unknown, vault) }
            try Data("{".utf8).write(to: URL(filePath: path))
            #expect(try opens(credential, vault))
            try FileManager.default.removeItem(atPath: path)
            #expect(try opens(credential, vault))
            #expect(throws: VaultError.unreadable(path)) { try opens(unknown, vault) }
            // What comes back is read again.
            _ = FileManager.default.createFile(
                atPath: path,
                contents: content,
                attributes: [.posixPermissions: 0o600]
            )
            let new = try Vault.prepareKey(in: path).id
            #expect(vault.keyIDs.last == new)
        }
    }

    @Test("mode and link stay, and what a killed rotation left is no hindrance", arguments: [0o600, 0o400])
    func replacingKeepsModeAndLink(mode: Int) async throws {
        try await withKeys { path in
            let link = path + ".link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            try Data("half of a fi".utf8).write(to: URL(filePath: path + ".new"))
            _ = try Vault.prepareKey(in: link)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
            #expect(try Vault(file: link).keyIDs.count == 2)
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test func twoAtOnceAddOneKey() async throws {
        try await withKeys { path in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try Vault.prepareKey(in: path).id } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try Vault(file: path).keyIDs.count == 2)
        }
    }

    @Test func theLastKeyStays() async throws {
        try await withKeys { path in
            let vault = try Vault(file: path)
            #expect(try Vault.drop(Set(vault.keyIDs), from: path) == [])
            #expect(throws: VaultError.unknownKey("none")) { try Vault.putInForce("none", in: path) }
        }
    }
}
