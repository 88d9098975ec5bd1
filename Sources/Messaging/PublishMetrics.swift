import AMQPClient
import Metrics

/// Counts what the broker took responsibility for, and how long that took.
enum PublishMetrics {
    /// One try to publish, ended.
    /// - Parameter error: nil where the broker has confirmed it.
    static func ended(_ exchange: String, after duration: Duration, _ error: AMQPError?) {
        let outcome: String
        switch error {
        case nil:
            outcome = "confirmed"
            Metrics.Timer(label: "mlc_publish_confirm_seconds").record(duration: duration)
        case .nacked: outcome = "refused"
        case .returned: outcome = "returned"
        default: outcome = "failed"
        }
        Counter(label: "mlc_publishes_total", dimensions: [("exchange", exchange), ("outcome", outcome)])
            .increment()
    }
}
