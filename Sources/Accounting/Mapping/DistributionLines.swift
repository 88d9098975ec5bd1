/// The distribution lines of a document, in the sequence a bookkeeper reads them.
struct DistributionLines {
    let billing: Billing
    let book: RuleBook
    /// The tax codes of the order's items, where rules ask for them.
    let taxCodes: [Int64: [String]]
    private(set) var draft: LineDraft
    private var remarks: [String] = []
    /// Discount that is in lines already, ≥ 0.
    private var placedDiscount: Amount = 0
    private let shippingTarget: RuleBook.Decision<AccountRule.Target>?
    private let discountTarget: RuleBook.Decision<AccountRule.Target>?
    private let deferralTarget: RuleBook.Decision<AccountRule.Target>?

    init(_ billing: Billing, _ book: RuleBook, order: StoreOrder) {
        self.billing = billing
        self.book = book
        taxCodes = book.taxCodes(of: order)
        draft = LineDraft(noun: billing.noun, currency: billing.currency, rules: book.rules)
        shippingTarget = book.target(.shipping)
        discountTarget = book.target(.discount)
        deferralTarget = book.target(.deferredRevenue)
    }

    /// Every line but tax and the rounding line.
    mutating func gather() throws(Failure) {
        for row in billing.rows { try add(row) }
        try addShipping()
        try addExtras()
        try addDiscount()
    }

    /// What reduces the document's total and belongs to nobody's revenue.
    mutating func addRedemptions() throws(Failure) {
        let redeemed = billing.isCredit ? "Returned to" : "Paid with"
        try draft.add(
            .giftCard,
            -billing.giftCards,
            to: book.target(.giftCard),
            for: .giftCard,
            which: " uses gift cards",
            description: "\(redeemed) gift cards"
        )
        try draft.add(
            .storeCredit,
            -billing.storeCredit,
            to: book.target(.storeCredit),
            for: .storeCredit,
            which: " uses store credit",
            description: "\(redeemed) store credit"
        )
        try draft.add(
            .rewardPoints,
            -billing.rewardPoints,
            to: book.target(.rewardPoints),
            for: .rewardPoints,
            which: " uses reward points",
            description: "\(redeemed) reward points"
        )
    }

    /// Tax as a line of its own.
    mutating func addTaxLine() throws(Failure) {
        try draft.add(
            .tax,
            billing.tax,
            to: book.target(.tax),
            for: .tax,
            which: " has tax",
            description: "Tax"
        )
    }

    /// Makes the lines sum to `total`, with a rounding line within the cap.
    mutating func close(at total: Amount) throws(Failure) {
        let sum = draft.sum
        let difference = total - sum
        if draft.lines.isEmpty {
            guard total == 0 else { throw .noLines(Money(total, billing.currency), noun: billing.noun) }
            if let target = book.target(.revenue) {
                draft.addZeroLine(to: target, description: "Nothing charged")
            }
            return
        }
        guard difference != 0 else { return }
        guard difference.magnitude <= draft.roundingCap else {
            throw .unbalanced(
                "The \(billing.noun) does not add up: its lines sum to \(billing.text(sum)), "
                    + "but its total is \(billing.text(total)).",
                subject: "lines",
                noun: billing.noun,
                company: book.rules.company
            )
        }
        try draft.add(
            .rounding,
            difference,
            to: book.target(.rounding),
            for: .rounding,
            which: "'s lines and its total differ by \(Money(difference, billing.currency))",
            description: "Rounding difference"
        )
        remarks.append(
            "\(billing.text(difference)) went to rounding: the lines sum to \(billing.text(sum)), "
                + "the store's total is \(billing.text(total))."
        )
    }

    /// What was shortened or rounded, and why.
    var allRemarks: [String] {
        var all = remarks
        if draft.shortenedCount > 0 {
            all.append("Line descriptions shortened to 60 characters: \(draft.shortenedCount).")
        }
        if draft.hasReplacedCharacters {
            all.append(
                "Some characters of line descriptions were replaced by the closest ones of the code page."
            )
        }
        if draft.hasForeignCharacters {
            all.append("Line descriptions hold characters the company's code page may not have.")
        }
        return all
    }

    // MARK: Lines

    private mutating func add(_ row: BilledRow) throws(Failure) {
        let facts = row.facts(taxCodes)
        if row.isGiftCard {
            try draft.add(
                .giftCard,
                row.gross,
                to: book.target(.giftCard, of: facts),
                for: .giftCard,
                which: " sells gift cards",
                tax: row.storeTax,
                description: Self.description(of: row)
            )
        } else {
            try addProduct(row, facts)
        }
        try draft.add(
            .fixedProductTax,
            row.fixedProductTax,
            to: book.target(.fixedProductTax, of: facts),
            for: book.rules.taxPosting == .account ? .tax : .fixedProductTax,
            which: " has fixed product tax",
            description: "Fixed product tax \(LedgerText.clean(row.sku))"
        )
    }

