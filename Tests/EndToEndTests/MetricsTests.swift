import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// What the services tell of their own work.
    @Suite struct Metrics {
        @Test(.timeLimit(.minutes(3)))
        func `every service counts its work, and what is counted is what the books hold`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60, services: []) { $0.giftCard = nil }
                try stage.startServices(environment: ["METRICS_PORT": "0"])
                try await stage.sync(status: 1)
                try await stage.settled()
                let dead = try await stage.deadLetters().count

                let worker = try await stage.metrics(of: "invoice-worker")
                let posted = try await books.posted().count
                try #require(posted > 20)
                #expect(
                    worker[#"mlc_documents_settled_total{kind="order",outcome="posted"}"#] == Double(posted)
                )
                #expect(worker.sum("mlc_deaths_total{") == Double(dead))
                let credited = try await books.credited().count
                #expect(worker["mlc_batch_documents_sum"] == Double(posted + credited))
                #expect(
                    worker.sum("mlc_sage_request_seconds_count{") >= (worker["mlc_batch_calls_sum"] ?? .nan)
                )
                #expect(worker["mlc_batch_calls_sum"] ?? 0 > 5)
                #expect(worker.sum("mlc_deliveries_total{") >= Double(posted))

                let poller = try await stage.metrics(of: "poller")
                let known = try await stage.states().values.reduce(0, +)
                #expect(poller.sum("mlc_poll_documents_total{") >= Double(known))
                #expect(
                    poller.filter { $0.key.hasPrefix("mlc_poll_runs_total{") && $0.key.contains("done") }
                        .count > 0
                )
                let confirms = #"mlc_publishes_total{exchange="mlc.work",outcome="confirmed"}"#
                #expect(poller[confirms] == poller["mlc_publish_confirm_seconds_count"])
                #expect(poller.sum("mlc_adobe_request_seconds_count{") >= 5)

                let customers = try await stage.metrics(of: "customer-worker")
                #expect(
                    customers[#"mlc_documents_settled_total{kind="customer",outcome="posted"}"#] ?? 0 >= 1
                )
                try await eventually("the replayer tells of all \(dead) dead letters", within: .seconds(30)) {
                    let replayer = try await stage.metrics(of: "replayer")
                    return
                        (replayer.sum("mlc_dead_letters_taken_in_total{") == Double(dead)
                        && replayer[#"mlc_dead_letters{class="mapping"}"#] == Double(dead)).orNil
                }
                try await told(stage)
            }
        }

        /// What is the same in all of them.
        private func told(_ stage: Stage) async throws {
            for service in Stage.services {
                let samples = try await stage.metrics(of: service)
                #expect(samples.keys.contains { $0.hasPrefix(#"mlc_info{service="\#(service)""#) })
                #expect(samples["mlc_broker_connections_total"] == 1)
                #expect(samples["mlc_database_connections_total"] ?? 0 >= 1)
                #expect(samples["process_resident_memory_bytes"] ?? 0 > 1_000_000)
                #expect(samples["mlc_metric_series_refused_total"] == 0)
                #expect(samples.count < 1500, "\(service) tells \(samples.count) series")
                for path in ["/health", "/health/live", "/health/ready"] {
                    #expect(try await stage.observation(of: service, path).status == 200)
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a service that waits for its broker is alive and not ready`() async throws {
            try await withStage { stage in
                let (relay, url) = try Relay.before(stage.brokerURL)
                let worker = try stage.start(
                    "invoice-worker",
                    environment: ["AMQP_URL": url, "METRICS_PORT": "0"]
                )
                try await worker.says("are at http://")
                #expect(try await stage.observation(of: "invoice-worker", "/health/live").status == 200)
                #expect(try await stage.observation(of: "invoice-worker", "/health/ready").status == 503)
                #expect(try await stage.metrics(of: "invoice-worker")["mlc_broker_connections_total"] == 0)
                try relay.open()
                try await eventually("it is ready") {
                    (try await stage.observation(of: "invoice-worker", "/health/ready").status == 200).orNil
                }
                relay.goAway()
                try await eventually("it is not ready any more") {
                    (try await stage.observation(of: "invoice-worker", "/health/ready").status == 503).orNil
                }
                #expect(try await stage.observation(of: "invoice-worker", "/health/live").status == 200)
                relay.comeBack()
                try await eventually("it has come back, and says so") {
                    let samples = try await stage.metrics(of: "invoice-worker")
                    return
                        (samples["mlc_broker_connections_total"] ?? 0 >= 2
                        && samples["mlc_broker_disconnections_total"] ?? 0 >= 1).orNil
                }
            }
        }
    }
}

extension Stage {
    /// What a service's only copy answers where its metrics are.
    func observation(of service: String, _ path: String) async throws -> HTTPResponse {
        let program = try #require(running(service).first)
        let line = try #require(program.messages.firstMatch(of: #/are at (http://[0-9.:]+)/#))
        return try await http.send(HTTPRequest(url: String(line.1) + path))
    }

    /// The samples of a service, by name and labels.
    func metrics(of service: String) async throws -> [String: Double] {
        let response = try await observation(of: service, "/metrics")
        try #require(response.status == 200)
        var samples: [String: Double] = [:]
        for line in String(decoding: response.body, as: UTF8.self).split(separator: "\n")
        where !line.hasPrefix("#") {
            let space = try #require(line.lastIndex(of: " "))
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return samples
    }
}

extension [String: Double] {
    /// Of all samples whose name begins so.
    fileprivate func sum(_ prefix: String) -> Double {
        filter { $0.key.hasPrefix(prefix) }.values.reduce(0, +)
    }
}
