/// From a shipment to the G/L entry that recognises what was deferred of it: debit deferred revenue with the net and
/// discounts with what was taken off, credit revenue with the gross. Tax is never deferred.
public enum ShipmentMapping {
    /// The entry of a shipment; without details when nothing of the order is deferred any more.
    ///
    /// Partial shipments sum to what was deferred, to the last digit; what was cancelled or refunded before is not
    /// recognised. Shipping is recognised with the first shipment or by share (`shippingRecognition`).
    /// - Parameter history: what else happened to the order.
    /// - Throws: mapping failures (`base-currency`, `account-missing`) and those of `DocumentNumbering`.
    public static func entry(
        for shipment: StoreShipment,
        of order: StoreOrder,
        history: OrderHistory,
        rules: CompanyRules
    ) throws(Failure) -> JournalEntry {
        let amounts = try OrderAmounts(order, rules: rules)
        let schedule = DeferralSchedule(order, amounts, rules: rules)
        let outcome = schedule.outcomes(of: history.with(shipment)).shipments[shipment.entityID]
        let book = RuleBook(rules, order: order)
        var recognition = Recognition(rules: rules, book: book, taxCodes: book.taxCodes(of: order))
        for row in Billing(order, amounts).rows {
            guard let part = outcome?.parts[row.itemID] else { continue }
            try recognition.add(row, part)
        }
        try recognition.addShipping(outcome?.shipping ?? 0)
        let excess = outcome?.excess ?? 0
        return JournalEntry(
            number: try DocumentNumbering(rules).shipment(
                shipment.incrementID,
                storeView: shipment.storeView
            ),
            orderNumber: order.incrementID,
            date: CalendarDate(shipment.createdAt, in: rules.timeZone),
            currency: amounts.currency,
            description: LedgerText.prefix("Adobe Commerce shipment \(shipment.incrementID)", 60),
            details: recognition.details,
            remarks: excess > 0
                ? ["Units shipped beyond what was deferred, as of a refund before: \(excess)."] : []
        )
    }
}

/// The details of one shipment's entry while they are gathered.
private struct Recognition {
    let rules: CompanyRules
    let book: RuleBook
    let taxCodes: [Int64: [String]]
    private(set) var details: [JournalEntry.Detail] = []

    init(rules: CompanyRules, book: RuleBook, taxCodes: [Int64: [String]]) {
        self.rules = rules
        self.book = book
        self.taxCodes = taxCodes
    }

    mutating func add(_ row: BilledRow, _ part: DeferredPart) throws(Failure) {
        let facts = row.facts(taxCodes)
        guard let deferred = book.target(.deferredRevenue, of: facts) else { return }
        let text = "\(LedgerText.clean(row.sku)) \(LedgerText.clean(row.name))"
        let discount = part.gross - part.net
        let discountTarget = book.target(.discount, of: facts)
        try append(.deferredRevenue, deferred, part.net, text, .deferredRevenue)
        if discountTarget != nil { try append(.discount, discountTarget, discount, text, .discount) }
        let earned = discountTarget == nil ? part.net : part.gross
        try append(.revenue, book.target(.revenue, of: facts), -earned, text, .revenue)
    }

    mutating func addShipping(_ amount: Amount) throws(Failure) {
        guard amount != 0, let deferred = book.target(.deferredRevenue) else { return }
        try append(.deferredRevenue, deferred, amount, "Shipping", .deferredRevenue)
        try append(.shipping, book.target(.shipping), -amount, "Shipping", .shipping)
    }

    private mutating func append(
        _ role: JournalEntry.Detail.Role,
        _ target: RuleBook.Destination?,
        _ amount: Amount,
        _ text: String,
        _ key: AccountKey
    ) throws(Failure) {
        guard amount != 0 else { return }
        // The G/L knows accounts only: where a rule names a distribution code, the company's account is meant.
        var (account, rule) = (rules.accounts[key], nil as String?)
        if case .account(let own)? = target?.target { (account, rule) = (own, target?.rule) }
        guard let account, !account.isEmpty else {
            throw .accountMissing(key.rawValue, use: "A shipment recognises revenue", company: rules.company)
        }
        details.append(
            JournalEntry.Detail(
                role: role,
                account: account,
                description: LedgerText.prefix(text, 60),
                amount: amount,
                rule: rule
            )
        )
    }
}
