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

    /// - Parameter decimals: what Adobe rounds to where nothing is printed.
    func row(_ amounts: RowAmounts, decimals: Int) -> Amount {
        switch self {
        case .multiplied(let decimals):
            return amounts.price.times(amounts.quantity, decimals: decimals)
        case .printed:
            guard let printed = amounts.printedRowTotal else {
                return amounts.price.times(amounts.quantity, decimals: decimals)
            }
            return printed + amounts.discount
        case .printedWithTaxes:
            guard let printed = amounts.printedRowTotalWithTaxes else {
                return Self.printed.row(amounts, decimals: decimals)
            }
            return printed + amounts.discount - amounts.tax - amounts.discountTaxCompensation
                - amounts.fixedProductTax
        }
    }
}
