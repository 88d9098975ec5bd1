import Foundation
import Glibc
import Testing

/// One process, its output in files.
final class Program: Sendable {
    let name: String
    /// Where standard output goes.
    let outputFile: URL
    /// Where standard error goes.
    let messageFile: URL
    private let process: Process

    /// Starts it.
    /// - Parameter label: names its files in `folder`.
    init(
        _ executable: URL,
        _ arguments: [String] = [],
        environment: [String: String],
        label: String,
        folder: URL
    ) throws {
        name = label
        outputFile = folder.appending(path: "\(label).out")
        messageFile = folder.appending(path: "\(label).log")
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(outputFile)
        process.standardError = try Self.file(messageFile)
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    /// What it has printed so far.
    var output: String { Self.text(outputFile) }

    /// What it has logged so far.
    var messages: String { Self.text(messageFile) }

    /// `kill -9`.
    func kill() { send(SIGKILL) }

    /// Sends a signal, unless it has ended: its number may be another's by now.
    func send(_ signal: Int32) {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, signal) }
    }

    /// Waits for its end.
    /// - Returns: its exit status; the negative number of the signal that ended it.
    @discardableResult
    func end(within limit: Duration = .seconds(60)) async throws -> Int32 {
        try await eventually("the end of \(name)", within: limit, every: .milliseconds(10)) {
            (!process.isRunning).orNil
        }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Waits for a line in its log.
    func says(_ words: String, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\(name) says \"\(words)\"", within: limit) { messages.contains(words).orNil }
    }

    /// The end of what it printed and logged.
    func tail(_ lines: Int) -> String {
        [outputFile, messageFile].map { file in
            let last = Self.text(file).split(separator: "\n").suffix(lines)
            return last.map { "   \(name)| \($0.prefix(400))\n" }.joined()
        }.joined()
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private static func text(_ url: URL) -> String {
        String(decoding: FileManager.default.contents(atPath: url.path) ?? Data(), as: UTF8.self)
    }
}
