import Foundation
import Glibc
import Synchronization
import Testing

/// Passes TCP between a port of its own and a server of this machine: opened late, and cut on purpose.
final class Relay: Sendable {
    private struct State {
        var isStopped = false
        /// Everybody is hung up on at once.
        var isAway = false
        var attempts: [ContinuousClock.Instant] = []
        var descriptors: Set<Int32> = []
    }

    /// A socket bound to the port: nobody else can take it, and until `open()` nobody is answered.
    private let listener: Int32
    let port: Int
    private let serverPort: Int
    private let state = Mutex(State())

    /// Reserves a port; connections to it are refused until `open()`.
    init(to serverPort: Int) throws {
        self.serverPort = serverPort
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let status = Self.withLoopback(0) { [listener] in bind(listener, $0, $1) }
        try #require(status == 0, "errno \(errno)")
        port = try Self.localPort(listener)
    }

    /// The URL with the relay's port instead of the server's own.
    static func before(_ url: String) throws -> (relay: Relay, url: String) {
        var parts = try #require(URLComponents(string: url))
        let relay = try Relay(to: try #require(parts.port))
        parts.host = "127.0.0.1"
        parts.port = relay.port
        return (relay, try #require(parts.string))
    }

    /// Starts to take connections.
    func open() throws {
        try #require(Glibc.listen(listener, 64) == 0, "errno \(errno)")
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Hangs up on everybody; new connections are taken.
    func cut() {
        state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Hangs up on everybody, and on whoever calls from now on; those are counted.
    func goAway() {
        state.withLock { state in
            state.isAway = true
            state.attempts = []
        }
        cut()
    }

    /// Takes connections again.
    func comeBack() { state.withLock { $0.isAway = false } }

    /// When somebody called since `goAway()`.
    var attempts: [ContinuousClock.Instant] { state.withLock { $0.attempts } }

    /// Hangs up and takes nobody any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0, !state.withLock({ $0.isStopped }) else { break }
            if isTurnedAway() {
                close(client)
                continue
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard Self.withLoopback(serverPort, { connect(server, $0, $1) }) == 0 else {
                close(client)
                close(server)
                continue
            }
            state.withLock { $0.descriptors.formUnion([client, server]) }
            Thread.detachNewThread { self.pass(client, server) }
        }
        close(listener)
    }

    private func isTurnedAway() -> Bool {
        state.withLock { state in
            if state.isAway { state.attempts.append(.now) }
            return state.isAway
        }
    }

    private func pass(_ client: Int32, _ server: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        loop: while true {
            var polled = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, 2, -1) > 0 else { break }
            for (index, from) in [client, server].enumerated() where polled[index].revents != 0 {
                let count = read(from, &buffer, buffer.count)
                guard count > 0, Self.write(buffer[..<count], to: from == client ? server : client) else {
                    break loop
                }
            }
        }
        // Forgotten before they are closed: their numbers are another's then.
        state.withLock { $0.descriptors.subtract([client, server]) }
        close(client)
        close(server)
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
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
