import Foundation

/// From a store's order to the AR invoice it becomes, with its own proof.
///
/// | part of the order | line | account |
/// | --- | --- | --- |
/// | counted items | product | `revenue`; physical ones `deferredRevenue` where that is set, after discount |
/// | gift cards sold | giftCard | `giftCard`, at face value, never revenue nor deferred |
/// | fixed product tax | fixedProductTax | `tax`: a levy owed on, never part of the tax line |
/// | shipping | shipping | `shipping` |
/// | gift wrapping | giftWrapping | `revenue` |
/// | custom fees | fee | `revenue` |
/// | discount with its tax compensation | discount | `discount`; where absent, netted into the lines it belongs to |
/// | tax | tax | `tax` |
/// | gift cards, store credit, reward points redeemed | of that name, negative | of that name |
/// | difference within `roundingCap` | rounding | `rounding` |
public enum OrderMapping {
    /// The invoice of an order: every amount in one currency, Σ lines = the store's total, always.
    ///
    /// Checked on the way (reference Adobe 5.1), each within `roundingCap`: counted items = subtotal; subtotal and
    /// the other totals = grand total; Σ lines = grand total rounded to the currency. Items whose discount or tax
    /// does not explain the order's are remarked on.
    /// - Throws: mapping failures (`base-currency`, `account-missing`, `tax-authority-unsupported`) and document
    ///   failures (`unbalanced`, `negative-total`, `no-lines`, `amount-too-large`, those of `DocumentNumbering`).
    public static func invoice(
        for order: StoreOrder,
        rules: CompanyRules,
        customer: CustomerNumber
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        let number = try DocumentNumbering(rules).invoice(order.incrementID, storeView: order.storeView)
        let total = amounts.documentTotal
        guard total.isFinite else { throw .amountTooLarge() }
        guard total >= 0 else { throw .negativeTotal(Money(total, amounts.currency)) }

        let items = CountedItems(order, amounts)
        var lines = OrderLines(amounts: amounts, items: items, rules: rules)
        try lines.gather()
        let proof = OrderProof(amounts: amounts, items: items, cap: lines.draft.roundingCap, rules: rules)
        try proof.check()
        try lines.close(at: total)

        return ARInvoice(
            type: .invoice,
            number: number,
            orderNumber: order.incrementID,
            customer: customer,
            date: CalendarDate(order.createdAt, in: rules.timeZone),
            currency: amounts.currency,
            terms: rules.terms,
            taxGroup: rules.taxGroup,
            description: "Adobe Commerce order \(order.incrementID)",
            lines: lines.draft.lines,
            total: total,
            remarks: lines.allRemarks + proof.remarks
        )
    }
}
