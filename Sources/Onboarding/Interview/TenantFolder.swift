import Accounting
public import Foundation
import Glibc
public import Tenancy

/// Where a new tenant's file goes, with the folder of its secrets beside it: all of it or nothing.
public struct TenantFolder: Sendable {
    /// The tenant file.
    public let file: URL
    /// The folder of its secrets, entered by its owner alone.
    public let secrets: URL

    /// A place for a tenant file.
    /// - Parameter path: of the file; absolute, or from the working directory.
    public init(_ path: String) {
        let url = URL(filePath: path).standardizedFileURL
        file = url
        let name =
            ["yaml", "yml"].contains(url.pathExtension)
            ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
        secrets = url.deletingLastPathComponent().appending(
            path: "\(name).secrets",
            directoryHint: .notDirectory
        )
    }

    /// What is there already and would be overwritten.
    public var existing: [String] {
        [file.path, secrets.path].filter { path in
            var status = stat()
            return lstat(path, &status) == 0
        }
    }

    /// Where a secret goes.
    public func path(of field: SecretField) -> String { secrets.appending(path: field.rawValue).path }

    /// Writes a tenant's secrets and then its file, both under other names first.
    /// - Parameter replacing: whether what is there may go.
    /// - Throws: `TenantFolderError`; what was there before is there still.
    public func write(_ draft: TenantDraft, replacing: Bool) throws(TenantFolderError) {
        guard replacing || existing.isEmpty else { throw .exists(existing) }
        let mark = ".\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let newSecrets = secrets.path + mark
        let newFile = file.path + mark
        defer {
            try? FileManager.default.removeItem(atPath: newFile)
            try? FileManager.default.removeItem(atPath: newSecrets)
        }
        let secretTexts = draft.secretsToWrite
        if replacing, !secretTexts.isEmpty, let kept = draft.secretFiles.first(where: isInFolder) {
            throw .wouldRemove(kept)
        }
        if !secretTexts.isEmpty {
            guard mkdir(newSecrets, 0o700) == 0 else { throw .cannotWrite(secrets.path, errno) }
            for (field, secret) in secretTexts {
                try Self.write(
                    secret.withText { Array($0.utf8) },
                    to: "\(newSecrets)/\(field.rawValue)",
                    mode: 0o600
                )
            }
        }
        let text = draft.text(named: file.lastPathComponent, secretPath: { path(of: $0) })
        try Self.write(Array(text.utf8), to: newFile, mode: 0o644)
        let former = secrets.path + mark + ".former"
        if !secretTexts.isEmpty { try place(folder: newSecrets, replacing, former) }
        do throws(TenantFolderError) { try place(file: newFile, replacing) } catch {
            if !secretTexts.isEmpty {
                try? FileManager.default.removeItem(at: secrets)
                if replacing { _ = rename(former, secrets.path) }
            }
            throw error
        }
        if replacing { try? FileManager.default.removeItem(atPath: former) }
    }

    private func isInFolder(_ path: String) -> Bool {
        URL(filePath: path).standardizedFileURL.path.hasPrefix(secrets.path + "/")
    }

    /// A former folder gives way; it is removed when all of the new is there.
    private func place(folder new: String, _ replacing: Bool, _ former: String) throws(TenantFolderError) {
        if replacing { _ = rename(secrets.path, former) }
        guard rename(new, secrets.path) == 0 else {
            let reason = errno
            if replacing { _ = rename(former, secrets.path) }
            throw .cannotWrite(secrets.path, reason)
        }
    }

    /// A link, unlike a new name, never takes the place of something that came meanwhile.
    private func place(file new: String, _ replacing: Bool) throws(TenantFolderError) {
        guard (replacing ? rename(new, file.path) : link(new, file.path)) == 0 else {
            throw errno == EEXIST ? .exists([file.path]) : .cannotWrite(file.path, errno)
        }
    }

    /// A new file that nobody else could have put there.
    private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(TenantFolderError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .cannotWrite(path, errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .cannotWrite(path, errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw .cannotWrite(path, errno) }
    }
}

/// Why a tenant file was not written; nothing of it is there.
public enum TenantFolderError: Error, Sendable, CustomStringConvertible {
    /// Something stands in its place.
    case exists([String])
    /// A secret that the new file would name, in the folder that a new one replaces.
    case wouldRemove(String)
    /// The path, and the system's error number.
    case cannotWrite(String, Int32)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .exists(let paths):
            "Not overwritten, for it is there already: \(paths.joined(separator: ", ")). Choose another name, or say --force."
        case .wouldRemove(let path):
            "Nothing was written: \(path), which an answer names, is in the folder that would be replaced. Move it elsewhere, or type that secret."
        case .cannotWrite(let path, let number):
            "\(path) cannot be written: \(String(cString: strerror(number)))."
        }
    }
}
