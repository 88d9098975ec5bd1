/// A line of an order with the lines that belong to it, all by their places among the order's items.
struct Family {
    let parent: Int
    /// Where its children are among `OrderFamilies.children`.
    let children: Range<Int>
    /// The parent's, with what the store left on its children.
    let amounts: RowAmounts
    /// Whether its children are likelier to be counted than the parent.
    let likelyCountsChildren: Bool
    /// Its bit in a way to count; none where its counting is never turned over.
    let bit: Int

    /// Whether its children are counted instead of the parent.
    /// - Parameter way: the bits of the families whose counting is turned over.
    func countsChildren(_ way: Int) -> Bool { likelyCountsChildren != (way & bit != 0) }
}

/// A line that belongs to another.
struct FamilyChild {
    let place: Int
    let amounts: RowAmounts
}

/// The families of an order. Its items are large and stay where they are.
struct OrderFamilies {
    /// The top-level lines, in the order's sequence; a line whose parent is not there is one of them.
    private(set) var families: [Family] = []
    /// Those of the first family, then those of the second, and so on.
    private(set) var children: [FamilyChild] = []
    private var bundles = 0

    /// Bundles whose counting may be turned over when the subtotal does not prove it: 2^6 ways at most.
    private static let maximumTurnedBundles = 6

    init(_ items: [StoreOrderItem], _ amounts: OrderAmounts) {
        families.reserveCapacity(items.count)
        let kinship = Kinship(items)
        var next = kinship.children.startIndex
        for place in items.indices where kinship.isTop(place) {
            let first = children.endIndex
            while next < kinship.children.endIndex, kinship.children[next].parent <= place {
                if kinship.children[next].parent == place {
                    let child = kinship.children[next].place
                    children.append(FamilyChild(place: child, amounts: amounts.ofRow(items, child)))
                }
                next += 1
            }
            add(items, place, first..<children.endIndex, amounts)
        }
    }

    /// Ways to count, the likeliest first.
    var ways: Range<Int> { 0..<(bundles <= Self.maximumTurnedBundles ? 1 << bundles : 1) }

    /// What a family's rows come to before they are made: whichever way to count explains the subtotal is looked for
    /// first.
    func gross(ofFamilyAt place: Int, _ way: Int, _ rule: RowRule, decimals: Int) -> Amount {
        families[place].countsChildren(way)
            ? children[families[place].children].sum { rule.row($0.amounts, decimals: decimals) }
            : rule.row(families[place].amounts, decimals: decimals)
    }

    /// The fixed product tax of a family's rows.
    func fixedProductTax(ofFamilyAt place: Int, _ way: Int) -> Amount {
        families[place].countsChildren(way)
            ? children[families[place].children].sum(\.amounts.fixedProductTax)
            : families[place].amounts.fixedProductTax
    }

    private mutating func add(
        _ items: [StoreOrderItem],
        _ parent: Int,
        _ places: Range<Int>,
        _ amounts: OrderAmounts
    ) {
        let own = amounts.ofRow(items, parent)
        let parts = children[places]
        let isBundle = !parts.isEmpty && items[parent].productType == "bundle"
        families.append(
            Family(
                parent: parent,
                children: places,
                amounts: own.inheriting(from: parts),
                likelyCountsChildren: isBundle && Self.likelyCounts(parts, insteadOf: own),
                bit: isBundle ? 1 << bundles : 0
            )
        )
        if isBundle { bundles += 1 }
    }

    /// Dynamic bundles have their money in the children and only the sum, without discount, in the parent; fixed
    /// ones have it in the parent, while a child may repeat the parent's price (reference Adobe 3.5).
    private static func likelyCounts(
        _ children: ArraySlice<FamilyChild>,
        insteadOf own: RowAmounts
    ) -> Bool {
        guard own.discount == 0 else { return false }
        let haveMoney = children.contains {
            $0.amounts.discount != 0 || $0.amounts.tax != 0 || ($0.amounts.printedRowTotal ?? 0) != 0
        }
        if haveMoney { return true }
        if children.allSatisfy({ $0.amounts.printedRowTotal != nil }) { return false }
        let sum = children.sum { $0.amounts.price.times($0.amounts.quantity, decimals: 4) }
        return sum != 0 && sum == own.price.times(own.quantity, decimals: 4)
    }
}

extension OrderAmounts {
    /// What the row of the item at a place is made of.
    fileprivate func ofRow(_ items: [StoreOrderItem], _ place: Int) -> RowAmounts {
        foreign == nil
            ? RowAmounts(items[place].base, quantity: items[place].quantity)
            : RowAmounts(items[place].ordered, quantity: items[place].quantity)
    }
}

extension StoreOrderItem {
    /// Whether it is shipped.
    var isPhysical: Bool {
        switch productType {
        case "virtual", "downloadable", "giftcard": false
        default: true
        }
    }
}
