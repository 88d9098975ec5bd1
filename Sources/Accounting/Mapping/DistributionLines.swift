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
    /// Of the document.
    private let targets: Targets
    /// Of the row at hand: the document's, unless a rule asks about lines.
    private var rowTargets: Targets
    /// What is missing from the tenant file where fixed product tax goes nowhere.
    private let fixedProductTaxKey: AccountKey

    /// - Parameter taxCodes: of the order's items, where rules ask for them.
    init(
        _ billing: Billing,
        _ book: RuleBook,
        taxCodes: [Int64: [String]],
        rules: borrowing CompanyRules
    ) {
        self.billing = billing
        self.book = book
        self.taxCodes = taxCodes
        draft = LineDraft(billing, rules: rules)
        fixedProductTaxKey = rules.taxPosting == .account ? .tax : .fixedProductTax
        targets = Targets(book, of: nil)
        rowTargets = targets
    }

    /// Where what is sold goes.
    private struct Targets {
        let revenue: RuleBook.Destination?
        let discount: RuleBook.Destination?
        let deferral: RuleBook.Destination?

        init(_ book: RuleBook, of line: RuleBook.LineFacts?) {
            revenue = book.target(.revenue, of: line)
            discount = book.target(.discount, of: line)
            deferral = book.target(.deferredRevenue, of: line)
        }
    }

    /// Every line but tax and the rounding line.
    mutating func gather() throws(Failure) {
        for place in billing.rows.indices { try add(rowAt: place) }
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
            if let target = targets.revenue {
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
                company: draft.company
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

    private mutating func add(rowAt place: Int) throws(Failure) {
        if billing.rows[place].isGiftCard {
            try draft.add(
                .giftCard,
                billing.rows[place].gross,
                to: book.target(.giftCard, of: billing.rows[place].facts(taxCodes)),
                for: .giftCard,
                which: " sells gift cards",
                tax: billing.rows[place].storeTax,
                description: Self.description(of: billing.rows[place])
            )
        } else {
            try addProduct(at: place)
        }
        try draft.add(
            .fixedProductTax,
            billing.rows[place].fixedProductTax,
            to: book.target(.fixedProductTax, of: billing.rows[place].facts(taxCodes)),
            for: fixedProductTaxKey,
            which: " has fixed product tax",
            description: "Fixed product tax \(LedgerText.clean(billing.rows[place].sku))"
        )
    }

    private mutating func addProduct(at place: Int) throws(Failure) {
        if book.asksAboutLines { rowTargets = Targets(book, of: billing.rows[place].facts(taxCodes)) }
        let deferred = try addDeferred(at: place)
        let gross = billing.rows[place].gross - deferred.gross
        let discount = billing.rows[place].discount - (deferred.gross - deferred.net)
        try draft.add(
            .product,
            rowTargets.discount == nil ? gross - discount : gross,
            to: rowTargets.revenue,
            for: .revenue,
            which: " sells products",
            tax: deferred.net == 0 ? billing.rows[place].storeTax : .none,
            description: Self.description(of: billing.rows[place])
        )
        try placeDiscount(discount, at: place)
    }

    /// A row's discount is in its line already, or a line of its own where it goes elsewhere than the document's.
    private mutating func placeDiscount(_ discount: Amount, at place: Int) throws(Failure) {
        guard rowTargets.discount != nil else {
            placedDiscount += discount
            return
        }
        guard book.asksAboutLines, rowTargets.discount?.target != targets.discount?.target else { return }
        placedDiscount += discount
        try draft.add(
            .discount,
            -discount,
            to: rowTargets.discount,
            for: .discount,
            which: " has a discount",
            description: "Discount \(LedgerText.clean(billing.rows[place].sku))"
        )
    }

    /// The part of a row that revenue is not earned of yet.
    private mutating func addDeferred(at place: Int) throws(Failure) -> DeferredPart {
        guard rowTargets.deferral != nil, billing.rows[place].isPhysical else { return .nothing }
        let deferred = billing.rows[place].deferred
        try draft.add(
            .product,
            deferred.net,
            to: rowTargets.deferral,
            for: .deferredRevenue,
            which: " sells products",
            tax: billing.rows[place].storeTax,
            description: Self.description(of: billing.rows[place])
        )
        placedDiscount += deferred.gross - deferred.net
        return deferred
    }

    private mutating func addShipping() throws(Failure) {
        var (gross, discount) = (billing.shipping, billing.shippingDiscount)
        var tax = LineDraft.StoreTax(amount: billing.shippingTax, subject: .shipping)
        if let target = targets.deferral, billing.hasPhysicalRows || billing.shippingDeferral != nil {
            let deferred = billing.shippingDeferral ?? gross - discount
            try draft.add(
                .shipping,
                deferred,
                to: target,
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
        let isNetted = targets.discount == nil
        if isNetted { placedDiscount += discount }
        try draft.add(
            .shipping,
            isNetted ? gross - discount : gross,
            to: book.target(.shipping),
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
        guard targets.discount == nil else { return try addDiscountLine(open, to: targets.discount) }
        let onGiftCards = billing.rows.sum { $0.isGiftCard ? $0.discount : 0 }
        let unexplained = open + onGiftCards
        guard unexplained.magnitude > draft.roundingCap else {
            return try addDiscountLine(-onGiftCards, to: targets.revenue)
        }
        try addDiscountLine(open, to: targets.revenue)
        remarks.append(
            "\(billing.text(-unexplained)) of the discount belongs to no item and is a line of its own."
        )
    }

    private mutating func addDiscountLine(
        _ amount: Amount,
        to target: RuleBook.Destination?
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
    private static func description(of row: borrowing BilledRow) -> String {
        LedgerText.joined(
            row.quantity == 1 ? "" : "x\(row.quantity)",
            LedgerText.clean(row.sku),
            LedgerText.clean(row.name)
        )
    }
}

extension BilledRow {
    fileprivate var storeTax: LineDraft.StoreTax { .init(amount: tax, subject: .item(itemID)) }

    /// What of it is deferred where the company defers revenue, before and after discount.
    fileprivate var deferred: DeferredPart {
        switch deferral {
        case .whole: DeferredPart(gross: gross, net: net)
        case .part(let gross, let net): DeferredPart(gross: gross, net: net)
        }
    }
}
