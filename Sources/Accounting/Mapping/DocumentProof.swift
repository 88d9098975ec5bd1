/// A document checked against the identities of reference Adobe 5.1.
struct DocumentProof {
    let billing: Billing
    let cap: Amount
    let company: CompanyID
    /// More that must agree, besides rows and totals.
    var others: [ArithmeticCheck] = []

    /// - Throws: `unbalanced`, with the two sums that differ.
    func checks() throws(Failure) -> [ArithmeticCheck] {
        let checks = [billing.subtotalCheck, billing.grandTotalCheck] + others
        for check in checks where check.difference.magnitude > cap {
            throw .unbalanced(
                "The \(billing.noun) does not add up: \(Self.subject(of: check)) \(billing.text(check.sum)), "
                    + "but its \(check.expected.name) is \(billing.text(check.expected.amount)).",
                subject: check.name,
                noun: billing.noun,
                company: company
            )
        }
        return checks
    }

    /// Identities that decide no line, so that a store that breaks them is remarked on, not refused: the document's own
    /// discount and tax are entered. What rows do not tell (tax on wrapping and on fixed product tax) is not compared.
    var remarks: [String] {
        var remarks: [String] = []
        let noun = billing.noun
        let discount = billing.rows.sum(\.discount) + billing.shippingDiscount
        if (discount - billing.discount).magnitude > cap {
            remarks.append(
                "Items and shipping are discounted by \(billing.text(discount)), "
                    + "the \(noun) by \(billing.text(billing.discount))."
            )
        }
        let tax = billing.rows.sum(\.tax) + billing.shippingTax
        let hasOtherTax = billing.giftWrapping != 0 || billing.fixedProductTax != 0
        if !hasOtherTax, (tax - billing.tax).magnitude > cap {
            remarks.append(
                "Items and shipping are taxed by \(billing.text(tax)), the \(noun) by \(billing.text(billing.tax))."
            )
        }
        return remarks
    }

    private static func subject(of check: ArithmeticCheck) -> String {
        check.name == "subtotal" ? "its items sum to" : "its parts sum to"
    }
}
