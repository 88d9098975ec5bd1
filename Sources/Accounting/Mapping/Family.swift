/// A line of an order with the lines that belong to it.
struct Family {
    /// All of the order: an item is large, and is not copied to be looked at.
    private let items: [StoreOrderItem]
    private let parent: Int
    private let children: [Int]
    private let currency: Currency
    private let isBundle: Bool
    /// The parent's own amounts, as they are.
    private let ownAmounts: StoreItemAmounts
    private let childAmounts: [StoreItemAmounts]
    /// The parent's, with what the store left on its children.
    private let parentAmounts: StoreItemAmounts

    private init(_ items: [StoreOrderItem], _ parent: Int, _ children: [Int], _ amounts: OrderAmounts) {
        self.items = items
        self.parent = parent
        self.children = children
        currency = amounts.currency
        isBundle = !children.isEmpty && items[parent].productType == "bundle"
        ownAmounts = amounts.amounts(of: items[parent])
        childAmounts = children.map { amounts.amounts(of: items[$0]) }
        parentAmounts = childAmounts.isEmpty ? ownAmounts : ownAmounts.inheriting(from: childAmounts)
    }

    /// Bundles whose counting may be turned over when the subtotal does not prove it: 2^6 ways at most.
    private static let maximumTurnedBundles = 6

    /// The top-level lines of an order; a line whose parent is not there is one of them.
    static func all(of order: StoreOrder, _ amounts: OrderAmounts) -> [Family] {
        let items = order.items
        guard items.contains(where: { $0.parentItemID != nil }) else {
            return items.indices.map { Family(items, $0, [], amounts) }
        }
        var places: [Int64: Int] = [:]
        for place in items.indices where places[items[place].itemID] == nil {
            places[items[place].itemID] = place
        }
        var children = [[Int]](repeating: [], count: items.count)
        var tops: [Int] = []
        for place in items.indices {
            if let parent = items[place].parentItemID.flatMap({ places[$0] }) {
                children[parent].append(place)
            } else {
                tops.append(place)
            }
        }
        return tops.map { Family(items, $0, children[$0], amounts) }
    }

    /// Ways to count, the likeliest first: per family, whether its children are counted instead of the parent.
    static func arrangements(of families: [Family]) -> [[Bool]] {
        let likeliest = families.map(\.likelyCountsChildren)
        guard families.contains(where: \.isBundle) else { return [likeliest] }
        let bundles = families.indices.filter { families[$0].isBundle }
        guard bundles.count <= maximumTurnedBundles else { return [likeliest] }
        return (0..<(1 << bundles.count)).map { turned in
            var arrangement = likeliest
            for (bit, family) in bundles.enumerated() where turned & (1 << bit) != 0 {
                arrangement[family].toggle()
            }
            return arrangement
        }
    }

    /// Dynamic bundles have their money in the children and only the sum, without discount, in the parent; fixed
    /// ones have it in the parent, while a child may repeat the parent's price (reference Adobe 3.5).
    private var likelyCountsChildren: Bool {
        guard isBundle else { return false }
        guard ownAmounts.discount == 0 else { return false }
        if childAmounts.contains(where: { $0.discount != 0 || $0.tax != 0 || ($0.printedRowTotal ?? 0) != 0 })
        {
            return true
        }
        if childAmounts.allSatisfy({ $0.printedRowTotal != nil }) { return false }
        let sum = zip(children, childAmounts).reduce(Amount.zero) {
            $0 + $1.1.price.times(items[$1.0].quantity, decimals: 4)
        }
        return sum != 0 && sum == ownAmounts.price.times(items[parent].quantity, decimals: 4)
    }

    /// What its rows come to before they are made: whichever way to count explains the subtotal is looked for first.
    func gross(_ rule: RowRule, countsChildren: Bool) -> Amount {
        guard countsChildren else {
            return rule.row(parentAmounts, quantity: items[parent].quantity, currency: currency)
        }
        var sum = Amount.zero
        for (child, amounts) in zip(children, childAmounts) {
            sum += rule.row(amounts, quantity: items[child].quantity, currency: currency)
        }
        return sum
    }

    /// The fixed product tax of its rows.
    func fixedProductTax(countsChildren: Bool) -> Amount {
        countsChildren ? childAmounts.sum(\.fixedProductTax) : parentAmounts.fixedProductTax
    }

    /// Adds the rows it is counted by.
    func addRows(to rows: inout [BilledRow], _ rule: RowRule, countsChildren: Bool) {
        guard countsChildren else {
            let isPhysical =
                children.isEmpty
                ? Self.isPhysical(items[parent]) : children.contains { Self.isPhysical(items[$0]) }
            return rows.append(row(items[parent], parentAmounts, rule, isPhysical: isPhysical, nil))
        }
        let whole = BilledRow.Parent(productType: items[parent].productType, sku: items[parent].sku)
        for (child, amounts) in zip(children, childAmounts) {
            rows.append(row(items[child], amounts, rule, isPhysical: Self.isPhysical(items[child]), whole))
        }
    }

    static func isPhysical(_ item: StoreOrderItem) -> Bool {
        switch item.productType {
        case "virtual", "downloadable", "giftcard": false
        default: true
        }
    }

    private func row(
        _ item: StoreOrderItem,
        _ amounts: StoreItemAmounts,
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
            gross: rule.row(amounts, quantity: item.quantity, currency: currency),
            discount: amounts.discount - amounts.discountTaxCompensation,
            tax: amounts.tax,
            fixedProductTax: amounts.fixedProductTax
        )
    }
}

extension StoreItemAmounts {
    /// A parent's amounts with what the store left on its children where the parent has none.
    fileprivate func inheriting(from children: [StoreItemAmounts]) -> StoreItemAmounts {
        var amounts = self
        if discount == 0 { amounts.discount = children.sum(\.discount) }
        if discountTaxCompensation == 0 {
            amounts.discountTaxCompensation = children.sum(\.discountTaxCompensation)
        }
        if tax == 0 { amounts.tax = children.sum(\.tax) }
        if fixedProductTax == 0 { amounts.fixedProductTax = children.sum(\.fixedProductTax) }
        // The printed row took off the parent's own discount only.
        amounts.printedRowTotal = printedRowTotal.map { $0 + discount - amounts.discount }
        return amounts
    }
}
