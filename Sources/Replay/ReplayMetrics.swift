import Accounting
import Metrics

/// What replayers count about their own work.
enum ReplayMetrics {
    /// A dead letter is in the failure store.
    static func tookIn(_ failure: FailureClass) {
        Counter(label: "mlc_dead_letters_taken_in_total", dimensions: [("class", failure.rawValue)])
            .increment()
    }

    /// Documents of a replay were sent back; the others of those looked at were left untouched.
    static func replayed(sent: Int, of looked: Int) {
        for (outcome, count) in [("sent", sent), ("untouched", looked - sent)] where count > 0 {
            Counter(label: "mlc_replayed_documents_total", dimensions: [("outcome", outcome)]).increment(
                by: count
            )
        }
    }
}