    private mutating func addProduct(_ row: BilledRow, _ facts: RuleBook.LineFacts) throws(Failure) {
        let deferral = row.isPhysical ? book.target(.deferredRevenue, of: facts) : nil
        var (gross, discount, tax) = (row.gross, row.discount, row.storeTax)
        if let deferral {
            let deferred: (gross: Amount, net: Amount)
            switch row.deferral {
            case .whole: deferred = (row.gross, row.net)
            case .part(let gross, let net): deferred = (gross, net)
            }
            try draft.add(
                .product,
                deferred.net,
                to: deferral,
                for: .deferredRevenue,
                which: " sells products",
                tax: tax,
                description: Self.description(of: row)
            )
            if deferred.net != 0 { tax = .none }
            placedDiscount += deferred.gross - deferred.net
            gross -= deferred.gross
            discount -= deferred.gross - deferred.net
        }
        let ownDiscountTarget = book.target(.discount, of: facts)
        let isNetted = ownDiscountTarget == nil
        try draft.add(
            .product,
            isNetted ? gross - discount : gross,
            to: book.target(.revenue, of: facts),
            for: .revenue,
            which: " sells products",
            tax: tax,
            description: Self.description(of: row)
        )
        if isNetted {
            placedDiscount += discount
        } else if let target = ownDiscountTarget, target.value != discountTarget?.value {
            placedDiscount += discount
            try draft.add(
                .discount,
                -discount,
                to: target,
                for: .discount,
                which: " has a discount",
                description: "Discount \(LedgerText.clean(row.sku))"
            )
        }
    }

    private mutating func addShipping() throws(Failure) {
        var (gross, discount) = (billing.shipping, billing.shippingDiscount)
        var tax = LineDraft.StoreTax(amount: billing.shippingTax, subject: .shipping)
        if let deferralTarget, billing.hasPhysicalRows || billing.shippingDeferral != nil {
            let deferred = billing.shippingDeferral ?? gross - discount
            try draft.add(
                .shipping,
                deferred,
                to: deferralTarget,
                for: .deferredRevenue,
                which: " has shipping",
                tax: tax,
                description: "Shipping, not earned yet"
            )
            if deferred != 0 { tax = .none }
            // What is recognised is recognised net: the discount was taken off when it was deferred.
            gross -= deferred + discount
            placedDiscount += discount
            discount = 0
        }
        let isNetted = discountTarget == nil
        if isNetted { placedDiscount += discount }
        try draft.add(
            .shipping,
            isNetted ? gross - discount : gross,
            to: shippingTarget,
            for: .shipping,
            which: " has shipping",
            tax: tax,
            description: "Shipping"
        )
    }

    private mutating func addExtras() throws(Failure) {
        try draft.add(
            .giftWrapping,
            billing.giftWrapping,
            to: book.target(.giftWrapping),
            for: .revenue,
            which: " has gift wrapping",
            description: "Gift wrapping"
        )
        try draft.add(
            .fee,
            billing.customFees,
            to: book.target(.fee),
            for: .revenue,
            which: " has fees",
            description: "Fees"
        )
        try draft.add(
            .adjustment,
            billing.adjustmentRefund,
            to: book.target(.adjustment),
            for: .adjustment,
            which: " has an adjustment refund",
            description: "Adjustment refund"
        )
        try draft.add(
            .adjustment,
            -billing.adjustmentFee,
            to: book.target(.adjustment),
            for: .adjustment,
            which: " has an adjustment fee",
            description: "Adjustment fee"
        )
    }

    /// What of the document's discount is in no line yet. Without a `discount` account that is what gift cards were
    /// discounted by (their liability is their face value) and what the store gives on no item at all.
    private mutating func addDiscount() throws(Failure) {
        let open = placedDiscount - billing.discount
        guard discountTarget == nil else { return try addDiscountLine(open, to: discountTarget) }
        let onGiftCards = billing.rows.sum { $0.isGiftCard ? $0.discount : 0 }
        let unexplained = open + onGiftCards
        let revenue = book.target(.revenue)
        guard unexplained.magnitude > draft.roundingCap else {
            return try addDiscountLine(-onGiftCards, to: revenue)
        }
        try addDiscountLine(open, to: revenue)
        remarks.append(
            "\(billing.text(-unexplained)) of the discount belongs to no item and is a line of its own."
        )
    }

    private mutating func addDiscountLine(
        _ amount: Amount,
        to target: RuleBook.Decision<AccountRule.Target>?
    ) throws(Failure) {
        try draft.add(
            .discount,
            amount,
            to: target,
            for: .discount,
            which: " has a discount",
            description: "Discount"
        )
    }

    /// `x2 MH01-M-Blue Hoodie`; the quantity survives a long name.
    private static func description(of row: BilledRow) -> String {
        let sku = LedgerText.clean(row.sku)
        let name = LedgerText.clean(row.name)
        var text = ""
        // Put together in place: every row of every document has one.
        text.reserveCapacity(sku.utf8.count + name.utf8.count + 16)
        if row.quantity != 1 {
            text += "x"
            text += row.quantity.description
            text += " "
        }
        text += sku
        if !sku.isEmpty, !name.isEmpty { text += " " }
        text += name
        return text
    }
}

extension BilledRow {
    fileprivate var storeTax: LineDraft.StoreTax { .init(amount: tax, subject: .item(itemID)) }
}
