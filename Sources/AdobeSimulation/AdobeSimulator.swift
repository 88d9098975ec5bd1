import Foundation
import HTTPTypes
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An Adobe Commerce store on a TCP port, faithful enough to rehearse against.
public struct AdobeSimulator: Sendable {
    private let store: SimulatedStore
    private let logger: Logger
    private static let maximumBodyBytes = 16 << 20

    /// Generates the store; a few microseconds an order.
    public init(scenario: Scenario, logger: Logger) {
        store = SimulatedStore(scenario: scenario)
        self.logger = logger
    }

    /// Serves until the task is cancelled or its service group shuts down.
    /// - Parameters:
    ///   - port: 0 picks a free one.
    ///   - onListening: Called once with the address, `http://host:port`.
    public func run(
        host: String = "127.0.0.1",
        port: Int,
        onListening: @escaping @Sendable (String) -> Void
    ) async throws {
        let store = store
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: ServerConfiguration(address: .hostname(host, port: port)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        ) { request, writer, channel in
            try await Self.respond(to: request, from: store, writer, channel)
        } onServerRunning: { channel in
            let bound = channel.localAddress?.port ?? port
            let shown = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host
            store.baseURL.withLock { $0 = "http://\(shown):\(bound)/" }
            onListening("http://\(shown):\(bound)")
        }
        try await server.run()
    }

    private static func respond(
        to request: Request,
        from store: SimulatedStore,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        // A client that never sends the rest must not keep the program from ending.
        let body = try await cancelWhenGracefulShutdown {
            try await request.body.collect(upTo: maximumBodyBytes)
        }
        let storeRequest = StoreRequest(request, body: body, channel: channel)
        let isCounted = !storeRequest.isControl
        if isCounted { store.state.withLock { $0.journal.begin() } }
        defer { if isCounted { store.state.withLock { $0.journal.end() } } }
        let outcome = store.respond(to: storeRequest)
        if outcome.delayMilliseconds > 0 {
            try await cancelWhenGracefulShutdown {
                try await Task.sleep(for: .milliseconds(outcome.delayMilliseconds))
            }
        }
        switch outcome.delivery {
        case .whole:
            let isHead = request.method == .head
            let bytes = isHead ? ByteBuffer() : ByteBuffer(bytes: outcome.response.body)
            try await writer.write(
                response: head(outcome.response, store),
                body: ResponseBody(byteBuffer: bytes)
            )
        case .truncated:
            let part = ByteBuffer(bytes: outcome.response.body.prefix(outcome.response.body.count / 2))
            var bodyWriter = try await writer.writeHead(head(outcome.response, store))
            try await bodyWriter.write(part)
            throw ConnectionSpoilt()
        case .reset:
            // Lingering for no time at all makes the kernel send RST instead of FIN.
            if let options = channel as? any SocketOptionProvider {
                try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            throw ConnectionSpoilt()
        case .stalled:
            // Neither is cancelled by itself: a future knows no tasks, a task no shutdown.
            try await cancelWhenGracefulShutdown {
                try await withTaskCancellationHandler {
                    try await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
            }
            throw ConnectionSpoilt()
        }
    }

    /// Thrown to make the server close the connection without finishing the answer.
    private struct ConnectionSpoilt: Error {}

    private static func head(_ response: StoreResponse, _ store: SimulatedStore) -> HTTPResponse {
        var fields = HTTPFields()
        fields[.date] = HTTPDate.text(store.now)
        fields[.server] = "adobe-simulator"
        fields[.contentLength] = String(response.body.count)
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return HTTPResponse(status: .init(code: response.status), headerFields: fields)
    }
}

extension StoreRequest {
    init(_ request: Request, body: ByteBuffer, channel: any Channel) {
        method = request.method.rawValue
        target = request.head.path ?? "/"
        headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        host = request.head.authority ?? ""
        self.body = Array(body.readableBytesView)
        clientPort = channel.remoteAddress?.port
        let address = channel.remoteAddress?.ipAddress ?? ""
        isLoopback = address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
