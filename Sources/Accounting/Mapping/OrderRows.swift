/// The rows of an order that carry money and how well they explain its subtotal.
///
/// A configurable counts by its parent; a bundle by its parent or its children, whichever holds the money, proven by
/// the subtotal. REST does not tell which, and its row totals cannot be trusted (reference Adobe 3.5, 5.2), so rows are
/// price × quantity; the printed ones are taken only where they explain the subtotal exactly and price × quantity does
/// not.
struct OrderRows {
    /// In the order's sequence.
    let rows: [BilledRow]
    /// Stores may count fixed product tax into the subtotal (reference Adobe 5.1).
    let subtotalHoldsFixedProductTax: Bool
    /// Whether the rows explain the subtotal to the last digit.
    let isExact: Bool
    /// Whether the store's own row totals were needed.
    let usesPrintedRows: Bool

    init(_ order: StoreOrder, _ amounts: OrderAmounts) {
        let families = Family.all(of: order, amounts)
        let arrangements = Family.arrangements(of: families)
        let rules = RowRule.all(for: amounts.currency)
        for arrangement in arrangements {
            for rule in rules {
                let explanation = Explanation(families, arrangement, rule, amounts.totals.subtotal)
                guard explanation.isExact else { continue }
                self.init(families, arrangement, rule, explanation)
                return
            }
        }
        self.init(
            families,
            arrangements[0],
            rules[0],
            Explanation(families, arrangements[0], rules[0], amounts.totals.subtotal)
        )
    }

    private init(
        _ families: [Family],
        _ arrangement: [Bool],
        _ rule: RowRule,
        _ explanation: Explanation
    ) {
        var counted: [BilledRow] = []
        counted.reserveCapacity(families.count)
        for (family, countsChildren) in zip(families, arrangement) {
            family.addRows(to: &counted, rule, countsChildren: countsChildren)
        }
        rows = counted
        subtotalHoldsFixedProductTax = explanation.holdsFixedProductTax
        isExact = explanation.isExact
        usesPrintedRows = rule == .printed || rule == .printedWithTaxes
    }

    /// How well a way to count explains the subtotal.
    private struct Explanation {
        let holdsFixedProductTax: Bool
        let isExact: Bool

        init(_ families: [Family], _ arrangement: [Bool], _ rule: RowRule, _ subtotal: Amount) {
            var sum = Amount.zero
            var sumWithTax = Amount.zero
            for (family, countsChildren) in zip(families, arrangement) {
                let gross = family.gross(rule, countsChildren: countsChildren)
                sum += gross
                sumWithTax += gross + family.fixedProductTax(countsChildren: countsChildren)
            }
            holdsFixedProductTax = (sumWithTax - subtotal).magnitude < (sum - subtotal).magnitude
            isExact = (holdsFixedProductTax ? sumWithTax : sum) == subtotal
        }
    }
}

/// How the amount of an order's row is found.
enum RowRule: Hashable {
    /// Price × quantity, rounded.
    case multiplied(decimals: Int)
    /// What REST prints, with the discount it took off put back.
    case printed
    /// What REST prints of the row with all its taxes, with what is not the row's taken off and put back: in a
    /// tax-inclusive catalogue the unit price is rounded, and a row of many units is not price × quantity; 2.4.8 prints
    /// rows without taxes wrong (reference Adobe 5.2, 5.3).
    case printedWithTaxes

    /// In order of trust. Adobe rounds to 2 decimals unless a module makes it respect the currency's (section 11).
    static func all(for currency: Currency) -> [RowRule] {
        switch currency.minorDigits {
        case 0: [.multiplied(decimals: 2), .multiplied(decimals: 0), .printed, .printedWithTaxes]
        case 3: [.multiplied(decimals: 3), .multiplied(decimals: 2), .printed, .printedWithTaxes]
        default: [.multiplied(decimals: 2), .printed, .printedWithTaxes]
        }
    }

    func row(_ amounts: StoreItemAmounts, quantity: Amount, currency: Currency) -> Amount {
        switch self {
        case .multiplied(let decimals):
            return amounts.price.times(quantity, decimals: decimals)
        case .printed:
            guard let printed = amounts.printedRowTotal else {
                return amounts.price.times(quantity, decimals: max(2, currency.minorDigits))
            }
            return printed + amounts.discount
        case .printedWithTaxes:
            guard let printed = amounts.printedRowTotalWithTaxes else {
                return Self.printed.row(amounts, quantity: quantity, currency: currency)
            }
            return printed + amounts.discount - amounts.tax - amounts.discountTaxCompensation
                - amounts.fixedProductTax
        }
    }
}
