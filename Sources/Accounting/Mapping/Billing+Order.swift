extension Billing {
    /// What an order charges.
    init(_ order: borrowing StoreOrder, _ amounts: OrderAmounts) {
        let totals = amounts.totals
        let counted = OrderRows(order, amounts)
        self.init(
            "order",
            amounts.currency,
            rows: counted.rows,
            subtotal: totals.subtotal,
            grandTotal: totals.grandTotal
        )
        rowsAreExact = counted.isExact
        subtotalHoldsFixedProductTax = counted.subtotalHoldsFixedProductTax
        shipping = totals.shipping
        shippingDiscount = totals.shippingDiscount - totals.shippingDiscountTaxCompensation
        shippingTax = totals.shippingTax
        tax = totals.tax
        discount =
            -totals.discount - totals.discountTaxCompensation - totals.shippingDiscountTaxCompensation
        giftWrapping = totals.giftWrapping
        customFees = totals.customFees
        giftCards = totals.giftCards
        storeCredit = totals.storeCredit
        rewardPoints = totals.rewardPoints
        if counted.usesPrintedRows {
            remarks.append(
                "Line amounts are the store's row totals: price × quantity does not give its subtotal."
            )
        }
    }
}
