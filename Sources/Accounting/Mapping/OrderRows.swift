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

    init(_ order: borrowing StoreOrder, _ amounts: OrderAmounts) {
        let families = OrderFamilies(order.items, amounts)
        let rules = RowRule.all(for: amounts.currency)
        let explanation =
            Explanation.exact(families, rules, amounts)
            ?? Explanation(families, families.ways.lowerBound, rules[0], amounts)
        rows = families.rows(order.items, explanation.way, explanation.rule, decimals: amounts.decimals)
        subtotalHoldsFixedProductTax = explanation.holdsFixedProductTax
        isExact = explanation.isExact
        usesPrintedRows = explanation.rule == .printed || explanation.rule == .printedWithTaxes
    }

    /// How well a way to count explains the subtotal.
    private struct Explanation {
        let way: Int
        let rule: RowRule
        let holdsFixedProductTax: Bool
        let isExact: Bool

        init(_ families: OrderFamilies, _ way: Int, _ rule: RowRule, _ amounts: OrderAmounts) {
            self.way = way
            self.rule = rule
            let subtotal = amounts.totals.subtotal
            let places = families.families.indices
            let decimals = amounts.decimals
            let sum = places.sum { families.gross(ofFamilyAt: $0, way, rule, decimals: decimals) }
            let sumWithTax = sum + places.sum { families.fixedProductTax(ofFamilyAt: $0, way) }
            holdsFixedProductTax = (sumWithTax - subtotal).magnitude < (sum - subtotal).magnitude
            isExact = (holdsFixedProductTax ? sumWithTax : sum) == subtotal
        }

        /// The first that explains it to the last digit.
        static func exact(_ families: OrderFamilies, _ rules: [RowRule], _ amounts: OrderAmounts)
            -> Explanation?
        {
            for way in families.ways {
                for rule in rules {
                    let explanation = Explanation(families, way, rule, amounts)
                    if explanation.isExact { return explanation }
                }
            }
            return nil
        }
    }
}

extension OrderFamilies {
    /// The rows families are counted by.
    fileprivate func rows(_ items: [StoreOrderItem], _ way: Int, _ rule: RowRule, decimals: Int)
        -> [BilledRow]
    {
        var rows: [BilledRow] = []
        rows.reserveCapacity(items.count)
        for family in families {
            guard family.countsChildren(way) else {
                let isPhysical =
                    family.children.isEmpty
                    ? items[family.parent].isPhysical
                    : children[family.children].contains { items[$0.place].isPhysical }
                let gross = rule.row(family.amounts, decimals: decimals)
                rows.append(
                    BilledRow(items[family.parent], family.amounts, gross: gross, isPhysical: isPhysical)
                )
                continue
            }
            let whole = BilledRow.Parent(items[family.parent])
            for child in children[family.children] {
                let isPhysical = items[child.place].isPhysical
                let gross = rule.row(child.amounts, decimals: decimals)
                rows.append(
                    BilledRow(items[child.place], child.amounts, gross: gross, isPhysical: isPhysical, whole)
                )
            }
        }
        return rows
    }
}

extension BilledRow {
    fileprivate init(
        _ item: borrowing StoreOrderItem,
        _ amounts: RowAmounts,
        gross: Amount,
        isPhysical: Bool,
        _ parent: Parent? = nil
    ) {
        self.init(
            itemID: item.itemID,
            sku: item.sku,
            name: item.name,
            productType: item.productType,
            parent: parent,
            quantity: amounts.quantity,
            isPhysical: isPhysical,
            gross: gross,
            discount: amounts.discount - amounts.discountTaxCompensation,
            tax: amounts.tax,
            fixedProductTax: amounts.fixedProductTax
        )
    }
}

extension BilledRow.Parent {
    fileprivate init(_ item: borrowing StoreOrderItem) {
        self.init(productType: item.productType, sku: item.sku)
    }
}
