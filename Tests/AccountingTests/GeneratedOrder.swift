import Accounting
import Foundation

/// A random balanced order with what it must move on each account, reckoned in whole cents beside it.
struct GeneratedOrder {
    var order: StoreOrder
    var rules: CompanyRules
    var expected: [String: Amount]

    init(_ random: inout SplitMix64) throws {
        let hasDiscountAccount = Bool.random(using: &random)
        let isDeferred = Bool.random(using: &random)
        let rules = try AccountingTests.rules {
            if !hasDiscountAccount { $0.accounts.discount = nil }
            if isDeferred { $0.accounts.deferredRevenue = "2500" }
            // A balanced order needs no rounding.
            $0.accounts.rounding = nil
        }
        var books = GeneratedBooks(rules: rules)
        var items: [StoreOrderItem] = []
        for index in 0..<Int.random(in: 1...6, using: &random) {
            items += books.makeItems(id: Int64(index * 10 + 1), &random)
        }
        books.makeTotals(&random)
        self.rules = rules
        order = try AccountingTests.order(items, subtotal: "0", grand: "0")
        order.base = books.totals
        expected = books.accounts.filter { $0.value != 0 }.mapValues(money)
    }
}

/// Whole cents as an amount.
func money(_ cents: Int) -> Amount { Amount(tenThousandths: Int128(cents) * 100) }

/// The order's parts as they are made, each booked in cents where it belongs.
private struct GeneratedBooks {
    let rules: CompanyRules
    var accounts: [String: Int] = [:]
    var subtotal = 0
    var levies = 0
    var taxes = 0
    var discount = 0
    var compensation = 0
    var totals = StoreOrderTotals(grandTotal: 0)
    /// Whether anything is to be shipped.
    var hasGoods = false

    private mutating func book(_ cents: Int, _ account: String) { accounts[account, default: 0] += cents }

    /// One product of a random kind, with its children.
    mutating func makeItems(id: Int64, _ random: inout SplitMix64) -> [StoreOrderItem] {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return [makeRow(id: id, type: "virtual", &random)]
        case 1: return [makeRow(id: id, type: "giftcard", &random)]
        case 2:
            let parent = makeRow(id: id, type: "configurable", &random)
            let price = Bool.random(using: &random) ? parent.base.price : 0
            return [parent, child(id + 1, of: parent, StoreItemAmounts(price: price, printedRowTotal: 0))]
        case 3:
            let parent = makeRow(id: id, type: "bundle", &random)
            let price = Bool.random(using: &random) ? parent.base.price : 0
            return (1...2).map {
                child(id + $0, of: parent, StoreItemAmounts(price: price, printedRowTotal: 0))
            }
                + [parent]
        case 4:
            let children = (1...3).map { makeRow(id: id + $0, type: "simple", parent: id, &random) }
            let sum = children.reduce(Amount.zero) { $0 + $1.base.price.times($1.quantity, decimals: 2) }
            let tax = children.reduce(Amount(0)) { $0 + $1.base.tax }
            let amounts = StoreItemAmounts(price: sum, printedRowTotal: sum, tax: tax)
            return [made(id, "bundle", nil, 1, amounts)] + children
        default: return [makeRow(id: id, type: "simple", &random)]
        }
    }

    /// A row with its money, booked.
    private mutating func makeRow(
        id: Int64,
        type: String,
        parent: Int64? = nil,
        _ random: inout SplitMix64
    ) -> StoreOrderItem {
        let quantity = Int.random(in: 1...9, using: &random)
        let price = Int.random(in: 1...50_000, using: &random)
        let row = price * quantity
        let off = Bool.random(using: &random) ? Int.random(in: 0...row, using: &random) : 0
        let back = Bool.random(using: &random) ? Int.random(in: 0...(off / 5), using: &random) : 0
        let tax = Int.random(in: 0...(row / 4 + 1), using: &random)
        let levy = type == "simple" && Int.random(in: 0..<10, using: &random) == 0 ? quantity * 35 : 0
        subtotal += row
        discount += off
        compensation += back
        taxes += tax
        levies += levy
        bookRow(row, off - back, type)
        book(levy, "2200")
        let amounts = StoreItemAmounts(
            price: money(price),
            printedRowTotal: money(row - off),
            discount: money(off),
            tax: money(tax),
            discountTaxCompensation: money(back),
            fixedProductTax: money(levy)
        )
        return made(id, type, parent, Amount(quantity), amounts)
    }

    private mutating func bookRow(_ row: Int, _ off: Int, _ type: String) {
        hasGoods = hasGoods || (type != "giftcard" && type != "virtual")
        if type == "giftcard" {
            book(row, "2310")
            book(-off, rules.accounts.discount ?? "4000")
        } else if type != "virtual", let deferred = rules.accounts.deferredRevenue {
            book(row - off, deferred)
        } else {
            book(row, "4000")
            book(-off, rules.accounts.discount ?? "4000")
        }
    }

    mutating func makeTotals(_ random: inout SplitMix64) {
        let shipping = Int.random(in: 0...2_500, using: &random)
        let off = Bool.random(using: &random) ? Int.random(in: 0...shipping, using: &random) : 0
        let back = Int.random(in: 0...(off / 5), using: &random)
        let shippingTax = Int.random(in: 0...300, using: &random)
        let wrapping = Bool.random(using: &random) ? 0 : 499
        let fees = Bool.random(using: &random) ? 0 : 150
        let isLevyInSubtotal = Bool.random(using: &random)
        let charged = subtotal + levies + shipping + taxes + shippingTax + wrapping + fees
        var due = charged - discount - off + compensation + back
        func redeem() -> Int {
            guard Int.random(in: 0..<4, using: &random) == 0 else { return 0 }
            let part = Int.random(in: 0...due, using: &random)
            due -= part
            return part
        }
        let (cards, credit, points) = (redeem(), redeem(), redeem())
        if hasGoods, let deferred = rules.accounts.deferredRevenue {
            book(shipping - (off - back), deferred)
        } else {
            book(shipping, "4100")
            book(-(off - back), rules.accounts.discount ?? "4100")
        }
        book(taxes + shippingTax, "2200")
        book(wrapping + fees, "4000")
        book(-cards, "2310")
        book(-credit, "2320")
        book(-points, "2330")
        totals = StoreOrderTotals(grandTotal: money(due))
        totals.subtotal = money(subtotal + (isLevyInSubtotal ? levies : 0))
        totals.shipping = money(shipping)
        totals.shippingTax = money(shippingTax)
        totals.tax = money(taxes + shippingTax)
        totals.discount = money(-(discount + off))
        totals.shippingDiscount = money(off)
        totals.discountTaxCompensation = money(compensation)
        totals.shippingDiscountTaxCompensation = money(back)
        totals.giftCards = money(cards)
        totals.storeCredit = money(credit)
        totals.rewardPoints = money(points)
        totals.giftWrapping = money(wrapping)
        totals.customFees = money(fees)
    }

    private func child(_ id: Int64, of parent: StoreOrderItem, _ amounts: StoreItemAmounts) -> StoreOrderItem
    {
        made(id, "simple", parent.itemID, parent.quantity, amounts)
    }

    private func made(
        _ id: Int64,
        _ type: String,
        _ parent: Int64?,
        _ quantity: Amount,
        _ amounts: StoreItemAmounts
    ) -> StoreOrderItem {
        StoreOrderItem(
            itemID: id,
            parentItemID: parent,
            sku: "SKU-\(id)",
            name: "Thing",
            productType: type,
            quantity: quantity,
            base: amounts,
            ordered: amounts
        )
    }
}
