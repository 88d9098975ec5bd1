import Foundation
import Glibc
import Synchronization

/// A store on a free loopback port that answers as a test tells it to: one request a connection, one at a time.
final class LoopbackStore: Sendable {
    struct Request: Sendable {
        let method: String
        /// Path and query as sent.
        let target: String
        let headers: [String: String]
        var body: [UInt8] = []

        var path: String { String(target.prefix { $0 != "?" }) }

        /// Decoded query, last of a repeated name.
        var query: [String: String] {
            let text = target.drop { $0 != "?" }.dropFirst()
            let pairs = text.split(separator: "&").map {
                $0.split(separator: "=", omittingEmptySubsequences: false)
            }
            return pairs.reduce(into: [:]) { query, halves in
                guard halves.count == 2, let name = String(halves[0]).removingPercentEncoding else { return }
                query[name] = String(halves[1]).removingPercentEncoding
            }
        }
    }

    struct Answer: Sendable {
        var status: Int
        var headers = ["Content-Type": "application/json"]
        var body: [UInt8]
        /// More than there is: the connection ends in the middle.
        var declaredLength: Int?

        init(_ text: String, _ headers: [String: String] = [:]) { self.init(200, text, headers) }

        init(_ status: Int, _ text: String, _ headers: [String: String] = [:]) {
            self.status = status
            body = Array(text.utf8)
            self.headers.merge(headers) { $1 }
        }
    }

    let port: Int
    var url: String { "http://127.0.0.1:\(port)" }
    private let descriptor: Int32
    private let seen = Mutex<[Request]>([])

    /// Every request so far, in order.
    var requests: [Request] { seen.withLock { $0 } }

    /// - Parameter answer: nil closes the connection without an answer.
    init(_ answer: @escaping @Sendable (Request) -> Answer?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                self?.serve(connection, answer)
                Glibc.close(connection)
            }
            // By nobody else: the number would be another socket's while it is still accepted from here.
            Glibc.close(descriptor)
        }
        thread.start()
    }

    /// Ends the thread; connections made later are refused.
    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serve(_ connection: Int32, _ answer: (Request) -> Answer?) {
        guard let request = Self.read(connection) else { return }
        seen.withLock { $0.append(request) }
        guard let answer = answer(request) else { return }
        var head =
            "HTTP/1.1 \(answer.status) Status\r\nConnection: close\r\nContent-Length: \(answer.declaredLength ?? answer.body.count)\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + answer.body
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
        let end: [UInt8] = [13, 10, 13, 10]
        while bytes.firstRange(of: end) == nil { guard receive(connection, &bytes) else { return nil } }
        guard let mark = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<mark.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().reduce(into: [String: String]()) { headers, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        while bytes.count < mark.upperBound + length { guard receive(connection, &bytes) else { return nil } }
        return Request(
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: Array(bytes[mark.upperBound...])
        )
    }

    private static func receive(_ connection: Int32, _ bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0, bytes.count < 1 << 20 else { return false }
        bytes += buffer[..<count]
        return true
    }
}
