import Foundation
import Glibc
import Testing

@testable import EventLoop

/// What a process leaves behind when it dies.
@Suite(.timeLimit(.minutes(1)))
struct CrashFileTests {
    /// Known to the process that dies and to its parent.
    private static func folder(_ parent: pid_t, _ name: String) -> String {
        NSTemporaryDirectory() + "crash-files-\(parent)-\(name)"
    }

    private func left(by name: String) -> [CrashFile.Abandoned] {
        let folder = Self.folder(getpid(), name)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return CrashFile.abandoned(in: folder)
    }

    @Test func aCrashLeavesItsSignalAndFrames() async throws {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try CrashFile.leave(
                in: CrashFileTests.folder(getppid(), "crash"),
                named: "one",
                heading: "who 1\n"
            )
            UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        }
        let files = left(by: "crash")
        #expect(files.count == 1)
        let text = try #require(files.first?.text)
        #expect(text.hasPrefix("who 1\nsignal \(SIGSEGV)\nat "))
        #expect(!text.contains("\nsender "))
        #expect(text.split(separator: "\nframes\n").last?.split(separator: "\n").count ?? 0 > 2)
    }

    @Test func anAbortIsTheProcesssOwnDoing() async throws {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            try CrashFile.leave(in: CrashFileTests.folder(getppid(), "abort"), named: "one", heading: "")
            abort()
        }
        let text = try #require(left(by: "abort").first?.text)
        #expect(text.hasPrefix("signal \(SIGABRT)\n"))
        #expect(!text.contains("sender"))
    }

    @Test func aKillLeavesTheHeadingAlone() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            try CrashFile.leave(
                in: CrashFileTests.folder(getppid(), "kill"),
                named: "one",
                heading: "who 1\n"
            )
            kill(getpid(), SIGKILL)
        }
        #expect(left(by: "kill").map(\.text) == ["who 1\n"])
    }

    @Test func anExitLeavesNothing() async throws {
        await #expect(processExitsWith: .exitCode(3)) {
            try CrashFile.leave(
                in: CrashFileTests.folder(getppid(), "exit"),
                named: "one",
                heading: "who 1\n"
            )
            exit(3)
        }
        #expect(left(by: "exit").isEmpty)
    }

    @Test("a folder that others may look into is refused")
    func foldersArePrivate() throws {
        let folder = Self.folder(getpid(), "open")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        chmod(folder, 0o755)
        #expect(throws: CrashFileError.notPrivate(folder)) {
            try CrashFile.leave(in: folder, named: "one", heading: "")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test("the file of a process that lives is nobody's to take")
    func theLivingAreLeftAlone() throws {
        let folder = Self.folder(getpid(), "living")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let descriptor = open("\(folder)/one.crash", O_CREAT | O_WRONLY, 0o600)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(CrashFile.abandoned(in: folder).isEmpty)
        flock(descriptor, LOCK_UN)
        #expect(CrashFile.abandoned(in: folder).count == 1)
    }
}
