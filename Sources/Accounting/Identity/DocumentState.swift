/// Where a document is; it is in exactly one state at every moment and after every crash (contract, states).
public enum DocumentState: String, Sendable, CaseIterable {
    /// To be published, published, or in a retry delay.
    case waiting
    /// Kept back for a reason that ends by itself: status, customer, invoice not posted yet, paused, quiet hours.
    case held
    /// Claimed by a worker that is writing it.
    case posting
    /// Written, but the answer never came.
    case inDoubt
    /// In an Open batch.
    case entered
    /// In the ledger.
    case posted
    /// Replaced by another document before it reached the ledger.
    case superseded
    /// Left out for good, with the reason.
    case skipped
    /// In the dead letters, with the reason.
    case dead

    /// True while a worker or the queue still has to do something about it.
    public var isUnderWay: Bool {
        switch self {
        case .waiting, .posting, .inDoubt: true
        case .held, .entered, .posted, .superseded, .skipped, .dead: false
        }
    }
}
