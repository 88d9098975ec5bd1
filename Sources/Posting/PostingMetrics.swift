import Messaging
import Metrics
import Sage300

/// What workers count about their own work; what becomes of documents is counted where it is recorded.
enum PostingMetrics {
    /// A batch has been entered.
    static func entered(_ documents: Int) {
        Recorder(label: "mlc_batch_documents").record(documents)
    }

    /// Everything about a batch is done, from its customers on.
    static func finished(_ tally: SageCallTally) {
        Recorder(label: "mlc_batch_calls").record(tally.calls)
    }

    /// A message came.
    static func delivered(_ kind: WorkKind, isRedelivered: Bool) {
        let dimensions = [("kind", kind.rawValue), ("redelivered", isRedelivered ? "true" : "false")]
        Counter(label: "mlc_deliveries_total", dimensions: dimensions).increment()
    }

    /// A writer found that another has taken over its company.
    static func lostLease() { Counter(label: "mlc_lease_losses_total").increment() }

    /// A company's lease was asked for.
    static func waitedForLease(_ duration: Duration, wasTaken: Bool) {
        let dimensions = [("outcome", wasTaken ? "taken" : "busy")]
        Metrics.Timer(label: "mlc_lease_wait_seconds", dimensions: dimensions).record(duration: duration)
    }

    /// A document that kills workers was set aside.
    static func quarantined() { Counter(label: "mlc_quarantines_total").increment() }
}
