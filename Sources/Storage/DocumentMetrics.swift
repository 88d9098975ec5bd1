import Accounting
import Metrics

/// Counts what becomes of documents, once it is committed.
enum DocumentMetrics {
    /// Documents came to a state.
    static func settled(_ kind: DocumentKind, _ state: String, _ count: Int = 1) {
        guard count > 0 else { return }
        let dimensions = [("kind", kind.rawValue), ("outcome", state)]
        Counter(label: "mlc_documents_settled_total", dimensions: dimensions).increment(by: count)
    }

    /// A document died.
    static func died(_ kind: DocumentKind, of failure: FailureClass?) {
        let dimensions = [("kind", kind.rawValue), ("class", failure?.rawValue ?? "unknown")]
        Counter(label: "mlc_deaths_total", dimensions: dimensions).increment()
    }

    /// A worker took documents up.
    static func attempted(_ keys: some Sequence<DocumentKey>) {
        for (kind, some) in Dictionary(grouping: keys, by: \.kind) {
            Counter(label: "mlc_document_attempts_total", dimensions: [("kind", kind.rawValue)])
                .increment(by: some.count)
        }
    }

    /// Transitions that took effect.
    static func moved(_ transitions: [DocumentTransition], _ moved: Set<DocumentKey>) {
        attempted(moved)
        for transition in transitions where moved.contains(transition.key) {
            settled(transition.key.kind, transition.state.rawValue)
            if let death = transition.death { died(transition.key.kind, of: death.failureClass) }
        }
    }

    /// Outcomes of a batch that took effect.
    static func concluded(_ outcomes: [DocumentKey: ClaimOutcome], _ moved: Set<DocumentKey>) {
        for (key, outcome) in outcomes where moved.contains(key) {
            switch outcome {
            case .entered: settled(key.kind, "entered")
            case .posted: settled(key.kind, "posted")
            case .dead(let death, _, _):
                settled(key.kind, "dead")
                died(key.kind, of: death.failureClass)
            // It goes on.
            case .waiting: break
            }
        }
    }

    /// The answer to a creating call never came.
    static func doubted() { Counter(label: "mlc_claims_in_doubt_total").increment() }
}
