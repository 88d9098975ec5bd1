/// What a store adds up to, from the same figures its documents are written from: for tests and
/// reconciliations to be compared with.
public struct ExpectedTotals: Sendable, Hashable {
    /// One store view.
    public struct View: Sendable, Hashable {
        /// Its code.
        public let storeView: String
        /// Of its amounts.
        public let baseCurrency: String
        /// Orders in any status.
        public var orders = 0
        /// Sum of the orders' `base_grand_total`.
        public var orderTotal = Amount.zero
        /// Invoices.
        public var invoices = 0
        /// Sum of the invoices' `base_grand_total`.
        public var invoiceTotal = Amount.zero
        /// Credit memos.
        public var creditMemos = 0
        /// Sum of the credit memos' `base_grand_total`.
        public var creditMemoTotal = Amount.zero
        /// Shipments.
        public var shipments = 0
    }

    /// In the order of the options.
    public var views: [View]
    /// Registered customers.
    public var customers: Int
}

extension GeneratedStore {
    /// Works out every order: about a second for a hundred thousand in a release build.
    public func expectedTotals() -> ExpectedTotals {
        var views = options.views.enumerated().map { position, view in
            ExpectedTotals.View(storeView: view.code, baseCurrency: options.baseCurrency(ofView: position))
        }
        for position in outlines.indices {
            let facts = facts(ofOrder: position)
            views[facts.view].orders += 1
            views[facts.view].orderTotal += facts.amounts.base.grandTotal
            views[facts.view].invoices += facts.invoices.count
            views[facts.view].invoiceTotal += facts.invoices.sum { $0.amounts.base.grandTotal }
            views[facts.view].creditMemos += facts.creditMemos.count
            views[facts.view].creditMemoTotal += facts.creditMemos.sum { $0.amounts.base.grandTotal }
            views[facts.view].shipments += facts.shipments.count
        }
        return ExpectedTotals(views: views, customers: plan.customers)
    }
}
