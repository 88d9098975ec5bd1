import ExactJSON
import StoreGenerator
import Testing

/// The identities of reference 5.1, to the last digit, read from the documents as printed.
@Suite(.timeLimit(.minutes(2)))
struct OrderIdentities {
    @Test("4,000 orders add up, in both currencies", arguments: Shop.all)
    func ordersAddUp(_ shop: Shop) {
        let store = StoreGenerator(seed: shop.seed).store(customers: 300, orders: 4000, options: shop.options)
        var wrong: [String] = []
        for position in 0..<store.count(.orders) {
            let order = store.document(.orders, at: position)
            for base in ["", "base_"] {
                wrong += Self.problems(order, base).map { "order \(position + 1) \(base): \($0)" }
            }
        }
        #expect(Array(wrong.prefix(5)) == [])
    }

    private static func problems(_ order: JSON, _ base: String) -> [String] {
        func total(_ name: String) -> Int { money(order, base + name) }
        let counted = countedItems(order)
        func sum(_ name: String) -> Int { counted.reduce(0) { $0 + money($1, base + name) } }
        let fixedTaxName = base.isEmpty ? "weee_tax_applied_row_amount" : "weee_tax_applied_row_amnt"
        let fixedTax = sum(fixedTaxName)
        let shippingCompensation =
            base.isEmpty
            ? total("shipping_discount_tax_compensation_amount")
            : total("shipping_discount_tax_compensation_amnt")
        let extensions = order["extension_attributes"] ?? .null
        let credits = ["gift_cards_amount", "customer_balance_amount", "reward_currency_amount"]
            .reduce(0) { $0 + money(extensions, base + $1) }
        let due =
            total("subtotal") + total("shipping_amount") + total("tax_amount") + total("discount_amount")
            + total("discount_tax_compensation_amount") + shippingCompensation + fixedTax
        // Printed after discount, so the discount is put back.
        let rows = sum("row_total") + sum("discount_amount")
        var problems: [String] = []
        func check(_ what: String, _ left: Int, _ right: Int) {
            if left != right { problems.append("\(what): \(left) ≠ \(right)") }
        }
        check("grand total", total("grand_total"), due - credits)
        check("tax", total("tax_amount"), sum("tax_amount") + total("shipping_tax_amount"))
        check(
            "discount",
            -total("discount_amount"),
            sum("discount_amount") + total("shipping_discount_amount")
        )
        // A gross discount may exceed a net row, and Adobe then prints 0: nothing can be put back.
        let isFloored = counted.contains {
            money($0, base + "row_total") == 0 && money($0, base + "discount_amount") > 0
        }
        if !isFloored { check("subtotal", total("subtotal"), rows) }
        check("due", total("total_due"), max(total("grand_total") - total("total_paid"), 0))
        if total("grand_total") < 0 { problems.append("negative total") }
        return problems
    }

    @Test("invoices and credit memos add up and sum to their orders", arguments: Shop.all)
    func documentsAddUp(_ shop: Shop) {
        let store = StoreGenerator(seed: shop.seed &+ 50).store(
            customers: 100,
            orders: 800,
            options: shop.options
        )
        var wrong: [String] = []
        for kind in [EntityKind.invoices, .creditMemos] {
            var sums: [String: Int] = [:]
            for position in 0..<store.count(kind) {
                let document = store.document(kind, at: position)
                let order = store.document(.orders, at: number(document, "order_id") - 1)
                for base in ["", "base_"] {
                    sums["\(number(document, "order_id"))\(base)", default: 0] += money(
                        document,
                        base + "grand_total"
                    )
                    if let problem = Self.problem(document, of: order, base, kind) { wrong.append(problem) }
                }
            }
            for position in 0..<store.count(.orders) {
                let order = store.document(.orders, at: position)
                for base in ["", "base_"] {
                    let field = base + (kind == .invoices ? "total_invoiced" : "total_refunded")
                    let sum = sums["\(position + 1)\(base)"] ?? 0
                    if money(order, field) != sum { wrong.append("\(field) of order \(position + 1)") }
                }
            }
        }
        #expect(store.count(.invoices) > 400 && store.count(.creditMemos) > 40)
        #expect(Array(wrong.prefix(5)) == [])
    }

    private static func problem(_ document: JSON, of order: JSON, _ base: String, _ kind: EntityKind)
        -> String?
    {
        func total(_ name: String) -> Int { money(document, base + name) }
        let extensions = document["extension_attributes"] ?? .null
        let credits =
            money(extensions, base + "gift_cards_amount")
            + money(extensions, base + "customer_balance_amount")
        let shippingCompensation =
            base.isEmpty
            ? total("shipping_discount_tax_compensation_amount")
            : total("shipping_discount_tax_compensation_amnt")
        var due =
            total("subtotal") + total("shipping_amount") + total("tax_amount") + total("discount_amount")
            + total("discount_tax_compensation_amount") - credits
        due +=
            kind == .invoices
            ? shippingCompensation : total("adjustment_positive") - total("adjustment_negative")
        let hidden = due - total("grand_total")
        // Reward points and fixed product tax are not shown on documents (reference 11).
        let points = money(order["extension_attributes"] ?? .null, base + "reward_currency_amount")
        let fixedTaxName = base.isEmpty ? "weee_tax_applied_row_amount" : "weee_tax_applied_row_amnt"
        let fixedTax = countedItems(order).reduce(0) { $0 + money($1, base + fixedTaxName) }
        let isExplained = hidden == 0 || (-fixedTax...max(points, 0)).contains(hidden)
        let id = number(document, "entity_id")
        return isExplained ? nil : "\(kind) \(id) \(base): \(hidden) unexplained"
    }

    @Test("a whole order invoiced in two parts is invoiced to the cent")
    func partsSumToTheWhole() throws {
        var options = StoreOptions()
        options.lifecycles = [.complete: 1]
        options.editedOrders = .none
        let store = StoreGenerator(seed: 9).store(customers: 20, orders: 400, options: options)
        #expect(store.count(.invoices) > 430, "some in two parts")
        for position in 0..<400 {
            let order = store.document(.orders, at: position)
            for name in ["subtotal", "tax", "shipping", "discount"] {
                let whole = money(order, name == "subtotal" ? name : name + "_amount")
                try #require(money(order, name + "_invoiced") == whole, "\(name) of order \(position + 1)")
            }
        }
    }
}
