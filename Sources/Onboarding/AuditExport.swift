import Accounting
import ExactJSON
import Foundation
import Storage

/// A tenant's audit as a file of JSON lines, readable by its owner: versions of its file, then each document with its
/// events. Nothing of the store's documents is in it.
struct AuditExport {
    let database: Database
    let tenant: TenantID

    /// Writes it whole or not at all.
    /// - Returns: how many lines.
    /// - Throws: `OnboardingError` where the file is there already or cannot be written.
    func write(to path: String) async throws -> Int {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw OnboardingError("\(path) is there already; choose another file for --export.")
        }
        let partial = path + ".partial"
        guard
            FileManager.default.createFile(
                atPath: partial,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            ), let file = FileHandle(forWritingAtPath: partial)
        else { throw OnboardingError("\(partial) cannot be written.") }
        do {
            let lines = try await write(to: file)
            try file.synchronize()
            try file.close()
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            return lines
        } catch let error as CocoaError {
            throw OnboardingError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func write(to file: FileHandle) async throws -> Int {
        var lines = 0
        for version in try await database.versions(of: tenant) {
            try put(Self.json(version), to: file)
            lines += 1
        }
        var last: AuditedDocument?
        while true {
            let documents = try await database.auditedDocuments(of: tenant, after: last, limit: 500)
            for document in documents {
                try put(document.json, to: file)
                lines += 1
            }
            guard let end = documents.last else { return lines }
            last = end
        }
    }

    private func put(_ json: JSON, to file: FileHandle) throws {
        try file.write(contentsOf: Data((json.text + "\n").utf8))
    }

    private static func json(_ version: TenantVersionRecord) -> JSON {
        [
            "type": "version", "version": .int(version.version),
            "appliedAt": .string(version.appliedAt.formatted(.iso8601)), "by": .string(version.appliedBy),
            "reason": .string(version.reason),
            "configuration": (try? JSON(parsing: version.configuration)) ?? .null,
        ]
    }
}
