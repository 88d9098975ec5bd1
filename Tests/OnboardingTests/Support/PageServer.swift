import Foundation
import Glibc

/// Answers every connection with the same bytes and ends it; with none it hangs up at once.
final class PageServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init(_ answer: String) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                Self.serve(connection, Array(answer.utf8))
                close(connection)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// An answer with a status and a page.
    static func page(_ status: Int, _ headers: String = "") throws -> PageServer {
        let body = "<html><body>A page</body></html>"
        return try PageServer(
            "HTTP/1.1 \(status) Status\r\n\(headers)Content-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Connection: close\r\n\r\n\(body)"
        )
    }

    private static func serve(_ connection: Int32, _ answer: [UInt8]) {
        guard !answer.isEmpty else { return }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        _ = recv(connection, &buffer, buffer.count, 0)
        _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(connection, Int32(SHUT_WR))
        _ = recv(connection, &buffer, buffer.count, 0)
    }
}

/// `openssl s_server` on a loopback port, with a certificate of its own making.
final class TLSServer {
    let port: Int
    /// The certificate, which is its own authority.
    let certificateFile: String
    private let folder: URL
    private let process = Process()

    /// - Parameter name: the certificate's only name, as in `IP:127.0.0.1`.
    init(name: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = folder.appending(path: "key.pem").path
        certificateFile = folder.appending(path: "certificate.pem").path
        let making = Process()
        making.executableURL = URL(filePath: "/usr/bin/openssl")
        making.arguments =
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test".split(
                separator: " "
            ).map(String.init) + [
                "-addext", "subjectAltName=\(name)", "-keyout", key, "-out", certificateFile,
            ]
        making.standardError = FileHandle.nullDevice
        try making.run()
        making.waitUntilExit()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", key, "-www",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        try process.run()
        var text = ""
        while !(text.contains("ACCEPT 127.0.0.1:") && text.hasSuffix("\n")) {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else {
                throw POSIXError(.EPIPE)
            }
            text += String(decoding: byte, as: UTF8.self)
        }
        port = Int(text.split(separator: ":").last.map { $0.prefix { $0.isNumber } } ?? "") ?? 0
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)  // nothing depends on it
    }
}
