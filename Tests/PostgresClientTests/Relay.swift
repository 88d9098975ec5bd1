import Foundation
import Glibc
import Synchronization
import Testing

/// Passes TCP between a port of its own and the real server, and can misbehave on purpose.
final class Relay: Sendable {
    private struct State {
        var isStopped = false
        var isSilent = false
        /// What a client sends next still reaches the server, but the answer is replaced by a hang-up.
        var hangsUp = false
        var descriptors: Set<Int32> = []
    }

    let port: Int
    private let serverPort: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// A port nobody listens on.
    static func freePort() throws -> Int {
        let descriptor = try listen(on: 0)
        defer { close(descriptor) }
        return try localPort(descriptor)
    }

    /// - Parameter port: 0 for any.
    init(port: Int = 0, to serverPort: Int) throws {
        self.serverPort = serverPort
        listener = try Self.listen(on: port)
        self.port = try Self.localPort(listener)
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Hangs up on everybody and accepts nobody any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        sever()
    }

    /// Hangs up on everybody.
    func sever() {
        state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Keeps connections open and passes nothing.
    func fallSilent() { state.withLock { $0.isSilent = true } }

    /// Lets what a client sends next reach the server, and hangs up when the answer comes.
    func hangUpInsteadOfAnswering() { state.withLock { $0.hangsUp = true } }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0, !state.withLock({ $0.isStopped }) else { break }
            guard let server = try? Self.connect(to: serverPort) else {
                close(client)
                continue
            }
            state.withLock { $0.descriptors.formUnion([client, server]) }
            Thread.detachNewThread { self.pass(client, server) }
        }
        close(listener)
    }

    private func pass(_ client: Int32, _ server: Int32) {
        var isDoomed = false
        var buffer = [UInt8](repeating: 0, count: 65536)
        loop: while true {
            var polled = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, 2, -1) > 0 else { break }
            for (index, from) in [client, server].enumerated() where polled[index].revents != 0 {
                let count = read(from, &buffer, buffer.count)
                guard count > 0 else { break loop }
                if state.withLock({ $0.isSilent }) { continue }
                if from == server, isDoomed { break loop }
                if from == client, state.withLock({ $0.hangsUp }) { isDoomed = true }
                guard writeAll(buffer[..<count], to: from == client ? server : client) else { break loop }
            }
        }
        state.withLock { $0.descriptors.subtract([client, server]) }
        close(client)
        close(server)
    }

    private func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func listen(on port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let status = withLoopback(port) { bind(descriptor, $0, $1) }
        try #require(status == 0 && Glibc.listen(descriptor, 64) == 0, "errno \(errno)")
        return descriptor
    }

    private static func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(withLoopback(port) { Glibc.connect(descriptor, $0, $1) } == 0, "errno \(errno)")
        return descriptor
    }

    private static func localPort(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        try #require(status == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
