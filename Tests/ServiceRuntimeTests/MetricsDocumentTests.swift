import Foundation
import PrometheusMetrics
import Testing

@testable import ServiceRuntime

/// docs/metrics.md tells every metric, and no other.
@Suite(.timeLimit(.minutes(1)))
struct MetricsDocumentTests {
    private static let known =
        ServiceMetrics.counted + FleetMetrics.all + ProcessMetrics.all + [
            ObservationServer.info, ObservationServer.silence, PrometheusRegistry.refusals,
        ]

    private func document() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/metrics.md"), encoding: .utf8)
    }

    @Test func everyMetricIsTold() throws {
        let text = try document()
        for metric in Self.known { #expect(text.contains("`\(metric.name)`"), "\(metric.name)") }
    }

    @Test func everyMetricThatIsToldIsThere() throws {
        let names = Set(Self.known.map(\.name))
        for match in try document().matches(of: /\b(?:mlc|process)_[a-z_]+/) {
            let name = String(match.output).replacing(/_(?:bucket|sum|count)$/, with: "")
            #expect(names.contains(name) || names.contains(String(match.output)), "\(match.output)")
        }
    }

    @Test("named as Prometheus wants it, each once, with help", arguments: known)
    func namesAreConventional(_ metric: MetricDescription) {
        #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
        #expect(metric.help.hasSuffix("."))
        #expect(!metric.name.contains("milliseconds"))
        #expect(Self.known.filter { $0.name == metric.name }.count == 1)
        #expect((metric.kind == .histogram) == !metric.buckets.isEmpty)
        #expect(metric.labels == metric.labels.sorted() || metric.kind != .gauge)
    }
}
