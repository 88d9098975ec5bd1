import Accounting
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import PrometheusMetrics
import Storage
import TestBench
import Testing

@testable import ServiceRuntime

/// An observation server that serves, and somebody who asks it.
struct Observed {
    let server: ObservationServer
    let watchdog: Watchdog
    let registry: PrometheusRegistry
    let port: Int
    let http: HTTPClient

    func get(_ path: String) async throws -> HTTPResponse {
        try await http.send(HTTPRequest(method: .get, url: "http://127.0.0.1:\(port)\(path)"))
    }

    /// The samples of `/metrics`, read as Prometheus reads its text format 0.0.4.
    func metrics() async throws -> [String: Double] {
        let response = try await get("/metrics")
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        var (types, samples): ([String: String], [String: Double]) = ([:], [:])
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (gauge|counter|histogram)/) {
                // A family has one type, before its first sample.
                #expect(types.updateValue(String(type.2), forKey: String(type.1)) == nil)
            } else if line.wholeMatch(of: /# HELP [a-z_]+ .+/) == nil {
                let sample = try #require(
                    try
                        /([a-z_]+?)(_bucket|_sum|_count)?(\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})? ([0-9.e-]+)/
                        .wholeMatch(
                            in: line
                        ),
                    "\(line)"
                )
                let whole = "\(sample.1)\(sample.2 ?? "")"
                #expect(types[String(sample.1)] == "histogram" || types[whole] != nil, "\(line)")
                #expect(
                    samples.updateValue(Double(sample.4) ?? .nan, forKey: "\(whole)\(sample.3 ?? "")") == nil
                )
            }
        }
        return samples
    }
}

/// Serves on a free port while `body` runs.
func withObservation(_ body: (Bench, Observed) async throws -> Void) async throws {
    try await withBench { bench in
        let watchdog = Watchdog(limit: .milliseconds(300))
        let registry = PrometheusRegistry(ServiceMetrics.counted)
        let server = ObservationServer(
            name: "bench",
            host: "127.0.0.1",
            port: 0,
            registry: registry,
            watchdog: watchdog
        )
        let serving = Task { await server.run(logger: bench.logger) }
        let outcome: Result<Void, any Error>
        do {
            let port = try await bench.eventually("observation serves") { server.servedPort }
            try await body(
                bench,
                Observed(server: server, watchdog: watchdog, registry: registry, port: port, http: bench.http)
            )
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        serving.cancel()
        await serving.value
        try outcome.get()
    }
}

extension Bench {
    /// The bench's parts as a service has them.
    func connections() throws -> Connections {
        Connections(database: database, broker: try messages, http: http, vault: vault)
    }

    /// A document in a state.
    func put(_ kind: String, _ state: String) async throws {
        let next = try await count("select count(*) + 1 from documents")
        _ = try await database.client.query(
            """
            insert into documents (tenant, company, kind, source_id, number, document, store_view,
                source_created_at, source_updated_at, source, content_hash, state)
            values (\(tenant.name), 'SAMINC', \(kind), \(next), \("\(next)"), \("US\(next)"), 'default', now(),
                now(), '{}', ''::bytea, \(state))
            """
        )
    }
}
