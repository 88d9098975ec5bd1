import Accounting
import Foundation
import PrometheusMetrics
import Storage

/// How the whole fleet stands, as gauges: the same in every service, so that rules take the `max` of them.
enum FleetMetrics {
    /// Companies that are told by name.
    static let worstCompanies = 50

    static let documents = MetricDescription.gauge(
        "mlc_documents",
        "Documents by kind and state, all tenants; only states that end by themselves or by a person.",
        by: ["kind", "state"]
    )
    static let oldest = MetricDescription.gauge(
        "mlc_oldest_waiting_seconds",
        "How long the document published first has waited for a worker.",
        by: ["kind"]
    )
    static let ready = MetricDescription.gauge(
        "mlc_queue_messages_ready",
        "Messages ready in the queues, by kind of work; dead: in the dead-letter queues.",
        by: ["kind"]
    )
    static let unpublished = MetricDescription.gauge(
        "mlc_documents_unpublished",
        "Documents whose newest revision the broker has not confirmed."
    )
    static let claims = MetricDescription.gauge(
        "mlc_claims_open",
        "Batches that are not done, by state.",
        by: ["state"]
    )
    static let failures = MetricDescription.gauge(
        "mlc_dead_letters",
        "Dead letters that are neither replayed nor discarded.",
        by: ["class"]
    )
    static let oldestFailure = MetricDescription.gauge(
        "mlc_dead_letters_oldest_seconds",
        "Age of the first dead letter that is neither replayed nor discarded.",
        by: ["class"]
    )
    static let paused = MetricDescription.gauge(
        "mlc_companies_paused",
        "Companies no work is done for, by why: the tenant, its sign-in, or Sage 300 that does not answer.",
        by: ["cause"]
    )
    static let tenants = MetricDescription.gauge(
        "mlc_tenants",
        "Tenants by how their last run over the store went.",
        by: ["standing"]
    )
    static let findings = MetricDescription.gauge(
        "mlc_ledger_findings",
        "What only a person can put right in Sage 300.",
        by: ["kind"]
    )
    static let replays = MetricDescription.gauge("mlc_replays_open", "Replays asked for or under way.")
    static let replaysLeft = MetricDescription.gauge(
        "mlc_replay_documents_left",
        "Documents that open replays have still to send back."
    )
    static let services = MetricDescription.gauge(
        "mlc_services",
        "Processes that showed a sign of life within ten seconds.",
        by: ["service"]
    )
    static let companyOldest = MetricDescription.gauge(
        "mlc_company_oldest_waiting_seconds",
        "How long the document published first has waited, of the fifty companies where that is longest.",
        by: ["company", "kind", "tenant"]
    )
    static let companyWaiting = MetricDescription.gauge(
        "mlc_company_documents_waiting",
        "Documents that wait, of the same companies.",
        by: ["company", "kind", "tenant"]
    )
    static let age = MetricDescription.gauge(
        "mlc_fleet_reading_age_seconds",
        "How old the numbers of the whole fleet are."
    )
    static let duration = MetricDescription.gauge(
        "mlc_fleet_reading_duration_seconds",
        "How long it took to read them."
    )
    static let readingFailures = MetricDescription.counter(
        "mlc_fleet_reading_failures_total",
        "Times the database did not tell them in time."
    )

    static let all = [
        documents, oldest, ready, unpublished, claims, failures, oldestFailure, paused, tenants, findings,
        replays,
        replaysLeft, services, companyOldest, companyWaiting, age, duration, readingFailures,
    ]

