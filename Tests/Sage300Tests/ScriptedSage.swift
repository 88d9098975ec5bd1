import Accounting
import ExactJSON
import Foundation
import Glibc
import HTTPClient
import Sage300
import Synchronization
import Testing

/// A server on a free loopback port that answers byte for byte as a test tells it to, one request a connection.
final class ScriptedSage: Sendable {
    struct Request: Sendable {
        let method: String
        /// Path and query as sent.
        let target: String
        let headers: [String: String]
        let body: String
    }

    /// What comes back.
    enum Answer: Sendable {
        case status(Int, String, headers: [String] = [])
        /// These bytes and nothing else.
        case bytes([UInt8])
        /// The connection closes without an answer.
        case drop
        /// Nothing at all until the server is closed.
        case silence
    }

    let port: Int
    private let descriptor: Int32
    private let seen = Mutex<[Request]>([])
    private let held = Mutex<[Int32]>([])

    var requests: [Request] { seen.withLock { $0 } }
    var address: SageAddress {
        get throws { try #require(SageAddress("http://127.0.0.1:\(port)/Sage300WebApi")) }
    }

    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                self?.serve(connection, answer)
            }
        }
        thread.start()
    }

    /// Ends the thread and every held connection.
    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
        held.withLock { held in
            for connection in held { Glibc.close(connection) }
            held = []
        }
    }

    private func serve(_ connection: Int32, _ answer: (Request) -> Answer) {
        guard let request = Self.read(connection) else {
            Glibc.close(connection)
            return
        }
        seen.withLock { $0.append(request) }
        switch answer(request) {
        case .silence:
            held.withLock { $0.append(connection) }
            return
        case .drop: break
        case .bytes(let bytes): Self.write(bytes, connection)
        case .status(let status, let text, let headers):
            let fields = (headers + ["Connection: close", "Content-Length: \(text.utf8.count)"])
                .joined(separator: "\r\n")
            Self.write(Array("HTTP/1.1 \(status) Status\r\n\(fields)\r\n\r\n\(text)".utf8), connection)
        }
        Glibc.close(connection)
    }

    private static func write(_ bytes: [UInt8], _ connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let mark = bytes.firstRange(of: end) {
                let head = String(decoding: bytes[..<mark.lowerBound], as: UTF8.self)
                let request = parse(head, Array(bytes[mark.upperBound...]))
                let length = request.flatMap { Int($0.headers["content-length"] ?? "0") } ?? 0
                if bytes.count - mark.upperBound >= length { return request }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0, bytes.count < 1 << 22 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func parse(_ head: String, _ body: [UInt8]) -> Request? {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().reduce(into: [String: String]()) { headers, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Request(
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: String(decoding: body, as: UTF8.self)
        )
    }
}

/// Runs `body` with a session to a scripted server, which is not woken before writes unless a test says so.
func withScript(
    coldAfter: Duration? = nil,
    _ answer: @escaping @Sendable (ScriptedSage.Request) -> ScriptedSage.Answer,
    _ body: (SageSession, ScriptedSage) async throws -> Void
) async throws {
    let server = try ScriptedSage(answer)
    defer { server.close() }
    let session = SageSession(
        address: try server.address,
        user: "connector",
        password: Secret("Päss:word"),
        http: HTTPClient(),
        coldAfter: coldAfter
    )
    try await body(session, server)
}

/// The company of every test.
func company() throws -> CompanyID { try #require(CompanyID("SAMINC")) }

/// What a call throws; nil when it does not.
func failure(_ body: () async throws -> Void) async -> SageError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SageError
    }
}
