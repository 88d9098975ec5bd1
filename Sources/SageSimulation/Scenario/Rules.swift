/// How a company behaves where the reference leaves it open; every default is the one of its checklist.
struct Rules: Sendable, Equatable {
    /// When a rule of the ledger is enforced: as the entry is made (409) or in posting (error batch).
    enum Moment: String, Sendable, CaseIterable {
        case entry, posting
    }

    /// Whether over-length text is cut instead of refused.
    var truncatesText = false
    /// Whether characters outside Latin-1 become `?`.
    var losesUnicode = false
    /// Whether a batch whose third invoice is refused leaves nothing behind.
    var isAtomic = true
    /// An account that does not exist or is inactive.
    var badAccount = Moment.posting
    /// An inactive customer.
    var inactiveCustomer = Moment.posting
    /// A customer on hold.
    var onHoldCustomer = Moment.posting
    /// A period that is locked.
    var closedPeriod = Moment.posting
    /// A document number its customer already has *posted*; two unposted ones always meet in posting.
    var duplicateDocument = Moment.entry
    /// An entry whose debits are not its credits.
    var outOfBalance = Moment.entry
    /// Whether a credit note larger than what its invoice still owes is refused.
    var refusesOverApplication = true
    /// Whether posting a batch that is not ready to post is refused instead of skipped.
    var refusesUnready = false
    /// Whether a company's invoices are `Summary` unless they say `Item`.
    var defaultsToSummary = false
    /// Whether fiscal calendars tell which periods are locked (no documented property does).
    var showsPeriodStatus = true
    /// The range properties of `GLPostJournal`, which are unconfirmed.
    var ledgerPostFrom = "FromBatchNumber"
    var ledgerPostTo = "ToBatchNumber"
    /// The range properties of `ARPostInvoices`; other releases may name them differently.
    var receivablePostFrom = "PostBatchFrom"
    var receivablePostTo = "PostBatchTo"

    /// The defaults of the reference's checklist.
    init() {}
}
