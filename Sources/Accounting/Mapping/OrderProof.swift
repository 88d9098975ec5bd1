import Foundation

/// An order checked against the identities of reference Adobe 5.1.
struct OrderProof {
    let amounts: OrderAmounts
    let items: CountedItems
    let cap: Decimal
    let rules: CompanyRules

    /// - Throws: `unbalanced`, with the two sums that differ.
    func check() throws(Failure) {
        let subtotal = amounts.totals.subtotal
        guard isWithinCap(items.sum - subtotal) else {
            throw .unbalanced(
                "The order does not add up: its items sum to \(text(items.sum)), "
                    + "but its subtotal is \(text(subtotal)).",
                subject: "subtotal",
                company: rules.company
            )
        }
        guard isWithinCap(parts - amounts.totals.grandTotal) else {
            throw .unbalanced(
                "The order does not add up: its parts sum to \(text(parts)), "
                    + "but its grand total is \(text(amounts.totals.grandTotal)).",
                subject: "grand-total",
                company: rules.company
            )
        }
    }

    /// Identities that decide no line, so that a store that breaks them is remarked on, not refused: the order's own
    /// discount and tax are entered. What items do not tell (tax on wrapping and on fixed product tax) is not compared.
    var remarks: [String] {
        let totals = amounts.totals
        var remarks: [String] = []
        let onShipping = totals.shippingDiscount - totals.shippingDiscountTaxCompensation
        let discount = items.items.reduce(onShipping) { $0 + $1.discount }
        if !isWithinCap(discount + orderDiscount) {
            remarks.append(
                "Items and shipping are discounted by \(text(discount)), the order by \(text(-orderDiscount))."
            )
        }
        let tax = items.items.reduce(totals.shippingTax) { $0 + $1.tax }
        let hasOtherTax = totals.giftWrapping != 0 || items.items.contains { $0.fixedProductTax != 0 }
        if !hasOtherTax, !isWithinCap(tax - totals.tax) {
            remarks.append("Items and shipping are taxed by \(text(tax)), the order by \(text(totals.tax)).")
        }
        return remarks
    }

    private func isWithinCap(_ difference: Decimal) -> Bool { difference.withoutBinaryNoise.magnitude <= cap }

    /// What the order's totals sum to. Fixed product tax counts only where the subtotal does not hold it already.
    private var parts: Decimal {
        let totals = amounts.totals
        let rows = items.items.reduce(Decimal(0)) { $0 + $1.gross }
        let fixedProductTax = items.items.reduce(Decimal(0)) { $0 + $1.fixedProductTax }
        let charged =
            totals.subtotal + (items.sum == rows ? fixedProductTax : 0) + totals.shipping + totals.tax
        let redeemed = totals.giftCards + totals.storeCredit + totals.rewardPoints
        return charged + orderDiscount + totals.giftWrapping + totals.customFees - redeemed
    }

    /// The order's discount net of the tax it contains, ≤ 0.
    private var orderDiscount: Decimal {
        let totals = amounts.totals
        return totals.discount + totals.discountTaxCompensation + totals.shippingDiscountTaxCompensation
    }

    private func text(_ amount: Decimal) -> String { Money(amount, amounts.currency).description }
}
