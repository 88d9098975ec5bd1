import Foundation

/// The distribution lines of an order, in the sequence a bookkeeper reads them.
struct OrderLines {
    let amounts: OrderAmounts
    let items: CountedItems
    let rules: CompanyRules
    private(set) var draft: LineDraft
    private var remarks: [String] = []
    /// Discount that lines have already taken off, ≥ 0.
    private var nettedDiscount: Decimal = 0

    private var accounts: CompanyRules.Accounts { rules.accounts }
    private var totals: StoreOrderTotals { amounts.totals }

    init(amounts: OrderAmounts, items: CountedItems, rules: CompanyRules) {
        self.amounts = amounts
        self.items = items
        self.rules = rules
        draft = LineDraft(currency: amounts.currency, rules: rules)
    }

    /// Every line but the rounding line.
    mutating func gather() throws(Failure) {
        for item in items.items { try add(item) }
        try addShipping()
        try addExtras()
        try addDiscount()
        try addTax()
        try addRedemptions()
        if items.usesPrintedRows {
            remarks.append(
                "Line amounts are the store's row totals: price × quantity does not give its subtotal."
            )
        }
    }

    /// Makes the lines sum to `total`, with a rounding line within the cap.
    mutating func close(at total: Decimal) throws(Failure) {
        let sum = draft.sum
        let difference = total - sum
        if draft.lines.isEmpty {
            guard total == 0 else { throw .noLines(Money(total, amounts.currency)) }
            draft.addZeroLine(to: accounts.revenue, description: "Nothing charged")
            return
        }
        guard difference != 0 else { return }
        guard difference.magnitude <= draft.roundingCap else {
            throw .unbalanced(
                "The order does not add up: its lines sum to \(money(sum)), but its total is \(money(total)).",
                subject: "lines",
                company: rules.company
            )
        }
        try draft.add(
            .rounding,
            difference,
            to: accounts.rounding,
            key: "rounding",
            use: "Order's lines and its total differ by \(money(difference))",
            description: "Rounding difference"
        )
        remarks.append(
            "\(money(difference)) went to rounding: the lines sum to \(money(sum)), the store's total is \(money(total))."
        )
    }

    /// What was shortened or rounded, and why.
    var allRemarks: [String] {
        var all = remarks
        if draft.shortenedCount > 0 {
            all.append("Line descriptions shortened to 60 characters: \(draft.shortenedCount).")
        }
        if draft.hasForeignCharacters {
            all.append("Line descriptions hold characters the company's code page may not have.")
        }
        return all
    }

    private mutating func add(_ counted: CountedItem) throws(Failure) {
        let description = Self.description(of: counted.item)
        if counted.isGiftCard {
            try draft.add(
                .giftCard,
                counted.gross,
                to: accounts.giftCard,
                key: "giftCard",
                use: "Order sells gift cards",
                description: description
            )
        } else {
            let deferred = counted.isPhysical ? accounts.deferredRevenue : nil
            let isNetted = deferred != nil || accounts.discount == nil
            if isNetted { nettedDiscount += counted.discount }
            try draft.add(
                .product,
                isNetted ? counted.net : counted.gross,
                to: deferred ?? accounts.revenue,
                key: "revenue",
                use: "Order sells products",
                description: description
            )
        }
        try draft.add(
            .fixedProductTax,
            counted.fixedProductTax,
            to: accounts.tax,
            key: "tax",
            use: "Order has fixed product tax",
            description: "Fixed product tax \(LedgerText.clean(counted.item.sku))"
        )
    }

    private mutating func addShipping() throws(Failure) {
        let discount = totals.shippingDiscount - totals.shippingDiscountTaxCompensation
        let isNetted = accounts.discount == nil
        if isNetted { nettedDiscount += discount }
        try draft.add(
            .shipping,
            isNetted ? totals.shipping - discount : totals.shipping,
            to: accounts.shipping,
            key: "shipping",
            use: "Order has shipping",
            description: "Shipping"
        )
    }

    private mutating func addExtras() throws(Failure) {
        try draft.add(
            .giftWrapping,
            totals.giftWrapping,
            to: accounts.revenue,
            key: "revenue",
            use: "Order has gift wrapping",
            description: "Gift wrapping"
        )
        try draft.add(
            .fee,
            totals.customFees,
            to: accounts.revenue,
            key: "revenue",
            use: "Order has fees",
            description: "Fees"
        )
    }

    /// What of the order's discount is in no line yet. Without a `discount` account that is what gift cards were
    /// discounted by (their liability is their face value) and what the store gives on no item at all.
    private mutating func addDiscount() throws(Failure) {
        let discount =
            totals.discount + totals.discountTaxCompensation + totals.shippingDiscountTaxCompensation
        let open = discount + nettedDiscount
        guard accounts.discount == nil else {
            return try addDiscountLine(open, to: accounts.discount)
        }
        let onGiftCards = items.items.filter(\.isGiftCard).reduce(Decimal(0)) { $0 + $1.discount }
        let unexplained = open + onGiftCards
        guard unexplained.magnitude > draft.roundingCap else {
            return try addDiscountLine(-onGiftCards, to: accounts.revenue)
        }
        try addDiscountLine(open, to: accounts.revenue)
        remarks.append("\(money(-unexplained)) of the discount belongs to no item and is a line of its own.")
    }

    private mutating func addDiscountLine(_ amount: Decimal, to account: String?) throws(Failure) {
        try draft.add(
            .discount,
            amount,
            to: account,
            key: "discount",
            use: "Order has a discount",
            description: "Discount"
        )
    }

    private mutating func addTax() throws(Failure) {
        if totals.tax != 0, rules.taxPosting != .account {
            throw .taxAuthorityUnsupported(company: rules.company)
        }
        try draft.add(
            .tax,
            totals.tax,
            to: accounts.tax,
            key: "tax",
            use: "Order has tax",
            description: "Tax"
        )
    }

    private mutating func addRedemptions() throws(Failure) {
        try draft.add(
            .giftCard,
            -totals.giftCards,
            to: accounts.giftCard,
            key: "giftCard",
            use: "Order uses gift cards",
            description: "Paid with gift cards"
        )
        try draft.add(
            .storeCredit,
            -totals.storeCredit,
            to: accounts.storeCredit,
            key: "storeCredit",
            use: "Order uses store credit",
            description: "Paid with store credit"
        )
        try draft.add(
            .rewardPoints,
            -totals.rewardPoints,
            to: accounts.rewardPoints,
            key: "rewardPoints",
            use: "Order uses reward points",
            description: "Paid with reward points"
        )
    }

    /// `MH01-M-Blue Hoodie x2`; the quantity survives a long name.
    private static func description(of item: StoreOrderItem) -> String {
        let sku = LedgerText.clean(item.sku)
        let name = LedgerText.clean(item.name)
        let text = [sku, name].filter { !$0.isEmpty }.joined(separator: " ")
        guard item.quantity != 1 else { return text }
        return "x\(item.quantity) " + text
    }

    private func money(_ amount: Decimal) -> String { Money(amount, amounts.currency).description }
}
