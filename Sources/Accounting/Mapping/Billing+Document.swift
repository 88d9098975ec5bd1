extension Billing {
    /// What an Adobe invoice charges.
    init(_ invoice: StoreInvoice, of order: StoreOrder, _ amounts: OrderAmounts) {
        let totals = amounts.foreign == nil ? invoice.base : invoice.ordered
        self.init(
            "invoice",
            totals,
            invoice.lines,
            of: order,
            amounts,
            // Of the items only; the shipping's is beside it (reference Adobe 5.1).
            compensation: totals.discountTaxCompensation + totals.shippingDiscountTaxCompensation
        )
        deriveWhatIsNotPrinted(of: amounts)
    }

    /// What a credit memo gives back.
    init(_ memo: StoreCreditMemo, of order: StoreOrder, _ amounts: OrderAmounts) {
        let totals = amounts.foreign == nil ? memo.base : memo.ordered
        self.init(
            "credit memo",
            totals,
            memo.lines,
            of: order,
            amounts,
            // Includes the shipping's part already (reference Adobe 5.1).
            compensation: totals.discountTaxCompensation
        )
        isCredit = true
        adjustmentRefund = totals.adjustmentRefund
        adjustmentFee = totals.adjustmentFee
        let apart = totals.shippingDiscountTaxCompensation
        if apart != 0, grandTotalCheck.difference == apart {
            // Some extension keeps it out: then it is what is missing, to the last digit.
            discount -= apart
            shippingDiscount -= apart
        }
        deriveWhatIsNotPrinted(of: amounts)
    }

    private init(
        _ noun: String,
        _ totals: StoreDocumentTotals,
        _ lines: [StoreDocumentLine],
        of order: StoreOrder,
        _ amounts: OrderAmounts,
        compensation: Amount
    ) {
        let counted = DocumentRows(
            lines,
            amounts.foreign == nil ? \.base : \.ordered,
            of: OrderItems(order),
            amounts,
            subtotal: totals.subtotal
        )
        self.init(
            noun,
            amounts.currency,
            rows: counted.rows,
            subtotal: totals.subtotal,
            grandTotal: totals.grandTotal
        )
        rowsAreExact = counted.isExact
        subtotalHoldsFixedProductTax = counted.subtotalHoldsFixedProductTax
        shipping = totals.shipping
        shippingTax = totals.shippingTax
        tax = totals.tax
        discount = -totals.discount - compensation
        // The part of the discount that is on no item.
        shippingDiscount = shipping == 0 ? 0 : discount - counted.rows.sum(\.discount)
        giftCards = totals.giftCards
        storeCredit = totals.storeCredit
        giftWrapping = totals.giftWrapping
    }

    /// Invoices and credit memos print neither reward points nor custom fees, and not always gift wrapping (reference
    /// Adobe 11): what is missing in their totals is looked for there, first in whole, then in part of one of them, as
    /// far as the order has any. What may be rounding is left to be just that.
    private mutating func deriveWhatIsNotPrinted(of order: OrderAmounts) {
        let missing = grandTotalCheck.difference
        let unit = currency.smallestUnit
        let rounding = Amount(tenThousandths: Int128(rows.count + 4) * unit.tenThousandths)
        guard missing.magnitude > rounding else { return }
        let points = order.totals.rewardPoints
        let fees = order.totals.customFees
        let wrapping = giftWrapping == 0 ? order.totals.giftWrapping : 0
        for (isPoints, isFees, isWrapping) in Self.combinations {
            let whole = (isPoints ? -points : 0) + (isFees ? fees : 0) + (isWrapping ? wrapping : 0)
            guard (whole - missing).magnitude <= unit else { continue }
            return derive(
                points: isPoints ? points : 0,
                fees: isFees ? fees : 0,
                wrapping: isWrapping ? wrapping : 0
            )
        }
        if missing < 0, -missing <= points {
            derive(points: -missing, fees: 0, wrapping: 0)
        } else if missing > 0, missing <= fees {
            derive(points: 0, fees: missing, wrapping: 0)
        } else if missing > 0, missing <= wrapping {
            derive(points: 0, fees: 0, wrapping: missing)
        }
    }

    private static let combinations = [
        (true, false, false), (false, true, false), (false, false, true), (true, true, false),
        (true, false, true),
        (false, true, true), (true, true, true),
    ]

    private mutating func derive(points: Amount, fees: Amount, wrapping: Amount) {
        if points != 0 {
            rewardPoints = points
            remarks.append("Reward points of \(text(points)): not printed, but what the total lacks.")
        }
        if fees != 0 {
            customFees = fees
            remarks.append("Fees of \(text(fees)): not printed, but what the total has beyond its parts.")
        }
        if wrapping != 0 {
            giftWrapping = wrapping
            remarks.append(
                "Gift wrapping of \(text(wrapping)): not printed, but what the total has beyond its parts."
            )
        }
    }
}
