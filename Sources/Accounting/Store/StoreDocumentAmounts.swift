/// The totals of an invoice or a credit memo in one currency. Absent amounts are zero. Signs are Adobe's: `discount`
/// is ≤ 0, everything else is what is added or redeemed, ≥ 0 (reference Adobe 5.1).
public struct StoreDocumentTotals: Sendable, Hashable {
    /// What the buyer was charged or got back: `grand_total`.
    public var grandTotal: Amount
    /// Σ row totals before discount, net of tax.
    public var subtotal: Amount = 0
    /// Shipping net of tax, before discount; of an order's first invoice only.
    public var shipping: Amount = 0
    /// Tax on shipping, contained in `tax`.
    public var shippingTax: Amount = 0
    /// All tax.
    public var tax: Amount = 0
    /// All discount, ≤ 0, the shipping part included.
    public var discount: Amount = 0
    /// Tax contained in discounts, given back. Of a credit memo the shipping part is contained, of an invoice not
    /// (reference Adobe 5.1).
    public var discountTaxCompensation: Amount = 0
    /// Tax contained in the shipping discount, given back.
    public var shippingDiscountTaxCompensation: Amount = 0
    /// Paid with, or returned to, gift cards.
    public var giftCards: Amount = 0
    /// Paid with, or returned to, store credit (`customer_balance_amount`).
    public var storeCredit: Amount = 0
    /// Gift wrapping of order, items and card, net.
    public var giftWrapping: Amount = 0
    /// Given back on top (`adjustment_positive`); credit memos only.
    public var adjustmentRefund: Amount = 0
    /// Kept back (`adjustment_negative`); credit memos only.
    public var adjustmentFee: Amount = 0

    /// Totals with everything but the grand total at zero.
    public init(grandTotal: Amount) { self.grandTotal = grandTotal }
}

/// One line of an invoice or a credit memo. Composite products have a parent line and child lines; those without
/// money of their own carry none (reference Adobe 3.5).
public struct StoreDocumentLine: Sendable, Hashable {
    /// The amounts of a line in one currency, absent ones zero.
    public struct Amounts: Sendable, Hashable {
        /// Unit price net of tax, before discount, up to 4 decimals.
        public var price: Amount = 0
        /// Net of tax, **before** discount: unlike an order item's, this one is not rewritten on its way out
        /// (reference Adobe 5.2).
        public var rowTotal: Amount = 0
        /// Discount of the row, ≥ 0.
        public var discount: Amount = 0
        /// Tax of the row.
        public var tax: Amount = 0
        /// Tax contained in the discount, given back.
        public var discountTaxCompensation: Amount = 0
        /// Fixed product tax of the row; invoices do not tell (reference Adobe 11).
        public var fixedProductTax: Amount = 0

        /// Nothing.
        public init() {}
    }

    /// `item_id` of the order's item.
    public var orderItemID: Int64
    /// Stock keeping unit.
    public var sku: String
    /// Name as the store prints it; may hold HTML entities.
    public var name: String
    /// Units.
    public var quantity: Amount
    /// Amounts in the base currency.
    public var base: Amounts
    /// Amounts in the order's currency.
    public var ordered: Amounts

    /// A line from its parts.
    public init(
        orderItemID: Int64,
        sku: String,
        name: String,
        quantity: Amount,
        base: Amounts,
        ordered: Amounts
    ) {
        self.orderItemID = orderItemID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.base = base
        self.ordered = ordered
    }
}
