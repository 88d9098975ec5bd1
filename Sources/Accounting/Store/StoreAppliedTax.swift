/// A tax rate an order was charged, and how much of it.
public struct StoreAppliedTax: Sendable, Hashable {
    /// The rate's code in the store, for instance `US-CA-*-Rate 1`; what taxes are told apart by.
    public var code: String
    /// Percent of the net amount; nil where the store does not say.
    public var percent: Amount?
    /// Amount in the base currency.
    public var base: Amount
    /// Amount in the order's currency.
    public var ordered: Amount

    /// A tax from its parts.
    public init(code: String, percent: Amount? = nil, base: Amount, ordered: Amount) {
        self.code = code
        self.percent = percent
        self.base = base
        self.ordered = ordered
    }
}

/// The taxes of one thing on an order.
public struct StoreItemTaxes: Sendable, Hashable {
    /// What was taxed.
    public enum Subject: Sendable, Hashable {
        /// An order item, by `item_id`.
        case item(Int64)
        /// Shipping.
        case shipping
        /// A fixed product tax, a wrapping or whatever else an extension taxes, of an order item where it names one.
        case other(String, item: Int64?)
    }

    /// What was taxed.
    public var subject: Subject
    /// With which taxes.
    public var taxes: [StoreAppliedTax]

    /// Taxes from their parts.
    public init(_ subject: Subject, _ taxes: [StoreAppliedTax]) {
        self.subject = subject
        self.taxes = taxes
    }
}
