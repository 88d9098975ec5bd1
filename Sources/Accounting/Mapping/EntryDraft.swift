/// A document on its way to an entry.
struct EntryDraft {
    let billing: Billing
    /// More that must agree, besides rows and totals.
    var checks: [ArithmeticCheck] = []

    /// Where a document is entered, and as what.
    struct Heading {
        let type: ARInvoice.DocumentType
        let number: DocumentNumber
        let customer: CustomerNumber
        var appliesTo: DocumentNumber?
        let date: CalendarDate
        let description: String
        var remarks: [String] = []
    }

    /// The entry: every amount in one currency, lines and taxes = the store's total, always.
    /// - Parameters:
    ///   - order: the one it belongs to.
    ///   - amounts: that order's.
    func entry(
        _ heading: Heading,
        of order: StoreOrder,
        _ amounts: OrderAmounts,
        rules: CompanyRules
    ) throws(Failure) -> ARInvoice {
        let total = billing.total
        guard billing.grandTotal.isWithinLimit else { throw .amountTooLarge() }
        guard total >= 0 else {
            throw .negativeTotal(Money(total, billing.currency), noun: billing.noun)
        }
        let book = RuleBook(rules, order: order)
        var lines = DistributionLines(billing, book, taxCodes: book.taxCodes(of: order), rules: rules)
        try lines.gather()
        let authorityTaxes = try authorityTaxes(on: lines.draft.storeTaxes, of: order, amounts, rules)
        if authorityTaxes == nil { try lines.addTaxLine() }
        try lines.addRedemptions()
        let proof = DocumentProof(
            billing: billing,
            cap: lines.draft.roundingCap,
            company: rules.company,
            others: checks
        )
        let proven = try proof.checks()
        let ownTax = authorityTaxes.map { $0.taxes.sum(\.amount) } ?? 0
        try lines.close(at: total - ownTax)
        return ARInvoice(
            type: heading.type,
            number: heading.number,
            orderNumber: order.incrementID,
            customer: heading.customer,
            appliesTo: heading.appliesTo,
            date: heading.date,
            currency: billing.currency,
            terms: book.terms?.value,
            taxGroup: authorityTaxes?.group ?? book.taxGroup?.value,
            taxes: authorityTaxes?.taxes ?? [],
            optionalFields: book.optionalFields.mapValues(\.value),
            description: LedgerText.prefix(heading.description, 60),
            lines: authorityTaxes?.spread(over: lines.draft.lines) ?? lines.draft.lines,
            total: total,
            checks: proven,
            remarks: heading.remarks + billing.remarks + lines.allRemarks + proof.remarks
                + decisions(book)
        )
    }

    private func authorityTaxes(
        on lines: [LineDraft.StoreTax],
        of order: StoreOrder,
        _ amounts: OrderAmounts,
        _ rules: CompanyRules
    ) throws(Failure) -> AuthorityTaxes? {
        guard case .authority(let table) = rules.taxPosting, billing.tax != 0 else { return nil }
        return try AuthorityTaxes(
            billing.tax.rounded(to: billing.currency),
            on: lines,
            of: order,
            amounts,
            table,
            company: rules.company
        )
    }

    /// What a rule decided for the whole document.
    private func decisions(_ book: RuleBook) -> [String] {
        guard book.hasRules else { return [] }
        var remarks: [String] = []
        if let terms = book.terms, let rule = terms.rule {
            remarks.append("Terms \(terms.value) by rule \"\(rule)\".")
        }
        if let group = book.taxGroup, let rule = group.rule {
            remarks.append("Tax group \(group.value) by rule \"\(rule)\".")
        }
        for (name, field) in book.optionalFields.sorted(by: { $0.key < $1.key }) {
            remarks.append("Optional field \(name) by rule \"\(field.rule ?? "")\".")
        }
        return remarks
    }
}
