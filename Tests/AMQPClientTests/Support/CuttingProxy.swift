import AMQPClient
import Foundation
import Glibc
import Synchronization

/// A TCP proxy on loopback before the real broker, which can cut and hold connections.
final class CuttingProxy: Sendable {
    private struct Pair {
        let client: Int32
        let server: Int32
    }

    private struct State {
        var listener: Int32 = -1
        var pairs: [Pair] = []
        var acceptedCount = 0
        var holdsAnswers = false
        var holdsRequests = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let target: UInt16
    let port: UInt16

    /// Reserves a port; `listen()` opens it.
    init(to target: Int) throws {
        self.target = UInt16(target)
        let (descriptor, port) = try Self.bind(to: 0)
        self.port = port
        Glibc.close(descriptor)
    }

    /// Connections taken so far.
    var acceptedCount: Int { state.withLock { $0.acceptedCount } }

    /// Starts taking connections.
    func listen() throws {
        let (descriptor, _) = try Self.bind(to: port)
        guard Glibc.listen(descriptor, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
        state.withLock { $0.listener = descriptor }
        Thread.detachNewThread { self.run() }
    }

    /// Resets every connection; new ones are taken.
    func cut() {
        state.withLock { state in
            for pair in state.pairs { Self.reset(pair) }
            state.pairs = []
        }
    }

    /// Keeps what the broker says to itself.
    func holdAnswers() { state.withLock { $0.holdsAnswers = true } }

    /// Keeps everything to itself, as a dead network does.
    func holdAll() {
        state.withLock {
            $0.holdsAnswers = true
            $0.holdsRequests = true
        }
    }

    func release() {
        state.withLock {
            $0.holdsAnswers = false
            $0.holdsRequests = false
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for pair in state.pairs { Self.reset(pair) }
            state.pairs = []
        }
    }

    private func run() {
        while state.withLock({ !$0.isStopped }) { turn() }
        state.withLock { _ = Glibc.close($0.listener) }
    }

    /// One look at all sockets. It wakes every 2 ms for changes by other threads.
    private func turn() {
        let (listener, pairs, holdsAnswers, holdsRequests) = state.withLock {
            ($0.listener, $0.pairs, $0.holdsAnswers, $0.holdsRequests)
        }
        var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        for pair in pairs {
            polled.append(pollfd(fd: holdsRequests ? -1 : pair.client, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: holdsAnswers ? -1 : pair.server, events: Int16(POLLIN), revents: 0))
        }
        guard poll(&polled, nfds_t(polled.count), 2) > 0 else { return }
        if polled[0].revents != 0 { accept(listener) }
        for (index, pair) in pairs.enumerated() {
            let isAlive =
                (polled[1 + 2 * index].revents == 0 || Self.copy(pair.client, pair.server))
                && (polled[2 + 2 * index].revents == 0 || Self.copy(pair.server, pair.client))
            if !isAlive { drop(pair) }
        }
    }

    private func accept(_ listener: Int32) {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(target)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        state.withLock { state in
            state.acceptedCount += 1
            if status == 0, !state.isStopped {
                state.pairs.append(Pair(client: client, server: server))
            } else {
                Self.reset(Pair(client: client, server: server))
            }
        }
    }

    private func drop(_ pair: Pair) {
        state.withLock { state in
            guard let index = state.pairs.firstIndex(where: { $0.client == pair.client }) else { return }
            Self.reset(state.pairs.remove(at: index))
        }
    }

    private static func copy(_ from: Int32, _ to: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(from, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let part = buffer[sent..<count].withUnsafeBytes {
                send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    private static func reset(_ pair: Pair) {
        // A linger of zero makes close send a reset.
        var linger = linger(l_onoff: 1, l_linger: 0)
        for descriptor in [pair.client, pair.server] {
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            Glibc.close(descriptor)
        }
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func bind(to port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = Self.address(port)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

/// Runs `body` with a proxy before the test broker and a configuration that goes through it.
func withProxy<T>(
    listens: Bool = true,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (CuttingProxy, AMQPConfiguration) async throws -> T
) async throws -> T {
    let broker = try Broker.endpoint()
    let proxy = try CuttingProxy(to: broker.port)
    defer { proxy.stop() }
    if listens { try proxy.listen() }
    var configuration = try Broker.configuration()
    configuration.endpoints = [try Broker.endpoint(port: Int(proxy.port))]
    return try await body(proxy, configuration)
}
