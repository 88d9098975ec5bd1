import ExactJSON
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PrometheusMetrics
import Synchronization

/// Serves `/health`, `/health/live`, `/health/ready` and `/metrics` where `METRICS_PORT` says so.
final class ObservationServer: Sendable {
    private struct Connected {
        let connections: Connections
        let fleet: FleetObservation
    }

    private let name: String
    private let host: String
    private let port: Int
    private let startedAt = Date()
    private let registry: PrometheusRegistry
    private let watchdog: Watchdog
    private let connected = Mutex<Connected?>(nil)
    private let served = Mutex<Int?>(nil)

    init(
        name: String,
        host: String,
        port: Int,
        registry: PrometheusRegistry = PrometheusRegistry(ServiceMetrics.counted),
        watchdog: Watchdog = Watchdog()
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.registry = registry
        self.watchdog = watchdog
    }

    /// The port that is served; nil until it is.
    var servedPort: Int? { served.withLock { $0 } }

    /// The service has connected to what it needs.
    func connected(_ connections: Connections) {
        let fleet = FleetObservation(database: connections.database, broker: connections.broker)
        connected.withLock { $0 = Connected(connections: connections, fleet: fleet) }
    }

    /// Serves until cancelled.
    func run(logger: Logger) async {
        let router = Router()
        for path in ["health", "health/ready"] {
            router.get("\(path)") { _, _ in
                let report = await self.report()
                return Self.response(report.isReady ? .ok : .serviceUnavailable, report.json)
            }
        }
        router.get("health/live") { _, _ in self.live() }
        router.get("metrics") { _, _ in await self.metrics() }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port), serverName: "ml-connector"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? self.port
                self.served.withLock { $0 = port }
                logger.notice("METRICS_PORT: /metrics and /health are at http://\(self.host):\(port)")
            },
            logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
        )
        do { try await application.run() } catch is CancellationError {} catch {
            let reason = Self.isInUse(error) ? "another program listens there" : "\(error)"
            logger.error(
                """
                METRICS_PORT \(port) cannot be served: \(reason). The service goes on without /metrics and /health; \
                choose another port, or 0 to have a free one picked.
                """
            )
        }
    }

    private static func isInUse(_ error: any Error) -> Bool {
        (error as? IOError)?.errnoCode == EADDRINUSE
    }

    /// 200 once the service is connected, both systems answer and its loops turn; 503 otherwise.
    private func report() async -> HealthReport {
        let connections = connected.withLock { $0?.connections }
        let found = await connections?.answer() ?? (broker: false, database: false)
        return HealthReport(
            service: name,
            hasBroker: found.broker,
            hasDatabase: found.database,
            loops: watchdog.silences,
            isAlive: watchdog.isAlive
        )
    }

    /// 200 as long as the loops turn, whatever they wait for: who is alive is not to be restarted.
    private func live() -> Response {
        let isAlive = watchdog.isAlive
        let body: JSON = [
            "status": isAlive ? "alive" : "stuck", "service": .string(name),
            "version": .string(Product.version),
        ]
        return Self.response(isAlive ? .ok : .serviceUnavailable, body)
    }

    private func metrics() async -> Response {
        let fleet = connected.withLock { $0?.fleet }
        var families = registry.families + ProcessMetrics.families(startedAt: startedAt)
        families.append(
            MetricFamily(
                Self.info,
                [
                    MetricSample(
                        labels: [MetricLabel("service", name), MetricLabel("version", Product.version)],
                        value: 1
                    )
                ]
            )
        )
        families += watchdogFamilies
        if let fleet {
            let (reading, failures) = await fleet.reading()
            families += FleetMetrics.families(reading, failures: failures)
        }
        return Self.response(.ok, PrometheusText.contentType, PrometheusText.text(of: families))
    }

    static let info = MetricDescription.gauge(
        "mlc_info",
        "The program and its release.",
        by: ["service", "version"]
    )
    static let silence = MetricDescription.gauge(
        "mlc_loop_silence_seconds",
        "How long a main loop has not turned although nothing was away.",
        by: ["loop"]
    )

    private var watchdogFamilies: [MetricFamily] {
        let samples = watchdog.silences.map {
            MetricSample(labels: [MetricLabel("loop", $0.loop)], value: max(0, $0.silence / .seconds(1)))
        }
        return [MetricFamily(Self.silence, samples)]
    }

    private static func response(_ status: HTTPResponse.Status, _ body: JSON) -> Response {
        response(status, "application/json", body.text + "\n")
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
