import PrometheusMetrics

/// Every metric the services count, described: docs/metrics.md has the same list.
enum ServiceMetrics {
    /// Where the rooms of this process count.
    static let registry = PrometheusRegistry(counted)

    private static let callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300]

    static let counted: [MetricDescription] = connections + documents + posting + polling + replaying

    private static let connections: [MetricDescription] = [
        .counter(
            "mlc_broker_connections_total",
            "Connections made to the broker; the first is no reconnect."
        ),
        .counter("mlc_broker_disconnections_total", "Connections to the broker that were lost."),
        .counter("mlc_broker_blocks_total", "Times the broker took no messages for want of memory or disk."),
        .counter("mlc_database_connections_total", "Connections made to the database, by the whole pool."),
        .counter("mlc_database_disconnections_total", "Connections to the database that were lost."),
        .counter(
            "mlc_publishes_total",
            "Messages handed to the broker, by what it said.",
            by: ["exchange", "outcome"]
        ),
        .histogram(
            "mlc_publish_confirm_seconds",
            "From handing a message to the broker until its confirm.",
            buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        ),
        .histogram(
            "mlc_adobe_request_seconds",
            "How long stores, and Adobe's identity service, take to answer.",
            by: ["operation", "status"],
            buckets: callBuckets
        ),
        .histogram(
            "mlc_sage_request_seconds",
            "How long Sage 300 takes to answer.",
            by: ["operation", "status"],
            buckets: callBuckets
        ),
    ]

    private static let documents: [MetricDescription] = [
        .counter(
            "mlc_documents_settled_total",
            "Documents by the state that this process brought them to.",
            by: ["kind", "outcome"]
        ),
        .counter("mlc_deaths_total", "Documents this process gave up, by why.", by: ["kind", "class"]),
        .counter("mlc_document_attempts_total", "Times this process took a document up.", by: ["kind"]),
        .counter("mlc_claims_in_doubt_total", "Creating calls to Sage 300 whose answer never came."),
    ]

    private static let posting: [MetricDescription] = [
        .counter("mlc_deliveries_total", "Messages that came to a worker.", by: ["kind", "redelivered"]),
        .histogram(
            "mlc_batch_documents",
            "Documents of a batch entered in Sage 300.",
            buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500]
        ),
        .histogram(
            "mlc_batch_calls",
            "Calls to Sage 300 that a batch took, from its customers until it was posted or left Open.",
            buckets: [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 50, 100]
        ),
        .counter("mlc_lease_losses_total", "Times a writer found that another had taken over its company."),
        .histogram(
            "mlc_lease_wait_seconds",
            "How long a worker waited for a company's lease.",
            by: ["outcome"],
            buckets: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 40]
        ),
        .counter("mlc_quarantines_total", "Documents set aside because they kill their workers."),
    ]

    private static let polling: [MetricDescription] = [
        .counter("mlc_poll_runs_total", "Runs over stores, ended.", by: ["cause", "outcome", "class"]),
        .counter("mlc_poll_rows_total", "Rows read of stores.", by: ["resource"]),
        .counter("mlc_poll_unreadable_rows_total", "Rows that stores could not print.", by: ["resource"]),
        .counter("mlc_poll_documents_total", "New revisions found and published.", by: ["resource"]),
    ]

    private static let replaying: [MetricDescription] = [
        .counter(
            "mlc_dead_letters_taken_in_total",
            "Dead letters put into the failure store.",
            by: ["class"]
        ),
        .counter("mlc_replayed_documents_total", "Documents of replays, by what was done.", by: ["outcome"]),
    ]
}
