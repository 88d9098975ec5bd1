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
            #expect(samples["process_open_fds"] ?? 0 > 3)
            #expect(samples["process_cpu_seconds_total"] ?? 0 > 0)
            #expect(samples["mlc_broker_connections_total"] == 0)
            #expect(!samples.keys.contains { $0.hasPrefix("mlc_documents{") })
        }
    }

    @Test func metricsCountDocuments() async throws {
        try await withObservation { bench, observed in
            observed.server.connected(try bench.connections())
            _ = try await bench.apply(TenantPlan())
            for kind in ["order", "order", "customer"] { try await bench.put(kind, "waiting") }
            try await bench.put("order", "dead")
            let samples = try await observed.metrics()
            let documents = samples.filter { $0.key.hasPrefix("mlc_documents{") && $0.value > 0 }
            #expect(samples[#"mlc_documents{kind="creditmemo",state="inDoubt"}"#] == 0)
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
                    $0.hasPrefix(
                        "METRICS_PORT \(observed.port) cannot be served: another program listens there."
                    )
                }
            )
            let status = try await observed.get("/health").status
            #expect(status == 503)
        }
    }

    @Test("a port of 0 is picked, and told")
    func portIsPicked() async throws {
        try await withObservation { bench, observed in
            #expect(observed.port > 0)
            #expect(
                bench.journal.lines.contains(
                    "METRICS_PORT: /metrics and /health are at http://127.0.0.1:\(observed.port)"
                )
            )
        }
    }
}

/// What a whole fleet comes to, and what a scrape costs.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct FleetMetricsTests {
    private func documents(_ bench: Bench, _ rows: String) async throws {
        _ = try await bench.database.client.query(
            """
            insert into documents (tenant, company, kind, source_id, number, document, store_view,
                source_created_at, source_updated_at, source, content_hash, state, published_at, published_revision)
            \(unescaped: rows)
            """
        )
    }

    @Test("a thousand tenants are fifty series by name")
    func worstCompaniesAreNamed() async throws {
        try await withObservation { bench, observed in
            try await documents(
                bench,
                """
                select 't' || t, 'CO' || t % 3, 'order', t, t::text, 'US' || t, 'default', now(), now(), '{}', '', 'waiting',
                    now() - t * interval '1 second', 1 from generate_series(1, 1000) t
                """
            )
            observed.server.connected(try bench.connections())
            // A scrape answers with what it has: the fleet's numbers come as soon as the database has told them.
            let samples = try await bench.eventually("the fleet's numbers") {
                let samples = try await observed.metrics()
                return samples.keys.contains { $0.hasPrefix("mlc_company_oldest_waiting_seconds{") }
                    ? samples : nil
            }
            let named = samples.filter { $0.key.hasPrefix("mlc_company_oldest_waiting_seconds{") }
            #expect(named.count == 50)
            #expect(named.values.allSatisfy { $0 > 949 })
            #expect(
                named.keys.contains(
                    #"mlc_company_oldest_waiting_seconds{company="CO1",kind="order",tenant="t1000"}"#
                )
            )
            #expect(samples[#"mlc_documents{kind="order",state="waiting"}"#] == 1000)
            let oldest = try #require(samples[#"mlc_oldest_waiting_seconds{kind="order"}"#])
            #expect((1000...1060).contains(oldest))
            #expect(samples.count < 700, "\(samples.count) series")
        }
    }

    @Test("what is posted costs a scrape nothing")
    func postedDocumentsAreNotCounted() async throws {
        try await withObservation { bench, observed in
            try await documents(
                bench,
                """
                select 'acme', 'SAMINC', 'order', t, t::text, 'US' || t, 'default', now(), now(), '{}', '', 'posted',
                    now(), 1 from generate_series(1, 20000) t
                """
            )
            _ = try await bench.database.client.query("analyze documents")
            let plan = try await bench.database.fleetPlans()
            #expect(!plan.contains("Seq Scan on documents"), "\(plan)")
            observed.server.connected(try bench.connections())
            let samples = try await observed.metrics()
            #expect(samples[#"mlc_documents{kind="order",state="waiting"}"#] == 0)
            let duration = try #require(samples["mlc_fleet_reading_duration_seconds"])
            print("   measured: a reading over 20,000 posted documents took \(duration) s")
        }
    }

    @Test("many scrapes at once are one reading")
    func readingsAreShared() async throws {
        try await withObservation { bench, observed in
            observed.server.connected(try bench.connections())
            try await withThrowingTaskGroup(of: Double?.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await observed.metrics()["mlc_fleet_reading_duration_seconds"] }
                }
                var durations: Set<Double> = []
                for try await duration in group { durations.insert(try #require(duration)) }
                #expect(durations.count == 1)
            }
            // It is not read again within ten seconds, whatever has changed.
            try await bench.put("order", "waiting")
            let later = try await observed.metrics()
            #expect(later[#"mlc_documents{kind="order",state="waiting"}"#] == 0)
        }
    }

    @Test("a database that hangs delays a scrape by two seconds and costs the fleet's numbers alone")
    func databaseThatHangsIsNotWaitedFor() async throws {
        try await withObservation { bench, observed in
            observed.server.connected(try bench.connections())
            try await bench.database.client.transaction { transaction in
                _ = try await transaction.query("lock table documents in access exclusive mode")
                let began = ContinuousClock.now
                let samples = try await observed.metrics()
                let duration = ContinuousClock.now - began
                #expect(duration < .seconds(10))
                #expect(samples["process_resident_memory_bytes"] ?? 0 > 0)
                #expect(!samples.keys.contains { $0.hasPrefix("mlc_documents{") })
                print("   measured: a scrape beside a locked table took \(duration)")
            }
            try await bench.eventually("the fleet's numbers are back") {
                try await observed.metrics().keys.contains { $0.hasPrefix("mlc_documents{") } ? true : nil
            }
        }
    }
}

