/// A line of an order with the lines that belong to it.
struct Family {
    let parentItem: StoreOrderItem
    let childItems: [StoreOrderItem]
    let amounts: OrderAmounts

    /// Bundles whose counting may be turned over when the subtotal does not prove it: 2^6 ways at most.
    private static let maximumTurnedBundles = 6
    private static let unshippable: Set<String> = ["virtual", "downloadable", "giftcard"]

    /// The top-level lines of an order; a line whose parent is not there is one of them.
    static func all(of order: StoreOrder, _ amounts: OrderAmounts) -> [Family] {
        guard order.items.contains(where: { $0.parentItemID != nil }) else {
            return order.items.map { Family(parentItem: $0, childItems: [], amounts: amounts) }
        }
        let known = Set(order.items.map(\.itemID))
        var children: [Int64: [StoreOrderItem]] = [:]
        var tops: [StoreOrderItem] = []
        for item in order.items {
            if let parent = item.parentItemID, known.contains(parent) {
                children[parent, default: []].append(item)
            } else {
                tops.append(item)
            }
        }
        return tops.map { Family(parentItem: $0, childItems: children[$0.itemID] ?? [], amounts: amounts) }
    }

    /// Ways to count, the likeliest first: per family, whether its children are counted instead of the parent.
    static func arrangements(of families: [Family]) -> [[Bool]] {
        let likeliest = families.map(\.likelyCountsChildren)
        guard families.contains(where: \.isBundle) else { return [likeliest] }
        let bundles = families.indices.filter { families[$0].isBundle && !families[$0].childItems.isEmpty }
        guard bundles.count <= maximumTurnedBundles else { return [likeliest] }
        return (0..<(1 << bundles.count)).map { turned in
            var arrangement = likeliest
            for (bit, family) in bundles.enumerated() where turned & (1 << bit) != 0 {
                arrangement[family].toggle()
            }
            return arrangement
        }
    }

    private var isBundle: Bool { parentItem.productType == "bundle" }

    /// Dynamic bundles have their money in the children and only the sum, without discount, in the parent; fixed
    /// ones have it in the parent, while a child may repeat the parent's price (reference Adobe 3.5).
    private var likelyCountsChildren: Bool {
        guard isBundle, !childItems.isEmpty else { return false }
        let parent = amounts.amounts(of: parentItem)
        guard parent.discount == 0 else { return false }
        let children = childItems.map(amounts.amounts(of:))
        if children.contains(where: { $0.discount != 0 || $0.tax != 0 || ($0.printedRowTotal ?? 0) != 0 }) {
            return true
        }
        if children.allSatisfy({ $0.printedRowTotal != nil }) { return false }
        let sum = childItems.sum { amounts.amounts(of: $0).price.times($0.quantity, decimals: 4) }
        return sum != 0 && sum == parent.price.times(parentItem.quantity, decimals: 4)
    }

    func children(_ rule: RowRule) -> [BilledRow] {
        let parent = BilledRow.Parent(productType: parentItem.productType, sku: parentItem.sku)
        return childItems.map {
            counted($0, amounts.amounts(of: $0), rule, isPhysical: Self.isPhysical($0), parent)
        }
    }

    /// The parent, with what the store left on its children.
    func parent(_ rule: RowRule) -> BilledRow {
        var own = amounts.amounts(of: parentItem)
        guard !childItems.isEmpty else {
            return counted(parentItem, own, rule, isPhysical: Self.isPhysical(parentItem), nil)
        }
        let children = childItems.map(amounts.amounts(of:))
        func inherited(_ part: KeyPath<StoreItemAmounts, Amount>) -> Amount {
            own[keyPath: part] != 0 ? own[keyPath: part] : children.sum { $0[keyPath: part] }
        }
        let discount = inherited(\.discount)
        let compensation = inherited(\.discountTaxCompensation)
        let tax = inherited(\.tax)
        let fixedProductTax = inherited(\.fixedProductTax)
        // The printed row took off the parent's own discount only.
        let printed = own.printedRowTotal.map { $0 + own.discount - discount }
        own = StoreItemAmounts(
            price: own.price,
            printedRowTotal: printed,
            printedRowTotalWithTaxes: own.printedRowTotalWithTaxes,
            discount: discount,
            tax: tax,
            discountTaxCompensation: compensation,
            fixedProductTax: fixedProductTax
        )
        return counted(parentItem, own, rule, isPhysical: childItems.contains(where: Self.isPhysical), nil)
    }

    static func isPhysical(_ item: StoreOrderItem) -> Bool { !unshippable.contains(item.productType) }

    private func counted(
        _ item: StoreOrderItem,
        _ own: StoreItemAmounts,
        _ rule: RowRule,
        isPhysical: Bool,
        _ parent: BilledRow.Parent?
    ) -> BilledRow {
        BilledRow(
            itemID: item.itemID,
            sku: item.sku,
            name: item.name,
            productType: item.productType,
            parent: parent,
            quantity: item.quantity,
            isPhysical: isPhysical,
            gross: rule.row(own, quantity: item.quantity, currency: amounts.currency),
            discount: own.discount - own.discountTaxCompensation,
            tax: own.tax,
            fixedProductTax: own.fixedProductTax
        )
    }
}
