import Accounting
import Crypto
import ExactJSON
import Foundation
import Glibc

/// What stands in `CREDENTIAL_KEY_FILE`: JSON, readable by its owner alone, replaced as a whole.
struct KeyFile {
    /// A key of 32 bytes.
    struct Entry {
        let id: String
        let key: Secret
        /// Opens already and does not seal yet: every host has to have it first.
        var isPrepared = false
    }

    let path: String
    /// The oldest first.
    var keys: [Entry]
    /// What fingerprints are made with. Files of earlier releases have none: their oldest key made them, and stays what
    /// makes them after it was dropped.
    let fingerprintKey: Secret

    /// The newest key that is in force.
    var sealing: Entry { keys.last { !$0.isPrepared } ?? keys[keys.count - 1] }

    /// One that holds one key.
    static func new() -> KeyFile {
        KeyFile(path: "", keys: [Entry(id: newID(), key: newKey())], fingerprintKey: newKey())
    }

    private init(path: String, keys: [Entry], fingerprintKey: Secret) {
        self.path = path
        self.keys = keys
        self.fingerprintKey = fingerprintKey
    }

    /// Adds a key that does not seal yet.
    mutating func prepareKey() -> String {
        let id = Self.newID()
        keys.append(Entry(id: id, key: Self.newKey(), isPrepared: true))
        return id
    }

    // MARK: - Reading

    /// Reads a file, mode 0600 or stricter.
    init(reading path: String) throws(VaultError) {
        // Opened first and looked at then: the mode is that of the file that is read, links followed.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path) }
        defer { close(descriptor) }
        try self.init(reading: descriptor, path)
    }

    fileprivate init(reading descriptor: Int32, _ path: String) throws(VaultError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path) }
        let mode = Int(status.st_mode & 0o7777)
        guard mode & 0o077 == 0 else { throw .tooOpen(path, mode: mode) }
        var bytes = try Self.content(of: descriptor, path)
        defer { bytes.wipe() }
        let file = (try? JSON(parsing: bytes)) ?? .null
        let entries = file["keys"]?.array ?? []
        guard !entries.isEmpty else { throw .malformed(path) }
        var keys: [Entry] = []
        for entry in entries {
            guard let id = entry["id"]?.string, let key = Self.key(entry["key"]) else {
                throw .malformed(path)
            }
            keys.append(Entry(id: id, key: key, isPrepared: entry["prepared"]?.bool ?? false))
        }
        var fingerprintKey = keys[0].key
        if let given = file["fingerprintKey"] {
            guard let key = Self.key(given) else { throw .malformed(path) }
            fingerprintKey = key
        }
        self.init(path: path, keys: keys, fingerprintKey: fingerprintKey)
    }

    private static func content(of descriptor: Int32, _ path: String) throws(VaultError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(count))
            }
            guard read >= 0 else { throw .unreadable(path) }
            if read == 0 { break }
            count += read
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private static func key(_ json: JSON?) -> Secret? {
        guard let text = json?.string, var bytes = Data(base64Encoded: text) else { return nil }
        defer { bytes.wipe() }
        return bytes.count == 32 ? bytes.withUnsafeBytes { Secret(utf8: $0) } : nil
    }

    private static func newKey() -> Secret {
        SymmetricKey(size: .bits256).withUnsafeBytes { Secret(utf8: $0) }
    }

    private static func newID() -> String { String(UUID().uuidString.lowercased().prefix(8)) }

    // MARK: - Writing

    private var content: Data {
        let entries = keys.map { entry -> JSON in
            var object: JSONObject = ["id": .string(entry.id), "key": .string(Self.text(entry.key))]
            if entry.isPrepared { object["prepared"] = .bool(true) }
            return .object(object)
        }
        let file: JSON = [
            "fingerprintKey": .string(Self.text(fingerprintKey)), "keys": .array(entries),
        ]
        return Data((file.prettyText + "\n").utf8)
    }

    private static func text(_ key: Secret) -> String {
        key.withBytes { Data($0).base64EncodedString() }
    }

    /// Writes a file that is not there yet, mode 0600.
    func write(to path: String) throws(VaultError) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path) : .unwritable(path, Self.reason())
        }
        try fill(descriptor, path)
        Self.synchronizeFolder(of: path)
    }

    /// Closes the descriptor.
    private func fill(_ descriptor: Int32, _ path: String) throws(VaultError) {
        defer { close(descriptor) }
        var content = content
        defer { content.wipe() }
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else { throw .unwritable(path, Self.reason()) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw .unwritable(path, Self.reason()) }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    /// A file that was renamed is safe once its folder is.
    private static func synchronizeFolder(of path: String) {
        let folder = Glibc.open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }
}

extension KeyFile {
    /// Reads a file, changes it and puts the new one in its place, one process at a time: whoever reads it sees the old
    /// one or the new one, whenever this is killed. Owner and mode stay; a link stays one.
    /// - Returns: what `change` makes; nothing is written where it says that nothing is to be.
    static func changing<Value>(
        _ path: String,
        _ change: (inout KeyFile) -> (Value, isChanged: Bool)
    ) throws(VaultError) -> Value {
        guard let resolved = realpath(path, nil) else { throw .unreadable(path) }
        let target = String(cString: resolved)
        free(resolved)
        let lock = try locked(target)
        defer { close(lock) }
        var file = try KeyFile(reading: lock, target)
        let (value, isChanged) = change(&file)
        if isChanged { try file.replace(target, insteadOf: lock) }
        return value
    }

    /// The file, opened and locked, and not replaced by whoever held the lock before.
    private static func locked(_ path: String) throws(VaultError) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .unreadable(path) }
            var (own, current) = (stat(), stat())
            guard flock(descriptor, LOCK_EX) == 0 || errno == EINTR else {
                let reason = Self.reason()
                close(descriptor)
                throw .unwritable(path, "it cannot be locked (\(reason))")
            }
            if fstat(descriptor, &own) == 0, stat(path, &current) == 0,
                own.st_ino == current.st_ino, own.st_dev == current.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    private func replace(_ path: String, insteadOf old: Int32) throws(VaultError) {
        var status = stat()
        guard fstat(old, &status) == 0 else { throw .unreadable(path) }
        let new = path + ".new"
        // Left behind by one that was killed; the lock says that nobody is at it.
        unlink(new)
        let descriptor = Glibc.open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unwritable(path, Self.reason()) }
        let isOwned = fchown(descriptor, status.st_uid, status.st_gid) == 0
        guard isOwned, fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
            let reason = Self.reason()
            close(descriptor)
            unlink(new)
            throw .unwritable(path, "its owner cannot be kept (\(reason))")
        }
        do throws(VaultError) { try fill(descriptor, new) } catch {
            unlink(new)
            throw error
        }
        guard rename(new, path) == 0 else {
            let reason = Self.reason()
            unlink(new)
            throw .unwritable(path, reason)
        }
        Self.synchronizeFolder(of: path)
    }
}
