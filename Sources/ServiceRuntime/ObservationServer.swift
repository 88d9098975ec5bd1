import AMQPClient
import Accounting
import ExactJSON
import Foundation
import Glibc
import Hummingbird
import Logging
import Messaging
import PostgresClient
import Storage
import Synchronization

/// Serves `/health` and `/metrics` (Prometheus text, version 0.0.4) where `METRICS_PORT` says so.
final class ObservationServer: Sendable {
    private let name: String
    private let host: String
    private let port: Int
    private let startedAt = Date()
    private let connections = Mutex<Connections?>(nil)

    init(name: String, host: String, port: Int) {
        self.name = name
        self.host = host
        self.port = port
    }

    /// The service has connected to what it needs.
    func connected(_ connections: Connections) { self.connections.withLock { $0 = connections } }

    /// Serves until cancelled.
    func run(logger: Logger) async {
        let router = Router()
        router.get("health") { _, _ in await self.health() }
        router.get("metrics") { _, _ in await self.metrics() }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port), serverName: "ml-connector"),
            logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
        )
        do { try await application.run() } catch is CancellationError {} catch {
            logger.error("METRICS_PORT \(port) cannot be served: \(error)")
        }
    }

    /// 200 once the service is connected and both systems answer; 503 tells that it is alive but not ready.
    private func health() async -> Response {
        let connections = connections.withLock { $0 }
        let hasBroker = await connections?.broker.connection.isConnected ?? false
        // Any error means that it does not answer.
        let hasDatabase = (try? await connections?.database.client.query("select 1")) != nil
        let isReady = hasBroker && hasDatabase
        let body: JSON = [
            "status": isReady ? "ready" : "waiting", "service": .string(name),
            "version": .string(Product.version),
            "broker": .bool(hasBroker), "database": .bool(hasDatabase),
        ]
        return Self.response(isReady ? .ok : .serviceUnavailable, "application/json", body.text + "\n")
    }

    private func metrics() async -> Response {
        var text = """
            # HELP mlc_info The program and its release.
            # TYPE mlc_info gauge
            mlc_info{service="\(name)",version="\(Product.version)"} 1
            # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
            # TYPE process_start_time_seconds gauge
            process_start_time_seconds \(Int(startedAt.timeIntervalSince1970))
            # HELP process_resident_memory_bytes Resident memory size in bytes.
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes \(Self.residentBytes)

            """
        if let counts = try? await connections.withLock({ $0 })?.database.counts(of: nil) {
            text += """
                # HELP mlc_documents Documents by kind and state, all tenants.
                # TYPE mlc_documents gauge

                """
            var sums: [String: Int] = [:]
            for count in counts {
                sums["kind=\"\(count.kind.rawValue)\",state=\"\(count.state.rawValue)\"", default: 0] +=
                    count.count
            }
            for (labels, count) in sums.sorted(by: { $0.key < $1.key }) {
                text += "mlc_documents{\(labels)} \(count)\n"
            }
        }
        return Self.response(.ok, "text/plain; version=0.0.4; charset=utf-8", text)
    }

    private static var residentBytes: Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (fields.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
