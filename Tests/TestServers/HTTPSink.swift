public import Foundation
import Glibc
import Synchronization

/// A real HTTP server on a loopback port that keeps what it is sent.
public final class HTTPSink: Sendable {
    /// A call as it came.
    public struct Call: Sendable {
        /// `POST`.
        public let method: String
        /// `/hook?a=b`.
        public let target: String
        /// By name in lower case.
        public let headers: [String: String]
        /// Whole.
        public let body: String
        /// When it was complete.
        public let at: Date
    }

    /// What a call is answered with.
    public enum Reply: Sendable {
        /// A status, with headers and a body.
        case status(Int, [String] = [], String = "")
        /// Never anything.
        case silence
    }

    private let listener: LoopbackListener

    /// Listens at once.
    /// - Parameter reply: what each call gets, given how many came before it.
    public init(_ reply: @escaping @Sendable (Call, Int) -> Reply = { _, _ in .status(200) }) throws {
        let received = Received()
        listener = try LoopbackListener { descriptor in
            Self.serve(descriptor, received, reply)
            close(descriptor)
        }
        self.received = received
    }

    private let received: Received

    /// Its address, with a path.
    public var url: String { "http://127.0.0.1:\(listener.port)/hook" }

    /// What has come so far.
    public var all: [Call] { received.calls.withLock { $0 } }

    private final class Received: Sendable {
        let calls = Mutex<[Call]>([])
    }

    private static func serve(_ descriptor: Int32, _ received: Received, _ reply: (Call, Int) -> Reply) {
        let channel = ByteChannel(input: descriptor, output: descriptor)
        while let call = read(channel) {
            let before = received.calls.withLock { calls in
                calls.append(call)
                return calls.count - 1
            }
            switch reply(call, before) {
            case .silence: return channel.waitForClose()
            case .status(let status, let headers, let body):
                let lines = ["HTTP/1.1 \(status) Answer", "Content-Length: \(body.utf8.count)"] + headers
                channel.write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
            }
        }
    }

    private static func read(_ channel: ByteChannel) -> Call? {
        guard let line = channel.readLine() else { return nil }
        var headers: [String: String] = [:]
        while let field = channel.readLine(), !field.isEmpty {
            guard let colon = field.firstIndex(of: ":") else { continue }
            headers[field[..<colon].lowercased()] = field[field.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        guard let body = channel.read(headers["content-length"].flatMap { Int($0) } ?? 0) else { return nil }
        let words = line.split(separator: " ")
        return Call(
            method: words.first.map(String.init) ?? "",
            target: words.count > 1 ? String(words[1]) : "",
            headers: headers,
            body: String(decoding: body, as: UTF8.self),
            at: Date()
        )
    }
}
