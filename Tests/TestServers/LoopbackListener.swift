import Foundation
import Glibc

/// Why a test's server cannot start.
public struct ListenerError: Error, CustomStringConvertible {
    /// What failed.
    public let description: String
}

/// A listening socket on a loopback port, with a thread for each connection.
final class LoopbackListener: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter serve: gets each connection's descriptor on a thread of its own, and closes it.
    init(_ serve: @escaping @Sendable (Int32) -> Void) throws {
        let (descriptor, port) = try Self.bound()
        guard listen(descriptor, 128) == 0 else { throw ListenerError(description: "listen: errno \(errno)") }
        self.descriptor = descriptor
        self.port = port
        Thread.detachNewThread {
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                Thread.detachNewThread {
                    blockBrokenPipes()
                    serve(connection)
                }
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let (descriptor, port) = try bound()
        close(descriptor)
        return port
    }

    /// A connection to a loopback port; nil while nobody listens there.
    static func connection(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = withAddress(port) { connect(descriptor, $0, $1) }
        guard status == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func bound() throws -> (Int32, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withAddress(0) { bind(descriptor, $0, $1) }
        let named = withUnsafeMutableBytes(of: &address) { bytes in
            getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard status == 0, named == 0 else { throw ListenerError(description: "bind: errno \(errno)") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Int32)
        -> Int32
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafeBytes(of: &address) { bytes in
            body(
                bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size)
            )
        }
    }
}

/// Blocking bytes both ways; used by one thread.
final class ByteChannel {
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// Up to the next line feed, without the line's end; nil once the other end is closed.
    func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                var line = buffer[..<end]
                if line.last == 0x0D { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return text
            }
            guard fill() else { return nil }
        }
    }

    /// Exactly so many bytes; nil once the other end is closed.
    func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard fill() else { return nil } }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    func write(_ text: String) { Self.write(Array(text.utf8)[...], to: output) }

    /// Blocks until the other end is closed.
    func waitForClose() { while fill() { buffer.removeAll() } }

    @discardableResult
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(input, &chunk, chunk.count)
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }
}

/// Writing to who has hung up is no reason to end the tests.
func blockBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
