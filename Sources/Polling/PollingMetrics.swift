import Accounting
import AdobeCommerce
import Metrics
import Storage

/// What pollers count about their own work.
enum PollingMetrics {
    /// A run ended.
    /// - Parameter failure: nil where it read everything.
    static func ended(_ cause: RunRecord.Cause, _ failure: FailureClass?) {
        let dimensions = [
            ("cause", cause.rawValue), ("outcome", failure == nil ? "done" : "failed"),
            ("class", failure?.rawValue ?? ""),
        ]
        Counter(label: "mlc_poll_runs_total", dimensions: dimensions).increment()
    }

    /// A page was read and what was news in it published.
    static func published(_ page: Page, of resource: DocumentResource, documents: Int) {
        let dimensions = [("resource", resource.rawValue)]
        Counter(label: "mlc_poll_rows_total", dimensions: dimensions).increment(by: page.rows.count)
        Counter(label: "mlc_poll_unreadable_rows_total", dimensions: dimensions)
            .increment(by: page.unreadable.count)
        Counter(label: "mlc_poll_documents_total", dimensions: dimensions).increment(by: documents)
    }
}
