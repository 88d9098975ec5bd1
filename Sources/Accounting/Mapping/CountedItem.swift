public import Foundation

/// A line of an order that carries money, with composite products counted once.
public struct CountedItem: Sendable, Hashable {
    /// The line.
    public let item: StoreOrderItem
    /// False for gift cards, downloads and services: nothing is ever shipped.
    public let isPhysical: Bool
    /// The row before discount, net of tax, as the store holds it.
    public let gross: Decimal
    /// The row's discount net of the tax it contains, ≥ 0.
    public let discount: Decimal
    /// The row's tax.
    public let tax: Decimal
    /// The row's fixed product tax.
    public let fixedProductTax: Decimal

    /// Gift cards are sold into a liability.
    public var isGiftCard: Bool { item.productType == "giftcard" }
    /// The row after discount.
    public var net: Decimal { gross - discount }
}

/// The counted items of an order and how well they explain its subtotal.
public struct CountedItems: Sendable {
    /// In the order's sequence.
    public let items: [CountedItem]
    /// What the items sum to where the subtotal should be.
    public let sum: Decimal
    /// Whether the sum explains the subtotal to the last digit.
    public let isExact: Bool
    /// Said in `why` when the store's own row totals were needed.
    let usesPrintedRows: Bool

    /// Counts an order's items (reference Adobe 3.5): a configurable by its parent; a bundle by its parent or its
    /// children, whichever holds the money, proven by the subtotal. REST does not tell which, and its row totals
    /// cannot be trusted (5.2), so rows are price × quantity; the printed ones are taken only where they explain
    /// the subtotal exactly and price × quantity does not.
    public init(_ order: StoreOrder, _ amounts: OrderAmounts) {
        let families = Family.all(of: order, amounts)
        var first: CountedItems?
        for arrangement in Family.arrangements(of: families) {
            for rule in RowRule.all(for: amounts.currency) {
                let counted = CountedItems(families, arrangement, rule, amounts)
                if counted.isExact {
                    self = counted
                    return
                }
                first = first ?? counted
            }
        }
        self = first ?? CountedItems([], [], .multiplied(decimals: 2), amounts)
    }

    private init(_ families: [Family], _ arrangement: [Bool], _ rule: RowRule, _ amounts: OrderAmounts) {
        var counted: [CountedItem] = []
        for (family, countsChildren) in zip(families, arrangement) {
            counted += countsChildren ? family.children(rule) : [family.parent(rule)]
        }
        let subtotal = amounts.totals.subtotal
        let rows = counted.reduce(0) { $0 + $1.gross }
        // Stores may count fixed product tax into the subtotal (5.1).
        let rowsWithTax = counted.reduce(rows) { $0 + $1.fixedProductTax }
        let isCloserWithTax = (rowsWithTax - subtotal).magnitude < (rows - subtotal).magnitude
        items = counted
        sum = isCloserWithTax ? rowsWithTax : rows
        isExact = sum.withoutBinaryNoise == subtotal.withoutBinaryNoise
        usesPrintedRows = rule == .printed
    }
}

/// How a row's amount is found.
enum RowRule: Hashable {
    /// Price × quantity, rounded.
    case multiplied(decimals: Int)
    /// What REST prints, with the discount it took off put back.
    case printed

    /// In order of trust. Adobe rounds to 2 decimals unless a module makes it respect the currency's (section 11).
    static func all(for currency: Currency) -> [RowRule] {
        var seen: Set<Int> = []
        return [max(2, currency.minorDigits), 2, currency.minorDigits]
            .filter { seen.insert($0).inserted }
            .map { .multiplied(decimals: $0) } + [.printed]
    }

    func row(_ amounts: StoreItemAmounts, quantity: Decimal, currency: Currency) -> Decimal {
        switch self {
        case .multiplied(let decimals):
            return (amounts.price * quantity).withoutBinaryNoise.rounded(toDecimals: decimals)
        case .printed:
            guard let printed = amounts.printedRowTotal else {
                return Self.multiplied(decimals: max(2, currency.minorDigits))
                    .row(amounts, quantity: quantity, currency: currency)
            }
            return (printed + amounts.discount).withoutBinaryNoise
        }
    }
}
