import Foundation
import Synchronization
import Testing

@testable import AMQPClient

/// The broker the tests talk to: `TEST_AMQP_URL`, and for TLS `TEST_AMQPS_URL` with `TEST_AMQP_CA_FILE`.
enum Broker {
    static let url = ProcessInfo.processInfo.environment["TEST_AMQP_URL"]
    static let tlsURL = ProcessInfo.processInfo.environment["TEST_AMQPS_URL"]
    static let authorityFile = ProcessInfo.processInfo.environment["TEST_AMQP_CA_FILE"]
    static let isPresent = url != nil
    static let hasTLS = tlsURL != nil && authorityFile != nil

    static func configuration(_ url: String? = nil) throws -> AMQPConfiguration {
        let url = try #require(url ?? Self.url)
        var configuration = try AMQPConfiguration(urls: url, connectionName: "AMQPClientTests")
        configuration.retry = AMQPBackoff(first: .milliseconds(20), longest: .milliseconds(200))
        configuration.connectTimeout = .seconds(5)
        return configuration
    }

    static func endpoint() throws -> AMQPEndpoint {
        try #require(try configuration().endpoints.first)
    }

    /// The test broker's endpoint with another port or password.
    static func endpoint(port: Int, password: String? = nil, virtualHost: String? = nil) throws
        -> AMQPEndpoint
    {
        let broker = try endpoint()
        return AMQPEndpoint(
            host: "127.0.0.1",
            port: port,
            username: broker.username,
            password: password ?? broker.password,
            virtualHost: virtualHost ?? broker.virtualHost
        )
    }

    static func uniqueName(_ line: Int = #line) -> String { "test-\(line)-\(UUID().uuidString.lowercased())" }
}

/// Runs `body` with a connection and closes it, whatever happens.
func withConnection<T>(
    _ configuration: AMQPConfiguration? = nil,
    events: EventLog? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (AMQPConnection) async throws -> T
) async throws -> T {
    let connection = AMQPConnection(configuration: try configuration ?? Broker.configuration()) {
        events?.append($0)
    }
    do {
        try await connection.connect()
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs `body` with a durable queue of its own and deletes it, whatever happens.
func withQueue<T>(
    _ connection: AMQPConnection,
    kind: AMQPQueueKind = .classic,
    arguments: [String: AMQPValue] = [:],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> T
) async throws -> T {
    let queue = Broker.uniqueName()
    try await connection.declareQueue(queue, kind: kind, arguments: arguments)
    do {
        let result = try await body(queue)
        try await connection.deleteQueue(queue)
        return result
    } catch {
        try? await connection.deleteQueue(queue)
        throw error
    }
}

extension AMQPMessage {
    init(_ text: String) { self.init(body: Array(text.utf8)) }
}

extension AMQPDelivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension AMQPConsumer {
    /// The next delivery; a test that gets none fails.
    func next() async throws -> AMQPDelivery {
        var iterator = makeAsyncIterator()
        return try #require(try await iterator.next())
    }
}

/// Asks again and again; ends with the test's time limit.
func eventually(
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

/// Collects events and lets a test wait for one.
final class EventLog: Sendable {
    private struct State {
        var events: [AMQPEvent] = []
        var waiters: [(matches: @Sendable ([AMQPEvent]) -> Bool, reply: Reply<Void>)] = []
    }

    private let state = Mutex(State())

    var events: [AMQPEvent] { state.withLock { $0.events } }

    var connectedCount: Int { events.count(where: \.isConnected) }

    func append(_ event: AMQPEvent) {
        state.withLock { state in
            state.events.append(event)
            for waiter in state.waiters where waiter.matches(state.events) { waiter.reply.succeed() }
        }
    }

    /// Waits until the events so far satisfy `matches`; ends with the test's time limit.
    func wait(_ matches: @escaping @Sendable ([AMQPEvent]) -> Bool) async throws {
        let reply = Reply<Void>()
        state.withLock { state in
            if matches(state.events) { reply.succeed() } else { state.waiters.append((matches, reply)) }
        }
        try await reply.value()
    }

    func waitForConnections(_ count: Int) async throws {
        try await wait { $0.count(where: \.isConnected) >= count }
    }
}

extension AMQPEvent {
    var isConnected: Bool { if case .connected = self { true } else { false } }
    var isDisconnected: Bool { if case .disconnected = self { true } else { false } }
    var isChannelClosed: Bool { if case .channelClosed = self { true } else { false } }
    var isRetrying: Bool { if case .retrying = self { true } else { false } }
}
