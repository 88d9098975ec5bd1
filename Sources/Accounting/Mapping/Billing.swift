/// What a document charges, or gives back, in the one currency it is entered in: the common ground of orders,
/// invoices, credit memos and cancellations. Amounts that lower the total are held positive and taken off.
struct Billing {
    /// What it is, in the middle of a sentence.
    let noun: String
    let currency: Currency
    /// Whether it gives back instead of charging.
    var isCredit = false
    /// The rows that carry money, each once.
    var rows: [BilledRow]
    /// Whether the rows give the store's subtotal to the last digit.
    var rowsAreExact = true
    /// What the store says they sum to.
    var subtotal: Amount
    /// Whether fixed product tax is in the subtotal already (reference Adobe 5.1).
    var subtotalHoldsFixedProductTax = false
    /// Net of tax, before discount.
    var shipping: Amount = 0
    /// Net of the tax it contains; a part of `discount`.
    var shippingDiscount: Amount = 0
    /// What of the shipping, after discount, revenue is not earned of yet; nil: all where anything is shipped.
    var shippingDeferral: Amount?
    /// Tax on shipping; a part of `tax`.
    var shippingTax: Amount = 0
    var tax: Amount = 0
    /// All discount, net of the tax it contains.
    var discount: Amount = 0
    var giftWrapping: Amount = 0
    var customFees: Amount = 0
    var adjustmentRefund: Amount = 0
    var adjustmentFee: Amount = 0
    var giftCards: Amount = 0
    var storeCredit: Amount = 0
    var rewardPoints: Amount = 0
    /// The store's total, as it is.
    var grandTotal: Amount
    /// What was derived because the store does not tell it.
    var remarks: [String] = []

    init(_ noun: String, _ currency: Currency, rows: [BilledRow], subtotal: Amount, grandTotal: Amount) {
        self.noun = noun
        self.currency = currency
        self.rows = rows
        self.subtotal = subtotal
        self.grandTotal = grandTotal
    }

    /// The store's total of the document, rounded half up (contract, Numbers in Sage 300).
    var total: Amount { grandTotal.rounded(to: currency) }

    var fixedProductTax: Amount { rows.sum(\.fixedProductTax) }

    /// What the rows come to where the subtotal should be.
    var rowSum: Amount {
        rows.sum(\.gross) + (subtotalHoldsFixedProductTax ? fixedProductTax : 0)
    }

    /// Whether it has anything that is shipped.
    var hasPhysicalRows: Bool { rows.contains(where: \.isPhysical) }

    func text(_ amount: Amount) -> String { Money(amount, currency).description }
}

extension Billing {
    /// The rows add up to the subtotal.
    var subtotalCheck: ArithmeticCheck {
        var terms: [ArithmeticCheck.Term] = []
        terms.reserveCapacity(rows.count + 1)
        for place in rows.indices { terms.append(.init("item", rows[place].gross)) }
        if subtotalHoldsFixedProductTax { terms.append(.init("fixed product tax", fixedProductTax)) }
        return ArithmeticCheck("subtotal", terms, .init("subtotal", subtotal))
    }

    /// The totals add up to the grand total: the identity of reference Adobe 5.1, discount-tax compensation included.
    var grandTotalCheck: ArithmeticCheck {
        ArithmeticCheck(
            "grand-total",
            [
                .init("subtotal", subtotal),
                .init("fixed product tax", subtotalHoldsFixedProductTax ? 0 : fixedProductTax),
                .init("shipping", shipping), .init("tax", tax), .init("discount", -discount),
                .init("gift wrapping", giftWrapping), .init("fees", customFees),
                .init("adjustment refund", adjustmentRefund), .init("adjustment fee", -adjustmentFee),
                .init("gift cards", -giftCards), .init("store credit", -storeCredit),
                .init("reward points", -rewardPoints),
            ],
            .init("grand total", grandTotal)
        )
    }
}