/// Who is alive, and who is ready.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(1)))
struct HealthTests {
    private func statuses(_ observed: Observed) async throws -> [Int] {
        var statuses: [Int] = []
        for path in ["/health/live", "/health/ready", "/health"] {
            statuses.append(try await observed.get(path).status)
        }
        return statuses
    }

    @Test("who waits for broker or database is alive, not ready")
    func waitingIsAlive() async throws {
        try await withObservation { bench, observed in
            #expect(try await statuses(observed) == [200, 503, 503])
            observed.server.connected(try bench.connections())
            #expect(try await statuses(observed) == [200, 200, 200])
            try await bench.messages.connection.close()
            #expect(try await statuses(observed) == [200, 503, 503])
        }
    }

    @Test("a loop that turns no more is not alive, until it turns again")
    func stuckLoopIsNotAlive() async throws {
        try await withObservation { bench, observed in
            observed.server.connected(try bench.connections())
            observed.watchdog.beat("companies")
            #expect(try await statuses(observed) == [200, 200, 200])
            try await bench.eventually("the loop is missed") {
                try await statuses(observed) == [503, 503, 503] ? true : nil
            }
            let body = try JSON(parsing: try await observed.get("/health").body)
            #expect(body["status"]?.string == "stuck")
            #expect(body["alive"]?.bool == false)
            #expect(body["loops"]?.array?.first?["loop"]?.string == "companies")
            let silence = try await observed.metrics()[#"mlc_loop_silence_seconds{loop="companies"}"#]
            #expect(silence ?? 0 > 0.25)
            observed.watchdog.beat("companies")
            #expect(try await statuses(observed) == [200, 200, 200])
            observed.watchdog.end("companies")
            try await Task.sleep(for: .milliseconds(400))
            #expect(try await statuses(observed)[0] == 200)
        }
    }

    @Test("nothing is held against a loop while the broker is away")
    func absenceExcuses() async throws {
        try await withObservation { bench, observed in
            let connections = try bench.connections()
            observed.server.connected(connections)
            observed.watchdog.beat("companies")
            try await bench.messages.connection.close()
            let watching = Task {
                await observed.watchdog.excuse(whenAway: connections, every: .milliseconds(50))
            }
            try await Task.sleep(for: .milliseconds(700))
            #expect(observed.watchdog.isAlive)
            watching.cancel()
        }
    }
}
