import Foundation
import Glibc

/// `openssl s_server` on a loopback port, with a certificate of its own making.
final class TLSServer {
    struct Failure: Error { let text: String }

    let port: Int
    /// The certificate, which is its own authority.
    let certificateFile: String
    private let directory: URL
    private let process = Process()
    private let output = Pipe()

    /// - Parameters:
    ///   - name: the certificate's only name, as in `IP:127.0.0.1`.
    ///   - options: of `s_server`; `-www` answers every request with a page, without it what the client sends
    ///     goes to the output.
    ///   - files: whole answers by path, for `-HTTP`.
    init(name: String, options: [String] = ["-www"], files: [String: String] = [:]) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let key = directory.appendingPathComponent("key.pem").path
        certificateFile = directory.appendingPathComponent("certificate.pem").path
        _ = try HTTPClientTests.output(
            of: """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
                -addext subjectAltName=\(name) -keyout \(key) -out \(certificateFile) 2>&1
                """
        )
        for (path, text) in files {
            try Data(text.utf8).write(to: directory.appendingPathComponent(path))
        }
        process.currentDirectoryURL = directory
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", key] + options
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        try process.run()
        port = try Self.readPort(output)
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)  // nothing depends on it
    }

    var url: String { "https://127.0.0.1:\(port)/" }

    /// Blocks until the server has written `text`; what comes after it stays unread, so the server stalls.
    func waitForOutput(_ text: String) throws { _ = try Self.read(output, until: text) }

    /// Ends the server without a word to its clients.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func readPort(_ pipe: Pipe) throws -> Int {
        _ = try read(pipe, until: "ACCEPT 127.0.0.1:")
        guard let port = Int(try read(pipe, until: "\n").dropLast()) else { throw Failure(text: "no port") }
        return port
    }

    private static func read(_ pipe: Pipe, until end: String) throws -> String {
        var text = ""
        while !text.hasSuffix(end) {
            guard let byte = try pipe.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else {
                throw Failure(text: "s_server ended: \(text)")
            }
            text += String(decoding: byte, as: UTF8.self)
        }
        return text
    }
}