    static func families(_ reading: FleetObservation.Reading?, failures: Int) -> [MetricFamily] {
        let told = MetricFamily(readingFailures, Double(failures))
        guard let reading else { return [told] }
        let fleet = reading.fleet
        return [
            told, documentCounts(fleet), oldestWaiting(fleet), counts(ready, by: "kind", reading.ready),
            MetricFamily(unpublished, Double(fleet.unpublished)),
            counts(claims, by: "state", fleet.claims),
            counts(Self.failures, by: "class", classes(fleet) { $0.count }),
            counts(oldestFailure, by: "class", classes(fleet) { $0.oldestSeconds }),
            counts(
                paused,
                by: "cause",
                ["tenant": 0, "signIn": 0, "ledger": 0].merging(fleet.pauses) { $1 }
            ),
            counts(tenants, by: "standing", standings.merging(fleet.tenants) { $1 }),
            counts(findings, by: "kind", noFindings.merging(fleet.findings) { $1 }),
            MetricFamily(replays, Double(fleet.replaysOpen)),
            MetricFamily(replaysLeft, Double(fleet.replaysLeft)),
            counts(services, by: "service", fleet.services),
            MetricFamily(age, seconds(.now - reading.takenAt)),
            MetricFamily(duration, seconds(reading.duration)),
        ] + worst(fleet)
    }

    private static let standings = ["read": 0, "failed": 0, "paused": 0, "new": 0]
    private static let noFindings = ["orphan": 0, "twin": 0, "stuckPosting": 0]

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    private static func counts(_ metric: MetricDescription, by label: String, _ values: [String: Int])
        -> MetricFamily
    {
        MetricFamily(
            metric,
            values.sorted { $0.key < $1.key }.map {
                MetricSample(labels: [MetricLabel(label, $0.key)], value: Double($0.value))
            }
        )
    }

    private static func classes(
        _ fleet: FleetReading,
        _ value: ((class: String, count: Int, oldestSeconds: Int)) -> Int
    ) -> [String: Int] {
        var values = Dictionary(uniqueKeysWithValues: FailureClass.allCases.map { ($0.rawValue, 0) })
        for failure in fleet.failures { values[failure.class] = value(failure) }
        return values
    }

    /// Zeros as well: a series that vanishes is no zero to a rule.
    private static func documentCounts(_ fleet: FleetReading) -> MetricFamily {
        let states: [DocumentState] = [.waiting, .held, .posting, .inDoubt, .entered, .dead]
        var samples: [MetricSample] = []
        for kind in DocumentKind.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            for state in states.sorted(by: { $0.rawValue < $1.rawValue }) {
                let underWay = fleet.work.filter { $0.kind == kind && $0.state == state }.reduce(0) {
                    $0 + $1.count
                }
                let left = fleet.left.filter { $0.kind == kind && $0.state == state }.reduce(0) {
                    $0 + $1.count
                }
                samples.append(
                    MetricSample(
                        labels: [MetricLabel("kind", kind.rawValue), MetricLabel("state", state.rawValue)],
                        value: Double(underWay + left)
                    )
                )
            }
        }
        return MetricFamily(documents, samples)
    }

    private static func oldestWaiting(_ fleet: FleetReading) -> MetricFamily {
        var ages = Dictionary(uniqueKeysWithValues: DocumentKind.allCases.map { ($0.rawValue, 0) })
        for work in fleet.work {
            ages[work.kind.rawValue] = max(ages[work.kind.rawValue] ?? 0, work.oldestSeconds ?? 0)
        }
        return counts(oldest, by: "kind", ages)
    }

    /// Companies by name, as few as a time series database bears when there are a thousand tenants.
    private static func worst(_ fleet: FleetReading) -> [MetricFamily] {
        let waiting = fleet.work.filter { $0.oldestSeconds != nil }
        let worst = waiting.sorted { ($0.oldestSeconds ?? 0) > ($1.oldestSeconds ?? 0) }.prefix(
            worstCompanies
        )
        .map { work in
            (
                labels: [
                    MetricLabel("company", work.company), MetricLabel("kind", work.kind.rawValue),
                    MetricLabel("tenant", work.tenant),
                ],
                work: work
            )
        }
        .sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
        return [
            MetricFamily(
                companyOldest,
                worst.map { MetricSample(labels: $0.labels, value: Double($0.work.oldestSeconds ?? 0)) }
            ),
            MetricFamily(
                companyWaiting,
                worst.map { MetricSample(labels: $0.labels, value: Double($0.work.count)) }
            ),
        ]
    }
}
