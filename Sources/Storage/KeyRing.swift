import Accounting
import Crypto
import Foundation
import Glibc
import Synchronization

/// The keys of a key file as they are now: looked at again when the file is another, and when a key is asked for that was
/// not in it.
final class KeyRing: Sendable {
    /// One key with its name.
    struct Key: Sendable {
        let id: String
        let key: SymmetricKey
    }

    /// What a key file holds.
    struct Keys: Sendable {
        /// The oldest first; never empty.
        let keys: [Key]
        /// Seals; the newest that is in force.
        let sealing: Key
        fileprivate let fingerprintKey: SymmetricKey

        /// Keyed hash of some words and a secret, in hexadecimal digits.
        func fingerprint(_ parts: [String], _ secret: Secret) -> String {
            var hash = HMAC<SHA256>(key: fingerprintKey)
            hash.update(data: Data(parts.map { $0 + "\u{0}" }.joined().utf8))
            secret.withBytes { hash.update(data: $0) }
            return hash.finalize().map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
        }
    }

    /// Which file it was: a new one has another number, one that was written over another time.
    private struct Stamp: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let changed: [Int]

        /// Nil for a file that is not there.
        init?(of path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            changed = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    private let path: String
    private let state: Mutex<(keys: Keys, stamp: Stamp?)>

    init(file path: String) throws(VaultError) {
        self.path = path
        let stamp = Stamp(of: path)
        state = Mutex((try Keys(KeyFile(reading: path)), stamp))
    }

    /// The keys as the file is now. A file that is gone or cannot be read any more takes nothing away: what was read
    /// before goes on, and the next start says what is wrong.
    func current() -> Keys { (try? renewed()) ?? state.withLock(\.keys) }

    /// A key by its name.
    /// - Throws: `.unknownKey`, or why the file cannot be read again.
    func key(_ id: String) throws(VaultError) -> Key {
        if let key = current().keys.last(where: { $0.id == id }) { return key }
        // Nor has what could be read; where nothing could, that is the reason.
        _ = try renewed()
        throw .unknownKey(id)
    }

    private func renewed() throws(VaultError) -> Keys {
        // From before it is read: one that is replaced meanwhile is read again next time.
        let stamp = Stamp(of: path)
        if let known = state.withLock({ $0.stamp == stamp && stamp != nil ? $0.keys : nil }) { return known }
        let keys = try Keys(KeyFile(reading: path))
        state.withLock { $0 = (keys, stamp) }
        return keys
    }
}

extension KeyRing.Keys {
    fileprivate init(_ file: KeyFile) throws(VaultError) {
        keys = file.keys.map { entry in
            KeyRing.Key(id: entry.id, key: entry.key.withBytes { SymmetricKey(data: $0) })
        }
        guard let sealing = keys.first(where: { $0.id == file.sealing.id }) else {
            throw .malformed(file.path)
        }
        self.sealing = sealing
        fingerprintKey = file.fingerprintKey.withBytes { SymmetricKey(data: $0) }
    }
}
