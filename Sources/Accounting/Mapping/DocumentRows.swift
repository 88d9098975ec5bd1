/// The rows of an Adobe invoice or credit memo that carry money, and how well they explain its subtotal.
///
/// Unlike an order's, these rows are printed as the store holds them (reference Adobe 5.2), and lines of composite
/// products that are there for show carry no money (3.5). Where a store prints both, only one side is counted: the one
/// that explains the subtotal.
struct DocumentRows {
    let rows: [BilledRow]
    let subtotalHoldsFixedProductTax: Bool
    let isExact: Bool

    init(
        _ lines: [StoreDocumentLine],
        _ amounts: KeyPath<StoreDocumentLine, StoreDocumentLine.Amounts>,
        of items: OrderItems,
        _ order: OrderAmounts,
        subtotal: Amount
    ) {
        let moneyed = lines.filter { $0[keyPath: amounts].hasMoney }
        let ids = Set(moneyed.map(\.orderItemID))
        let withoutChildren = moneyed.filter { line in
            items.parent(of: line.orderItemID).map { !ids.contains($0.itemID) } ?? true
        }
        // Only a bundle's money may be its children's.
        let withoutParents = withoutChildren.flatMap { line -> [StoreDocumentLine] in
            let children = Set(items.children(of: line.orderItemID)).intersection(ids)
            guard !children.isEmpty, items[line.orderItemID]?.productType == "bundle" else { return [line] }
            return moneyed.filter { children.contains($0.orderItemID) }
        }
        let ways = moneyed.count == withoutChildren.count ? [moneyed] : [withoutParents, withoutChildren]
        var first: DocumentRows?
        for way in ways {
            let counted = DocumentRows(
                way.map { Self.row($0, $0[keyPath: amounts], items, order) },
                subtotal: subtotal
            )
            if counted.isExact {
                self = counted
                return
            }
            first = first ?? counted
        }
        self = first ?? DocumentRows([], subtotal: subtotal)
    }

    private init(_ rows: [BilledRow], subtotal: Amount) {
        let sum = rows.sum(\.gross)
        let sumWithTax = sum + rows.sum(\.fixedProductTax)
        self.rows = rows
        subtotalHoldsFixedProductTax = (sumWithTax - subtotal).magnitude < (sum - subtotal).magnitude
        isExact = (subtotalHoldsFixedProductTax ? sumWithTax : sum) == subtotal
    }

    private static func row(
        _ line: StoreDocumentLine,
        _ own: StoreDocumentLine.Amounts,
        _ items: OrderItems,
        _ order: OrderAmounts
    ) -> BilledRow {
        let item = items[line.orderItemID]
        // Invoices do not tell the fixed product tax of a line (reference Adobe 11): it is its share of the order's.
        let derived = item.map {
            order.amounts(of: $0).fixedProductTax.part(
                line.quantity,
                of: $0.quantity,
                decimals: order.decimals
            )
        }
        return BilledRow(
            itemID: line.orderItemID,
            sku: line.sku,
            name: line.name,
            productType: item?.productType ?? "simple",
            parent: items.parent(of: line.orderItemID).map {
                .init(productType: $0.productType, sku: $0.sku)
            },
            quantity: line.quantity,
            isPhysical: items.isPhysical(line.orderItemID),
            gross: own.rowTotal,
            discount: own.discount - own.discountTaxCompensation,
            tax: own.tax,
            fixedProductTax: own.fixedProductTax != 0 ? own.fixedProductTax : derived ?? 0
        )
    }
}

extension StoreDocumentLine.Amounts {
    fileprivate var hasMoney: Bool {
        rowTotal != 0 || discount != 0 || tax != 0 || discountTaxCompensation != 0
    }
}

extension OrderAmounts {
    /// Decimals Adobe rounds to: 2 unless a module makes it respect the currency's (reference Adobe 11).
    var decimals: Int { max(2, currency.minorDigits) }
}
