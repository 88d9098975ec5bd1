public import Foundation

/// A credit memo as the store made it: what of an order was given back.
public struct StoreCreditMemo: Sendable, Hashable {
    /// How far the refund is (reference Adobe 3.4).
    public enum State: Sendable, Hashable {
        case open, refunded, canceled
        /// A number no release had so far; nil where the store says nothing.
        case unknown(Int?)
    }

    /// Adobe's `entity_id`, unique in a store.
    public var entityID: Int64
    /// `entity_id` of its order.
    public var orderID: Int64
    /// `entity_id` of the invoice it refunds; nil when it was made from the order.
    public var invoiceID: Int64?
    /// What people call it, unique per store view only.
    public var incrementID: String
    /// Store view, by code.
    public var storeView: String
    /// How far the refund is.
    public var state: State
    /// When it was made.
    public var createdAt: Date
    /// When the row last moved.
    public var updatedAt: Date
    /// ISO code of the `base_` amounts; nil where only the order tells.
    public var baseCurrency: String?
    /// ISO code of the amounts the buyer saw; nil where only the order tells.
    public var orderCurrency: String?
    /// Totals in the base currency.
    public var base: StoreDocumentTotals
    /// Totals in the order's currency.
    public var ordered: StoreDocumentTotals
    /// Every line, composite parents and children alike.
    public var lines: [StoreDocumentLine]

    /// A credit memo from its parts.
    public init(
        entityID: Int64,
        orderID: Int64,
        invoiceID: Int64?,
        incrementID: String,
        storeView: String,
        state: State,
        createdAt: Date,
        updatedAt: Date,
        baseCurrency: String?,
        orderCurrency: String?,
        base: StoreDocumentTotals,
        ordered: StoreDocumentTotals,
        lines: [StoreDocumentLine]
    ) {
        self.entityID = entityID
        self.orderID = orderID
        self.invoiceID = invoiceID
        self.incrementID = incrementID
        self.storeView = storeView
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.baseCurrency = baseCurrency
        self.orderCurrency = orderCurrency
        self.base = base
        self.ordered = ordered
        self.lines = lines
    }
}
