/// Tax as Sage 300's own fields take it: an amount for each authority of one tax group, and what of it falls on each
/// line (`accounts.tax: authority`).
struct AuthorityTaxes {
    let group: String
    let taxes: [ARInvoice.Tax]
    /// What of each line's tax each authority gets, in the sequence of `taxes`: only shares of it are used.
    private let weights: [[Amount]]
    private let decimals: Int

    /// The document's tax, split by what its lines were charged by each rate, or, where the store does not say that of
    /// lines, by the shares the rates have of the order's tax; the last rate takes the rest, so that they sum to it.
    /// - Throws: mapping failures: `tax-code-unmapped`, `tax-groups-differ`; `tax-codes-missing` (document).
    init(
        _ tax: Amount,
        on lines: [LineDraft.StoreTax],
        of order: StoreOrder,
        _ amounts: OrderAmounts,
        _ table: [CompanyRules.TaxAuthorityRule],
        company: CompanyID
    ) throws(Failure) {
        let shares = RateShares(order, amounts)
        guard !shares.order.isEmpty else { throw .taxCodesMissing(Money(tax, amounts.currency)) }
        decimals = amounts.currency.minorDigits
        let taxed = lines.contains { $0.amount != 0 }
        // Tax on what is no line, as on gift wrapping, is split as the order's.
        let lines = taxed ? lines : [LineDraft.StoreTax(amount: tax, subject: nil)]
        var byCode: [String: [Amount]] = [:]
        for (position, line) in lines.enumerated() where line.amount != 0 {
            for (code, amount) in shares.split(line) {
                byCode[code, default: Array(repeating: 0, count: lines.count)][position] += amount
            }
        }
        let codes = shares.codes.filter { byCode[$0]?.sum { $0 } ?? 0 != 0 }
        let whole = codes.sum { byCode[$0]?.sum { $0 } ?? 0 }
        var group: String?
        var byAuthority: [String: (amount: Amount, weights: [Amount])] = [:]
        var left = tax
        for (position, code) in codes.enumerated() {
            guard let rule = table.first(where: { TextPattern($0.pattern).matches(code) }) else {
                throw .taxCodeUnmapped(code, company: company)
            }
            guard group == nil || group == rule.group else {
                throw .taxGroupsDiffer(group ?? "", rule.group, company: company)
            }
            group = rule.group
            let own = byCode[code] ?? []
            let share =
                position == codes.count - 1 ? left : tax.part(own.sum { $0 }, of: whole, decimals: decimals)
            left -= share
            let before = byAuthority[rule.authority] ?? (0, Array(repeating: 0, count: lines.count))
            byAuthority[rule.authority] = (before.amount + share, zip(before.weights, own).map { $0 + $1 })
        }
        self.group = group ?? ""
        // In the sequence of the tenant file, which is to be that of the group in Sage 300.
        var seen: Set<String> = []
        let authorities = table.filter { $0.group == group && seen.insert($0.authority).inserted }.map(
            \.authority
        )
        taxes = authorities.map { ARInvoice.Tax(authority: $0, amount: byAuthority[$0]?.amount ?? 0) }
        weights = authorities.map { taxed ? byAuthority[$0]?.weights ?? [] : [] }
    }

    /// Lines with their part of each authority's tax; of each the last line that has any takes the rest, so that the
    /// lines' taxes sum to the document's.
    func spread(over lines: [ARInvoice.Line]) -> [ARInvoice.Line] {
        var lines = lines
        for (tax, weights) in zip(taxes, weights) {
            let whole = weights.sum { $0 }
            let last = weights.lastIndex { $0 != 0 } ?? lines.indices.last
            var left = tax.amount
            for position in lines.indices {
                let weight = weights.indices.contains(position) ? weights[position] : 0
                let part = position == last ? 0 : tax.amount.part(weight, of: whole, decimals: decimals)
                lines[position].taxes.append(part)
                left -= part
            }
            if let last { lines[last].taxes[lines[last].taxes.count - 1] = left }
        }
        return lines
    }
}

/// By which rates an order's items were taxed.
private struct RateShares {
    /// Of the whole order, in its sequence.
    let order: [(code: String, amount: Amount)]
    /// Every code there is, in the order's sequence.
    let codes: [String]
    private let bySubject: [StoreItemTaxes.Subject: [(code: String, amount: Amount)]]

    init(_ order: StoreOrder, _ amounts: OrderAmounts) {
        func charged(_ taxes: [StoreAppliedTax]) -> [(code: String, amount: Amount)] {
            taxes.map { (code: $0.code, amount: amounts.foreign == nil ? $0.base : $0.ordered) }
                .filter { $0.amount != 0 }
        }
        let whole = charged(order.taxes)
        self.order = whole
        bySubject = Dictionary(
            order.itemTaxes.map { ($0.subject, charged($0.taxes)) },
            uniquingKeysWith: { $0 + $1 }
        )
        var seen: Set<String> = []
        codes = (whole.map(\.code) + order.itemTaxes.flatMap { $0.taxes.map(\.code) }).filter {
            seen.insert($0).inserted
        }
    }

    /// A line's tax by code; the last takes the rest.
    func split(_ line: LineDraft.StoreTax) -> [(code: String, amount: Amount)] {
        let own = line.subject.flatMap { bySubject[$0] } ?? []
        let shares = own.isEmpty ? order : own
        let whole = shares.sum(\.amount)
        var left = line.amount
        return shares.enumerated().map { position, share in
            let part =
                position == shares.count - 1 ? left : line.amount.part(share.amount, of: whole, decimals: 4)
            left -= part
            return (share.code, part)
        }
    }
}
