import Accounting
import Foundation
import Onboarding
import Tenancy
import Testing

/// The file and its secrets are there as a whole or not at all.
@Suite(.timeLimit(.minutes(3)))
struct TenantFolderTests {
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "folder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func draft(_ systems: Systems) async throws -> TenantDraft {
        try await systems.interview(Person(systems.signIns + [""])).run()
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func secretsAreTheOwnersAlone() async throws {
        try await withSystems { systems in
            let draft = try await draft(systems)
            try await withFolder { folder in
                let place = TenantFolder(folder.appending(path: "acme.yaml").path)
                try place.write(draft, replacing: false)
                #expect(try names(folder) == ["acme.secrets", "acme.yaml"])
                #expect(try mode(place.secrets.path) == 0o700)
                let secrets = try names(place.secrets)
                #expect(
                    secrets == [
                        "accessToken", "accessTokenSecret", "consumerKey", "consumerSecret", "password",
                    ]
                )
                for secret in secrets {
                    #expect(try mode(place.secrets.appending(path: secret).path) == 0o600)
                }
                // From the files as they lie there it reads back, wherever one stands.
                let text = try String(contentsOf: place.file, encoding: .utf8)
                let file = try TenantFile.parse(text)
                #expect(file.secrets[.password]?.withText { $0 } == "secret")
                #expect(file.secrets[.consumerKey]?.withText { $0 } == "democonsumerkey00000000000000001")
            }
        }
    }

    @Test func nothingIsOverwrittenUnlessToldTo() async throws {
        try await withSystems { systems in
            let draft = try await draft(systems)
            try await withFolder { folder in
                let place = TenantFolder(folder.appending(path: "acme.yml").path)
                try Data("mine".utf8).write(to: place.file)
                #expect(throws: TenantFolderError.self) { try place.write(draft, replacing: false) }
                #expect(try names(folder) == ["acme.yml"])
                #expect(try String(contentsOf: place.file, encoding: .utf8) == "mine")
                try place.write(draft, replacing: true)
                try place.write(draft, replacing: true)
                #expect(try names(folder) == ["acme.secrets", "acme.yml"])
                #expect(try names(place.secrets).count == 5)
            }
        }
    }

    @Test func nothingIsLeftWhereItCannotBeWritten() async throws {
        try await withSystems { systems in
            let draft = try await draft(systems)
            try await withFolder { folder in
                let place = TenantFolder(folder.appending(path: "missing/acme.yaml").path)
                #expect(throws: TenantFolderError.self) { try place.write(draft, replacing: false) }
                let left = try names(folder)
                #expect(left.isEmpty)
            }
        }
    }
}
