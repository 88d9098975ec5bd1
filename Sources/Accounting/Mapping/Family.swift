import Foundation

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
        let sum = childItems.reduce(Decimal(0)) { $0 + $1.quantity * amounts.amounts(of: $1).price }
        return sum != 0 && sum == parent.price * parentItem.quantity
    }

    func children(_ rule: RowRule) -> [CountedItem] {
        childItems.map { counted($0, amounts.amounts(of: $0), rule, isPhysical: Self.isPhysical($0)) }
    }

    /// The parent, with what the store left on its children.
    func parent(_ rule: RowRule) -> CountedItem {
        var own = amounts.amounts(of: parentItem)
        let children = childItems.map(amounts.amounts(of:))
        func inherited(_ part: KeyPath<StoreItemAmounts, Decimal>) -> Decimal {
            own[keyPath: part] != 0 ? own[keyPath: part] : children.reduce(0) { $0 + $1[keyPath: part] }
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
            discount: discount,
            tax: tax,
            discountTaxCompensation: compensation,
            fixedProductTax: fixedProductTax
        )
        let isPhysical =
            childItems.isEmpty ? Self.isPhysical(parentItem) : childItems.contains(where: Self.isPhysical)
        return counted(parentItem, own, rule, isPhysical: isPhysical)
    }

    private static func isPhysical(_ item: StoreOrderItem) -> Bool { !unshippable.contains(item.productType) }

    private func counted(
        _ item: StoreOrderItem,
        _ own: StoreItemAmounts,
        _ rule: RowRule,
        isPhysical: Bool
    ) -> CountedItem {
        CountedItem(
            item: item,
            isPhysical: isPhysical,
            gross: rule.row(own, quantity: item.quantity, currency: amounts.currency),
            discount: own.discount - own.discountTaxCompensation,
            tax: own.tax,
            fixedProductTax: own.fixedProductTax
        )
    }
}
