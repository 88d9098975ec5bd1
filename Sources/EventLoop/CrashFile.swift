import CLinux
import Glibc

/// What a process leaves behind when it dies: a file that says who it is from its start on, and by which signal, when and
/// where it died if that was its own doing. A process that exits removes its own; the lock on it tells the living from
/// the dead.
public enum CrashFile {
    /// The most that is read of one.
    public static let mostBytes = 16_384
    private static let suffix = ".crash"
    private static let mostFiles = 200

    /// Makes the folder, if need be, and the file in it, and has crashes of this process written into it.
    /// - Parameters:
    ///   - folder: readable by its owner alone; one that is another's, or open to others, is refused.
    ///   - heading: who this process is.
    /// - Throws: `CrashFileError`; nothing is left behind and installed then.
    public static func leave(in folder: String, named name: String, heading: String) throws(CrashFileError) {
        try makeFolder(folder)
        // Under another name until it is locked: unlocked it would be taken for a dead one's.
        let (path, early) = ("\(folder)/\(name)\(suffix)", "\(folder)/\(name).new")
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(early, flags, 0o600)
        guard descriptor >= 0 else { throw .cannotMake(early, errno) }
        let text = Array(heading.utf8)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, write(descriptor, text, text.count) == text.count,
            rename(early, path) == 0, clinux_leave_crash_file(descriptor, path) == 0
        else {
            let reason = errno
            unlink(early)
            unlink(path)
            close(descriptor)
            throw .cannotMake(path, reason)
        }
    }

    /// A dead process's file.
    public struct Abandoned: Sendable, Hashable {
        /// Where it is.
        public let path: String
        /// What is in it, at most `mostBytes`.
        public let text: String

        /// Takes it away, once what it says is safe elsewhere.
        public func remove() { unlink(path) }
    }

    /// The files of processes that are dead, at most two hundred.
    /// - Parameter prefix: of their names: several installations may share a folder.
    public static func abandoned(in folder: String, prefix: String = "") -> [Abandoned] {
        names(in: folder).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }.sorted().prefix(mostFiles)
            .compactMap { name in
                read("\(folder)/\(name)")
            }
    }

    private static func makeFolder(_ folder: String) throws(CrashFileError) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw .cannotMake(folder, errno) }
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw .cannotMake(folder, errno) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0
        else {
            throw .notPrivate(folder)
        }
    }

    private static func read(_ path: String) -> Abandoned? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        return Abandoned(path: path, text: String(decoding: bytes.prefix(count), as: UTF8.self))
    }

    private static func names(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }
}

/// Why a process leaves no crash file.
public enum CrashFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A folder or file cannot be made; with the number of the system's error.
    case cannotMake(String, Int32)
    /// The folder is another's, or others may look into it.
    case notPrivate(String)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .cannotMake(let path, let number):
            "\(path) cannot be made (\(String(cString: strerror(number)))): let CRASH_DIR name a folder that can."
        case .notPrivate(let folder):
            "\(folder) must be a folder of this user alone (mode 0700): mend it, or let CRASH_DIR name another."
        }
    }
}
