import Foundation

extension Decimal {
    /// The amount at 6 decimals. Adobe stores 4, but PHP computes in binary and prints what that leaves, such as
    /// `156.08999999999997` (reference Adobe 5.2); rounded half up as it stands, 10.00499999999999 would lose a cent.
    var withoutBinaryNoise: Decimal { rounded(toDecimals: 6) }
}

/// Distribution lines while they are being gathered: each rounded to the currency, zero ones left out.
struct LineDraft {
    let currency: Currency
    let rules: CompanyRules
    private(set) var lines: [ARInvoice.Line] = []
    private(set) var shortenedCount = 0
    private(set) var hasForeignCharacters = false

    init(currency: Currency, rules: CompanyRules) {
        self.currency = currency
        self.rules = rules
    }

    var sum: Decimal { lines.reduce(0) { $0 + $1.amount } }

    /// The largest difference that may go to rounding (contract, `roundingCap`).
    var roundingCap: Decimal { rules.roundingCap ?? Decimal(lines.count + 2) * currency.smallestUnit }

    /// Adds a line unless it rounds to zero.
    /// - Throws: `account-missing` where the company has no account for it: `key` is its name in the tenant file,
    ///   `use` completes the reason.
    mutating func add(
        _ role: ARInvoice.Line.Role,
        _ amount: Decimal,
        to account: String?,
        key: String,
        use: String,
        description: String
    ) throws(Failure) {
        let amount = amount.withoutBinaryNoise.rounded(to: currency)
        // NaN is what Decimal answers when digits run out.
        guard amount.isFinite, amount.magnitude < Self.limit else { throw .amountTooLarge() }
        guard amount != 0 else { return }
        guard let account, !account.isEmpty else {
            throw .accountMissing(key, use: use, company: rules.company)
        }
        lines.append(
            ARInvoice.Line(role: role, account: account, description: fit(description), amount: amount)
        )
    }

    /// The one line of a document worth nothing, because an entry without lines cannot be entered.
    mutating func addZeroLine(to account: String, description: String) {
        lines.append(
            ARInvoice.Line(role: .product, account: account, description: fit(description), amount: 0)
        )
    }

    private mutating func fit(_ description: String) -> String {
        let text = LedgerText.prefix(description, 60)
        if text != description { shortenedCount += 1 }
        if !LedgerText.isLatin1(text) { hasForeignCharacters = true }
        return text
    }

    /// 19 digits with 3 decimals (reference Sage 6).
    private static let limit = Decimal(sign: .plus, exponent: 16, significand: 1)
}
