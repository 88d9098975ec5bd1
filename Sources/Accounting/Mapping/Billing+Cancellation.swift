extension Billing {
    /// What of an order was cancelled: what was never invoiced of it. The store's own `discount_canceled` is too large
    /// on orders that were invoiced in part (reference Adobe 11), so everything is derived from what was ordered and
    /// what was invoiced, and compared with the store's `total_canceled`.
    init(cancellationOf order: StoreOrder, _ amounts: OrderAmounts) {
        let totals = amounts.totals
        let whole = Billing(order, amounts)
        let items = OrderItems(order)
        let isWhole = !totals.hasInvoice
        let rows = whole.rows.compactMap { row -> BilledRow? in
            guard !isWhole, let item = items[row.itemID] else { return row }
            return row.canceled(item, amounts.amounts(of: item), decimals: amounts.decimals)
        }
        self.init(
            "cancellation",
            amounts.currency,
            rows: rows,
            subtotal: totals.subtotal - totals.subtotalInvoiced,
            grandTotal: totals.grandTotal - totals.invoiced
        )
        isCredit = true
        subtotalHoldsFixedProductTax = whole.subtotalHoldsFixedProductTax
        rowsAreExact = rowSum == subtotal
        shipping = totals.shipping - totals.shippingInvoiced
        // Shipping goes to the first invoice whole.
        shippingDiscount = shipping == 0 ? 0 : whole.shippingDiscount
        shippingTax = shipping == 0 ? 0 : whole.shippingTax
        tax = totals.tax - totals.taxInvoiced
        discount =
            isWhole
            ? whole.discount
            : -totals.discount - totals.discountInvoiced
                - (totals.discountTaxCompensation - totals.discountTaxCompensationInvoiced)
                - (shipping == 0 ? 0 : totals.shippingDiscountTaxCompensation)
        giftCards = totals.giftCards - totals.giftCardsInvoiced
        storeCredit = totals.storeCredit - totals.storeCreditInvoiced
        guard isWhole else {
            deriveCredits(amounts)
            return
        }
        giftWrapping = totals.giftWrapping
        customFees = totals.customFees
        rewardPoints = totals.rewardPoints
    }

    /// The store does not tell how much of the points was invoiced.
    private mutating func deriveCredits(_ amounts: OrderAmounts) {
        let missing = -grandTotalCheck.difference
        guard missing > currency.smallestUnit, missing <= amounts.totals.rewardPoints else { return }
        rewardPoints = missing
        remarks.append("Reward points of \(text(missing)): not printed, but what the total lacks.")
    }
}

extension BilledRow {
    /// The part of it that was never invoiced; nil where it was invoiced whole.
    fileprivate func canceled(
        _ item: StoreOrderItem,
        _ amounts: StoreItemAmounts,
        decimals: Int
    ) -> BilledRow? {
        let units = item.quantityCanceled
        guard units > 0 else { return nil }
        func share(_ amount: Amount) -> Amount { amount.part(units, of: quantity, decimals: decimals) }
        let open: (gross: Amount, discount: Amount, tax: Amount)
        if let invoiced = amounts.invoiced {
            let compensation =
                invoiced.discountTaxCompensation.map { amounts.discountTaxCompensation - $0 }
                ?? share(amounts.discountTaxCompensation)
            let isOwn = discount == amounts.discount - amounts.discountTaxCompensation
            open = (
                gross - invoiced.row,
                isOwn ? amounts.discount - invoiced.discount - compensation : share(discount),
                tax - invoiced.tax
            )
        } else {
            open = (share(gross), share(discount), share(tax))
        }
        return BilledRow(
            itemID: itemID,
            sku: sku,
            name: name,
            productType: productType,
            parent: parent,
            quantity: units,
            isPhysical: isPhysical,
            gross: open.gross,
            discount: open.discount,
            tax: open.tax,
            fixedProductTax: share(fixedProductTax)
        )
    }
}
