/// From a store's order to the AR invoice it becomes, with its own proof.
///
/// | part of the order | line | account |
/// | --- | --- | --- |
/// | counted items | product | `revenue`; physical ones `deferredRevenue` where that is set, after discount |
/// | gift cards sold | giftCard | `giftCard`, at face value, never revenue nor deferred |
/// | fixed product tax | fixedProductTax | `fixedProductTax`, else `tax`: a levy owed on, never part of the tax line |
/// | shipping | shipping | `shipping`; with anything to ship `deferredRevenue` where that is set |
/// | gift wrapping | giftWrapping | `giftWrapping`, else `revenue` |
/// | custom fees | fee | `fee`, else `revenue` |
/// | discount with its tax compensation | discount | `discount`; where absent, netted into the lines it belongs to |
/// | tax | tax | `tax`, or Sage's own fields by authority |
/// | gift cards, store credit, reward points redeemed | of that name, negative | of that name |
/// | difference within `roundingCap` | rounding | `rounding` |
///
/// A rule of the company may name another account for any of them.
public enum OrderMapping {
    /// The invoice of an order: every amount in one currency, Σ lines = the store's total, always.
    ///
    /// Checked on the way (reference Adobe 5.1), each within `roundingCap`: counted items = subtotal; subtotal and
    /// the other totals = grand total; Σ lines = grand total rounded to the currency. Items whose discount or tax
    /// does not explain the order's are remarked on.
    /// - Throws: mapping failures (`base-currency`, `account-missing`, those of `AuthorityTaxes`) and document
    ///   failures (`unbalanced`, `negative-total`, `no-lines`, `amount-too-large`, those of `DocumentNumbering`).
    public static func invoice(
        for order: StoreOrder,
        rules: CompanyRules,
        customer: CustomerNumber
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        return try EntryDraft(billing: Billing(order, amounts)).entry(
            EntryDraft.Heading(
                type: .invoice,
                number: try DocumentNumbering(rules).invoice(order.incrementID, storeView: order.storeView),
                customer: customer,
                date: CalendarDate(order.createdAt, in: rules.timeZone),
                description: "Adobe Commerce order \(order.incrementID)"
            ),
            of: order,
            amounts,
            rules: rules
        )
    }
}
