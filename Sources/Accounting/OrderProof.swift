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
        guard (items.sum - subtotal).magnitude <= cap else {
            throw .unbalanced(
                "The order does not add up: its items sum to \(text(items.sum)), "
                    + "but its subtotal is \(text(subtotal)).",
                subject: "subtotal",
                company: rules.company
            )
        }
        guard (parts - amounts.totals.grandTotal).magnitude <= cap else {
            throw .unbalanced(
                "The order does not add up: its parts sum to \(text(parts)), "
                    + "but its grand total is \(text(amounts.totals.grandTotal)).",
                subject: "grand-total",
                company: rules.company
            )
        }
    }

    /// What the order's totals sum to. Fixed product tax counts only where the subtotal does not hold it already.
    private var parts: Decimal {
        let totals = amounts.totals
        let rows = items.items.reduce(Decimal(0)) { $0 + $1.gross }
        let fixedProductTax = items.items.reduce(Decimal(0)) { $0 + $1.fixedProductTax }
        let charged =
            totals.subtotal + (items.sum == rows ? fixedProductTax : 0) + totals.shipping + totals.tax
        let reduced =
            totals.discount + totals.discountTaxCompensation + totals.shippingDiscountTaxCompensation
        let redeemed = totals.giftCards + totals.storeCredit + totals.rewardPoints
        return charged + reduced + totals.giftWrapping + totals.customFees - redeemed
    }

    private func text(_ amount: Decimal) -> String { Money(amount, amounts.currency).description }
}
