/// The one currency an order is entered in, and its amounts in it.
///
/// An order in a currency of `currencies` is entered in that currency; any other in the company's home currency,
/// from Adobe's `base_` amounts (contract, tenant file).
public struct OrderAmounts: Sendable {
    /// Currency of every amount here.
    public let currency: Currency
    /// The order's totals in it.
    public let totals: StoreOrderTotals
    /// What `currencies` says of it; nil for the home currency.
    public let foreign: CompanyRules.ForeignCurrency?

    /// - Throws: `base-currency` (mapping) where the order has no amounts in a currency of the company,
    ///   `currency-unknown` (document) for a code that is none.
    public init(_ order: borrowing StoreOrder, rules: borrowing CompanyRules) throws(Failure) {
        if order.orderCurrency != rules.currency.code, let foreign = rules.currencies[order.orderCurrency] {
            guard let currency = Currency(order.orderCurrency) else {
                throw .currencyUnknown(order.orderCurrency)
            }
            self.currency = currency
            self.foreign = foreign
            totals = order.ordered
            return
        }
        guard order.baseCurrency == rules.currency.code else {
            throw .baseCurrency(order.baseCurrency, home: rules.currency, company: rules.company)
        }
        currency = rules.currency
        foreign = nil
        totals = order.base
    }

    /// The amounts of one item in this currency.
    public func amounts(of item: StoreOrderItem) -> StoreItemAmounts {
        foreign == nil ? item.base : item.ordered
    }

    /// The store's total of the document: the grand total, rounded half up (contract, Numbers in Sage 300).
    public var documentTotal: Amount { totals.grandTotal.rounded(to: currency) }

    /// What was cancelled of the order: what was never invoiced of it, rounded likewise.
    public var canceledTotal: Amount { (totals.grandTotal - totals.invoiced).rounded(to: currency) }

    /// The store's total of an invoice or a credit memo of the order, likewise.
    public func total(base: StoreDocumentTotals, ordered: StoreDocumentTotals) -> Amount {
        (foreign == nil ? base : ordered).grandTotal.rounded(to: currency)
    }
}
