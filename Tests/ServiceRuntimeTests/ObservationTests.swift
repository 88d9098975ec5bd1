import AMQPClient
import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import Storage
import TestBench
import Testing

@testable import ServiceRuntime

/// `/health` and `/metrics`, asked over HTTP.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(1)))
struct ObservationTests {
    @Test func healthTellsWaitingFromReady() async throws {
        try await withObservation { bench, observed in
            let waiting = try await observed.get("/health")
            #expect(waiting.status == 503)
            let body = try JSON(parsing: waiting.body)
            #expect(body["status"]?.string == "waiting")
            #expect(body["service"]?.string == "bench")
            #expect(body["version"]?.string == Product.version)
            #expect(body["broker"]?.bool == false)
            #expect(body["database"]?.bool == false)

            observed.server.connected(try bench.connections())
            let ready = try await observed.get("/health")
            #expect(ready.status == 200)
            #expect(try JSON(parsing: ready.body)["status"]?.string == "ready")

            try await bench.messages.connection.close()
            let lost = try await observed.get("/health")
            #expect(lost.status == 503)
            let left = try JSON(parsing: lost.body)
            #expect(left["broker"]?.bool == false)
            #expect(left["database"]?.bool == true)
        }
    }

    @Test func metricsAreServedBeforeAnythingIsConnected() async throws {
        try await withObservation { _, observed in
            let samples = try await observed.metrics()
            #expect(samples[#"mlc_info{service="bench",version="\#(Product.version)"}"#] == 1)
            #expect(samples["process_resident_memory_bytes"] ?? 0 > 1_000_000)
            let start = try #require(samples["process_start_time_seconds"])
            #expect(abs(start - Date().timeIntervalSince1970) < 120)
            #expect(!samples.keys.contains { $0.hasPrefix("mlc_documents") })
        }
    }

    @Test func metricsCountDocuments() async throws {
        try await withObservation { bench, observed in
            observed.server.connected(try bench.connections())
            _ = try await bench.apply(TenantPlan())
            for kind in ["order", "order", "customer"] { try await bench.put(kind, "waiting") }
            try await bench.put("order", "dead")
            let samples = try await observed.metrics()
            let documents = samples.filter { $0.key.hasPrefix("mlc_documents") }
            #expect(
                documents == [
                    #"mlc_documents{kind="order",state="waiting"}"#: 2,
                    #"mlc_documents{kind="order",state="dead"}"#: 1,
                    #"mlc_documents{kind="customer",state="waiting"}"#: 1,
                ]
            )
        }
    }

    @Test(arguments: ["/", "/healthy", "/metrics/x", "/../etc/passwd"])
    func otherPathsAreNotThere(_ path: String) async throws {
        try await withObservation { _, observed in
            let status = try await observed.get(path).status
            #expect(status == 404)
        }
    }

    @Test func portThatIsTakenIsSaidAndNothingElseStops() async throws {
        try await withObservation { bench, observed in
            let second = ObservationServer(name: "second", host: "127.0.0.1", port: observed.port)
            await second.run(logger: bench.logger)
            #expect(
                bench.journal.lines.contains {
                    $0.hasPrefix("METRICS_PORT \(observed.port) cannot be served")
                }
            )
            let status = try await observed.get("/health").status
            #expect(status == 503)
        }
    }
}
