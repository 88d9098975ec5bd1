/// Distribution lines while they are being gathered: each rounded to the currency, zero ones left out.
struct LineDraft {
    /// What the document is, in the middle of a sentence.
    let noun: String
    let currency: Currency
    let company: CompanyID
    private let ownCap: Amount?
    private(set) var lines: [ARInvoice.Line] = []
    /// What each line's tax is in the store, in their sequence, where tax is told by line; only shares of it are used.
    private(set) var storeTaxes: [StoreTax] = []
    private(set) var shortenedCount = 0
    private(set) var hasForeignCharacters = false
    private(set) var hasReplacedCharacters = false
    private let codePage: CodePage
    /// Whether tax is told by line, so that it matters what each line's is.
    private let keepsStoreTaxes: Bool

    /// The tax of a line in the store.
    struct StoreTax {
        let amount: Amount
        /// What was taxed; nil where the line stands for nothing taxed.
        let subject: StoreItemTaxes.Subject?
        static let none = StoreTax(amount: 0, subject: nil)
    }

    init(_ billing: Billing, rules: borrowing CompanyRules) {
        noun = billing.noun
        currency = billing.currency
        company = rules.company
        ownCap = rules.roundingCap
        codePage = rules.codePage
        keepsStoreTaxes = rules.taxPosting != .account
        // One for each row, and a few that belong to no row.
        lines.reserveCapacity(billing.rows.count + 6)
    }

    var sum: Amount { lines.sum(\.amount) }

    /// The largest difference that may go to rounding (contract, `roundingCap`).
    var roundingCap: Amount {
        ownCap ?? Amount(tenThousandths: Int128(lines.count + 2) * currency.smallestUnit.tenThousandths)
    }

    /// Adds a line unless it rounds to zero.
    /// - Parameters:
    ///   - key: the account's name in the tenant file.
    ///   - which: what the document has or does to need it: completes a reason that begins with the document.
    /// - Throws: `account-missing` where nothing says where it goes.
    mutating func add(
        _ role: ARInvoice.Line.Role,
        _ amount: Amount,
        to target: @autoclosure () -> RuleBook.Destination?,
        for key: AccountKey,
        which: @autoclosure () -> String,
        tax: StoreTax = .none,
        description: @autoclosure () -> String
    ) throws(Failure) {
        guard amount.isWithinLimit else { throw .amountTooLarge() }
        let amount = amount.rounded(to: currency)
        guard amount != 0 else { return }
        guard let target = target() else {
            let beginning = noun.prefix(1).uppercased() + noun.dropFirst()
            throw .accountMissing(key.rawValue, use: beginning + which(), company: company)
        }
        append(role, target, amount, tax, description())
    }

    /// The one line of a document worth nothing, because an entry without lines cannot be entered.
    mutating func addZeroLine(to target: RuleBook.Destination, description: String) {
        append(.product, target, 0, .none, description)
    }

    private mutating func append(
        _ role: ARInvoice.Line.Role,
        _ target: RuleBook.Destination,
        _ amount: Amount,
        _ tax: StoreTax,
        _ description: String
    ) {
        lines.append(
            ARInvoice.Line(
                role: role,
                target: target.target,
                description: fit(description),
                amount: amount,
                rule: target.rule
            )
        )
        if keepsStoreTaxes { storeTaxes.append(tax) }
    }

    private mutating func fit(_ description: String) -> String {
        // Nearly every text fits as it is.
        if description.utf8.count <= 60, codePage.keeps(description) { return description }
        let fitted = codePage.fitted(description)
        if fitted.wasReplaced || fitted.hasLostSigns { hasReplacedCharacters = true }
        if fitted.hasForeign { hasForeignCharacters = true }
        let text = LedgerText.prefix(fitted.text, 60)
        if text != fitted.text { shortenedCount += 1 }
        return text
    }
}
