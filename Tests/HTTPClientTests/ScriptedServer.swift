import Foundation
import Glibc
import Synchronization

/// A real server on a loopback port, with a thread for each connection that runs the test's script.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (ServerConnection) -> Void

    struct Statistics {
        var requests: [ReceivedRequest] = []
        var connectionCount = 0
        var openCount = 0
        var maximumOpenCount = 0
    }

    let port: UInt16
    private let listener: Int32
    private let statistics = Mutex(Statistics())

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [ReceivedRequest] { statistics.withLock { $0.requests } }
    var connectionCount: Int { statistics.withLock { $0.connectionCount } }
    var maximumOpenCount: Int { statistics.withLock { $0.maximumOpenCount } }

    /// Listens at once; `script` runs for each connection and the connection is closed when it returns.
    init(_ script: @escaping Script) throws {
        (listener, port) = try LoopbackSocket.listen()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                let connection = ServerConnection(descriptor) { request in
                    self?.statistics.withLock { $0.requests.append(request) }
                }
                self?.opened()
                Thread.detachNewThread { [weak self] in
                    script(connection)
                    self?.statistics.withLock { $0.openCount -= 1 }
                    connection.close()
                }
            }
            // By nobody else: the number would be another socket's while it is still accepted from here.
            Glibc.close(listener)
        }
    }

    /// Answers every request on a kept connection.
    static func answering(_ answer: @escaping @Sendable (ReceivedRequest) -> String) throws -> ScriptedServer
    {
        try ScriptedServer { connection in
            while let request = connection.readRequest() { connection.send(answer(request)) }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private func opened() {
        statistics.withLock {
            $0.connectionCount += 1
            $0.openCount += 1
            $0.maximumOpenCount = max($0.maximumOpenCount, $0.openCount)
        }
    }
}

/// A request as the server read it.
struct ReceivedRequest: Sendable {
    let line: String
    let fields: [String]
    let body: [UInt8]

    var method: String { String(line.prefix { $0 != " " }) }
    var target: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    func value(_ name: String) -> String? {
        let field = fields.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        return field.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// The server's end of one connection; used by its script's thread only.
final class ServerConnection: @unchecked Sendable {
    private let descriptor: Int32
    private let record: (ReceivedRequest) -> Void
    private var buffer: [UInt8] = []
    private var isClosed = false

    init(_ descriptor: Int32, _ record: @escaping (ReceivedRequest) -> Void) {
        self.descriptor = descriptor
        self.record = record
    }

    /// The next request with its body, or `nil` when the client has closed.
    func readRequest() -> ReceivedRequest? {
        guard let head = readHead() else { return nil }
        let lines = head.components(separatedBy: "\r\n")
        let fields = Array(lines.dropFirst())
        let length = ReceivedRequest(line: lines[0], fields: fields, body: []).value("Content-Length")
        let count = length.flatMap(Int.init) ?? 0
        while buffer.count < count { guard fill() else { return nil } }
        let request = ReceivedRequest(line: lines[0], fields: fields, body: Array(buffer.prefix(count)))
        buffer.removeFirst(count)
        record(request)
        return request
    }

    /// The head alone: the body stays unread.
    func readHead() -> String? {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { buffer.removeFirst(end.upperBound) }
                return String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    /// False when the client no longer takes any.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Blocks until the client has closed its end.
    func waitForClose() { while fill() { buffer.removeAll() } }

    /// Closes so that the client gets a reset instead of an end.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    private func fill() -> Bool {
        guard !isClosed else { return false }
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: chunk.prefix(count))
        return true
    }
}

enum LoopbackSocket {
    struct Failure: Error { let errno: Int32 }

    static func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let (descriptor, port) = try bound()
        guard Glibc.listen(descriptor, 512) == 0 else { throw Failure(errno: errno) }
        return (descriptor, port)
    }

    /// A port nobody listens on: bound, so that nobody else gets it while the descriptor is open.
    static func bound() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            let status = Glibc.bind(descriptor, pointer, length)
            return status == 0 ? getsockname(descriptor, pointer, &length) : status
        }
        guard status == 0 else { throw Failure(errno: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
