import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3)))
struct OrderLinesTests {
    @Test("plain orders", arguments: try plain())
    func plainOrders(_ named: NamedOrder) throws { try expectLines(named) }

    @Test("composite products are counted once", arguments: try composites())
    func compositeOrders(_ named: NamedOrder) throws { try expectLines(named) }

    @Test("discounts", arguments: try discounts())
    func discountedOrders(_ named: NamedOrder) throws { try expectLines(named) }

    @Test("liabilities, levies and extras", arguments: try liabilities())
    func liabilityOrders(_ named: NamedOrder) throws { try expectLines(named) }

    @Test("rounding and currencies", arguments: try roundings())
    func roundedOrders(_ named: NamedOrder) throws { try expectLines(named) }

    @Test func aTotalIsRoundedHalfUpAsTheStoreMeantIt() throws {
        let order = try order([item("A", "10.005")], subtotal: "10.005", grand: "10.004999999999999005")
        #expect(try map(order, try rules()).total == d("10.01"))
        let taxed = try AccountingTests.order(
            [item("A", "10", tax: "1.005")],
            subtotal: "10",
            grand: "11.005"
        ) {
            $0.tax = d("1.00499999999999989")
        }
        #expect(written(try map(taxed, try rules())) == "product 4000 10.00 A Thing\ntax 2200 1.01 Tax")
    }

    private func expectLines(_ named: NamedOrder) throws {
        let invoice = try map(named.order, named.rules)
        #expect(written(invoice) == named.lines)
        #expect(invoice.lines.reduce(0) { $0 + $1.amount } == invoice.total)
        let grandTotal =
            invoice.currency == named.rules.currency
            ? named.order.base.grandTotal : named.order.ordered.grandTotal
        #expect(invoice.total == grandTotal.rounded(to: invoice.currency))
        if let remark = named.remark {
            #expect(invoice.remarks.contains { $0.contains(remark) }, "\(invoice.remarks)")
        } else {
            #expect(invoice.remarks == [])
        }
    }
}

private func plain() throws -> [NamedOrder] {
    [
        NamedOrder(
            "one product, shipping and tax",
            try order([item("A", "10", x: "2", tax: "2")], subtotal: "20", grand: "27.5") {
                $0.shipping = 5
                $0.shippingTax = d("0.5")
                $0.tax = d("2.5")
            },
            try rules(),
            """
            product 4000 20.00 x2 A Thing
            shipping 4100 5.00 Shipping
            tax 2200 2.50 Tax
            """
        ),
        NamedOrder(
            "weighed goods keep their fraction",
            try order([item("CHEESE", "19.90", x: "0.375")], subtotal: "7.46", grand: "7.46"),
            try rules(),
            "product 4000 7.46 x0.375 CHEESE Thing"
        ),
        NamedOrder(
            "free items and zero parts leave no line",
            try order([item("A", "10"), item("SAMPLE", "0")], subtotal: "10", grand: "10"),
            try rules { $0.accounts.shipping = nil },
            "product 4000 10.00 A Thing"
        ),
        NamedOrder(
            "a line whose parent is not in the order counts for itself",
            try order([item("A", "10", in: 99)], subtotal: "10", grand: "10"),
            try rules(),
            "product 4000 10.00 A Thing"
        ),
        NamedOrder(
            "nothing charged, entered all the same",
            try order([item("SAMPLE", "0")], subtotal: "0", grand: "0"),
            try rules { $0.zeroTotals = .enter },
            "product 4000 0.00 Nothing charged"
        ),
        NamedOrder(
            "names lose entities and control characters",
            try order(
                [item("A\u{7}", "10", name: "LumaTech&trade;\n&quot;R&amp;D&quot;&#x20;caf&eacute;")],
                subtotal: "10",
                grand: "10"
            ),
            try rules(),
            "product 4000 10.00 A LumaTech™ \"R&D\" café"
        ),
        NamedOrder(
            "letters the code page lacks become the closest ones",
            try order([item("A", "10", name: "Kołdra")], subtotal: "10", grand: "10"),
            try rules(),
            remark: "replaced by the closest",
            "product 4000 10.00 A Koldra"
        ),
        NamedOrder(
            "letters of another script stay",
            try order([item("A", "10", name: "急須")], subtotal: "10", grand: "10"),
            try rules(),
            remark: "may not have",
            "product 4000 10.00 A 急須"
        ),
        NamedOrder(
            "long names are cut at 60, the quantity stays",
            try order(
                [item("A", "10", x: "12", name: String(repeating: "abcdefghi ", count: 9))],
                subtotal: "120",
                grand: "120"
            ),
            try rules(),
            remark: "shortened to 60 characters: 1",
            "product 4000 120.00 x12 A abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcd"
        ),
    ]
}

private func composites() throws -> [NamedOrder] {
    let configurable = [
        item("MH01-M", "52", x: "2", type: "configurable", id: 1, name: "Hoodie"),
        item("MH01-M", "52", x: "2", id: 2, in: 1, name: "Hoodie-M"),
    ]
    let dynamic = [
        item("KIT", "37", type: "bundle", id: 3, name: "Kit", tax: "3.7", printed: "37"),
        item("strap", "14", id: 4, in: 3, tax: "1.4", printed: "14"),
        item("ball", "23", id: 5, in: 3, tax: "2.3", printed: "23"),
    ]
    let fixed = [
        item("BOX", "30", x: "2", type: "bundle", id: 6, name: "Box", tax: "6", printed: "60"),
        item("cup", "30", x: "2", id: 7, in: 6, printed: "0"),
        item("pot", "30", x: "2", id: 8, in: 6, printed: "0"),
    ]
    return [
        NamedOrder(
            "configurable: the parent, even when the child repeats its price",
            try order(configurable, subtotal: "104", grand: "104"),
            try rules(),
            "product 4000 104.00 x2 MH01-M Hoodie"
        ),
        NamedOrder(
            "dynamic bundle: the children",
            try order(dynamic, subtotal: "37", grand: "40.7") { $0.tax = d("3.7") },
            try rules(),
            """
            product 4000 14.00 strap Thing
            product 4000 23.00 ball Thing
            tax 2200 3.70 Tax
            """
        ),
        NamedOrder(
            "fixed bundle: the parent, though children repeat its price",
            try order(fixed, subtotal: "60", grand: "66") { $0.tax = 6 },
            try rules(),
            """
            product 4000 60.00 x2 BOX Box
            tax 2200 6.00 Tax
            """
        ),
        NamedOrder(
            "fixed bundle of one: zero printed rows tell it from a dynamic one",
            try order(
                [
                    item("BOX", "30", type: "bundle", id: 6, name: "Box", printed: "30"),
                    item("cup", "30", id: 7, in: 6, printed: "0"),
                ],
                subtotal: "30",
                grand: "30"
            ),
            try rules(),
            "product 4000 30.00 BOX Box"
        ),
        NamedOrder(
            "fixed bundle whose child carries the discount, by its printed row",
            try order(
                [
                    item("BOX", "3.3333", x: "3", type: "bundle", id: 6, name: "Box", printed: "9.99"),
                    item("cup", "0", x: "3", id: 7, in: 6, discount: "1", printed: "0"),
                ],
                subtotal: "9.99",
                grand: "8.99"
            ) { $0.discount = -1 },
            try rules { $0.accounts.discount = nil },
            remark: "row totals",
            "product 4000 8.99 x3 BOX Box"
        ),
        NamedOrder(
            "fixed bundle whose children carry the tax: proven by the subtotal",
            try order(
                [
                    item("BOX", "30", type: "bundle", id: 6, name: "Box"),
                    item("cup", "0", id: 7, in: 6, tax: "1"), item("pot", "0", id: 8, in: 6, tax: "2"),
                ],
                subtotal: "30",
                grand: "33"
            ) { $0.tax = 3 },
            try rules(),
            """
            product 4000 30.00 BOX Box
            tax 2200 3.00 Tax
            """
        ),
        NamedOrder(
            "dynamic bundle without printed rows: children that sum to the parent",
            try order(
                [
                    item("KIT", "37", type: "bundle", id: 3),
                    item("strap", "7", x: "2", id: 4, in: 3), item("ball", "23", id: 5, in: 3),
                ],
                subtotal: "37",
                grand: "37"
            ),
            try rules(),
            """
            product 4000 14.00 x2 strap Thing
            product 4000 23.00 ball Thing
            """
        ),
        NamedOrder(
            "all three in one order",
            try order(configurable + dynamic + fixed, subtotal: "201", grand: "210.7") { $0.tax = d("9.7") },
            try rules(),
            """
            product 4000 104.00 x2 MH01-M Hoodie
            product 4000 14.00 strap Thing
            product 4000 23.00 ball Thing
            product 4000 60.00 x2 BOX Box
            tax 2200 9.70 Tax
            """
        ),
        NamedOrder(
            "physical lines are deferred, services and downloads are not",
            try order(
                [
                    item("A", "10"), item("EBOOK", "5", type: "downloadable"),
                    item("CARE", "7", type: "virtual"),
                    item("CFG", "9", type: "configurable", id: 1),
                    item("CFG-1", "0", type: "virtual", id: 2, in: 1),
                ],
                subtotal: "31",
                grand: "31"
            ),
            try rules { $0.accounts.deferredRevenue = "2500" },
            """
            product 2500 10.00 A Thing
            product 4000 5.00 EBOOK Thing
            product 4000 7.00 CARE Thing
            product 4000 9.00 CFG Thing
            """
        ),
    ]
}

private func discounts() throws -> [NamedOrder] {
    let discounted = try order(
        [item("A", "10", x: "2", discount: "4"), item("B", "5", discount: "1")],
        subtotal: "25",
        grand: "24"
    ) {
        $0.shipping = 6
        $0.shippingDiscount = 2
        $0.discount = -7
    }
    // 10 % off the gross prices of a 20 % tax-inclusive shop: 12.00 and 6.00 shipping.
    let inclusive = try order(
        [item("A", "10", discount: "1.2", tax: "1.8", compensation: "0.2", printed: "8.8")],
        subtotal: "10",
        grand: "16.2"
    ) {
        $0.shipping = 5
        $0.shippingTax = d("0.9")
        $0.shippingDiscount = d("0.6")
        $0.tax = d("2.7")
        $0.discount = d("-1.8")
        $0.discountTaxCompensation = d("0.2")
        $0.shippingDiscountTaxCompensation = d("0.1")
    }
    return [
        NamedOrder(
            "to the discount account",
            discounted,
            try rules(),
            """
            product 4000 20.00 x2 A Thing
            product 4000 5.00 B Thing
            shipping 4100 6.00 Shipping
            discount 4200 -7.00 Discount
            """
        ),
        NamedOrder(
            "netted into lines and shipping without one",
            discounted,
            try rules { $0.accounts.discount = nil },
            """
            product 4000 16.00 x2 A Thing
            product 4000 4.00 B Thing
            shipping 4100 4.00 Shipping
            """
        ),
        NamedOrder(
            "deferred lines and shipping are net of discount",
            discounted,
            try rules { $0.accounts.deferredRevenue = "2500" },
            """
            product 2500 16.00 x2 A Thing
            product 2500 4.00 B Thing
            shipping 2500 4.00 Shipping, not earned yet
            """
        ),
        NamedOrder(
            "tax-inclusive: the tax in the discount is given back",
            inclusive,
            try rules(),
            """
            product 4000 10.00 A Thing
            shipping 4100 5.00 Shipping
            discount 4200 -1.50 Discount
            tax 2200 2.70 Tax
            """
        ),
        NamedOrder(
            "tax-inclusive, netted",
            inclusive,
            try rules { $0.accounts.discount = nil },
            """
            product 4000 9.00 A Thing
            shipping 4100 4.50 Shipping
            tax 2200 2.70 Tax
            """
        ),
        NamedOrder(
            "fully discounted, entered",
            try order([item("A", "10", discount: "10")], subtotal: "10", grand: "0") { $0.discount = -10 },
            try rules { $0.zeroTotals = .enter },
            """
            product 4000 10.00 A Thing
            discount 4200 -10.00 Discount
            """
        ),
        NamedOrder(
            "a discount on no item is a line of its own when netted",
            try order([item("A", "10")], subtotal: "10", grand: "7") { $0.discount = -3 },
            try rules { $0.accounts.discount = nil },
            remark: "3.00 USD of the discount belongs to no item",
            """
            product 4000 10.00 A Thing
            discount 4000 -3.00 Discount
            """
        ),
        NamedOrder(
            "a discount on no item goes to its account, with a remark",
            try order([item("A", "10")], subtotal: "10", grand: "7") { $0.discount = -3 },
            try rules(),
            remark: "Items and shipping are discounted by 0.00 USD, the order by 3.00 USD.",
            """
            product 4000 10.00 A Thing
            discount 4200 -3.00 Discount
            """
        ),
    ]
}

private func liabilities() throws -> [NamedOrder] {
    [
        NamedOrder(
            "gift card, store credit and points redeemed",
            try order([item("A", "100")], subtotal: "100", grand: "40") {
                $0.giftCards = 30
                $0.storeCredit = 20
                $0.rewardPoints = 10
            },
            try rules(),
            """
            product 4000 100.00 A Thing
            giftCard 2310 -30.00 Paid with gift cards
            storeCredit 2320 -20.00 Paid with store credit
            rewardPoints 2330 -10.00 Paid with reward points
            """
        ),
        NamedOrder(
            "a gift card sold is a liability, never deferred",
            try order([item("GIFT-50", "50", x: "2", type: "giftcard")], subtotal: "100", grand: "100"),
            try rules { $0.accounts.deferredRevenue = "2500" },
            "giftCard 2310 100.00 x2 GIFT-50 Thing"
        ),
        NamedOrder(
            "a discounted gift card keeps its face value",
            try order(
                [item("GIFT-50", "50", type: "giftcard", discount: "5"), item("A", "10", discount: "1")],
                subtotal: "60",
                grand: "54"
            ) { $0.discount = -6 },
            try rules { $0.accounts.discount = nil },
            """
            giftCard 2310 50.00 GIFT-50 Thing
            product 4000 9.00 A Thing
            discount 4000 -5.00 Discount
            """
        ),
        NamedOrder(
            "fixed product tax beside the subtotal",
            try order([item("TV", "500", levy: "12")], subtotal: "500", grand: "512"),
            try rules(),
            """
            product 4000 500.00 TV Thing
            fixedProductTax 2200 12.00 Fixed product tax TV
            """
        ),
        NamedOrder(
            "fixed product tax inside the subtotal",
            try order([item("TV", "500", levy: "12")], subtotal: "512", grand: "512"),
            try rules(),
            """
            product 4000 500.00 TV Thing
            fixedProductTax 2200 12.00 Fixed product tax TV
            """
        ),
        NamedOrder(
            "gift wrapping and fees",
            try order([item("A", "10")], subtotal: "10", grand: "16.9") {
                $0.giftWrapping = 4
                $0.customFees = d("2.5")
                // Of the wrapping, so that no item explains it.
                $0.tax = d("0.4")
            },
            try rules(),
            """
            product 4000 10.00 A Thing
            giftWrapping 4000 4.00 Gift wrapping
            fee 4000 2.50 Fees
            tax 2200 0.40 Tax
            """
        ),
    ]
}

private func roundings() throws -> [NamedOrder] {
    let inEuro: (inout CompanyRules) -> Void = {
        $0.currencies = ["EUR": .init(group: "WEBEUR", guestCustomer: "GUESTEUR", suffix: "E")]
    }
    var euro = try order([item("A", "36")], subtotal: "36", grand: "36", in: "EUR")
    euro.baseCurrency = "USD"
    return [
        NamedOrder(
            "a cent the store cannot explain",
            try order([item("A", "10")], subtotal: "10", grand: "11.01") { $0.tax = 1 },
            try rules(),
            remark: "0.01 USD went to rounding",
            """
            product 4000 10.00 A Thing
            tax 2200 1.00 Tax
            rounding 4990 0.01 Rounding difference
            """
        ),
        NamedOrder(
            "a cent too little",
            try order([item("A", "10")], subtotal: "10", grand: "9.99"),
            try rules { $0.roundingCap = d("0.01") },
            remark: "-0.01 USD went to rounding",
            """
            product 4000 10.00 A Thing
            rounding 4990 -0.01 Rounding difference
            """
        ),
        NamedOrder(
            "row totals as printed where only they explain the subtotal",
            try order(
                [item("A", "3.3333", x: "3", discount: "1", printed: "8.99")],
                subtotal: "9.9900000000000002",
                grand: "8.99"
            ) { $0.discount = -1 },
            try rules(),
            remark: "row totals",
            """
            product 4000 9.99 x3 A Thing
            discount 4200 -1.00 Discount
            """
        ),
        NamedOrder(
            "row totals of 2.4.8 are ignored",
            try order([item("A", "10", x: "3", discount: "3", printed: "7")], subtotal: "30", grand: "27") {
                $0.discount = -3
            },
            try rules(),
            """
            product 4000 30.00 x3 A Thing
            discount 4200 -3.00 Discount
            """
        ),
        NamedOrder(
            "what PHP's binary arithmetic leaves is not a difference",
            try order(
                [item("A", "51.999999999999996", x: "3", printed: "155.99999999999997")],
                subtotal: "156.00000000000003",
                grand: "156.01000000000000512"
            ) { $0.tax = d("0.0100000000000000002") },
            try rules(),
            """
            product 4000 156.00 x3 A Thing
            tax 2200 0.01 Tax
            """
        ),
        NamedOrder(
            "JPY has no decimals, Adobe rounds to two",
            try order(
                [item("A", "90.91", x: "3", tax: "27.27"), item("B", "100", tax: "10")],
                subtotal: "372.73",
                grand: "410",
                in: "JPY"
            ) { $0.tax = d("37.27") },
            try rules("JPY"),
            """
            product 4000 273 x3 A Thing
            product 4000 100 B Thing
            tax 2200 37 Tax
            """
        ),
        NamedOrder(
            "JPY with a module that rounds rows to yen",
            try order([item("A", "90.91", x: "3")], subtotal: "273", grand: "273", in: "JPY"),
            try rules("JPY"),
            "product 4000 273 x3 A Thing"
        ),
        NamedOrder(
            "JPY halves add up to a yen",
            try order([item("A", "10.5"), item("B", "10.5")], subtotal: "21", grand: "21", in: "JPY"),
            try rules("JPY"),
            remark: "-1 JPY went to rounding",
            """
            product 4000 11 A Thing
            product 4000 11 B Thing
            rounding 4990 -1 Rounding difference
            """
        ),
        NamedOrder(
            "KWD has three decimals",
            try order(
                [item("A", "1.2345", x: "2", tax: "0.247")],
                subtotal: "2.469",
                grand: "2.716",
                in: "KWD"
            ) { $0.tax = d("0.247") },
            try rules("KWD"),
            """
            product 4000 2.469 x2 A Thing
            tax 2200 0.247 Tax
            """
        ),
        NamedOrder(
            "KWD in a shop that rounds to two",
            try order([item("A", "1.2345", x: "2")], subtotal: "2.47", grand: "2.47", in: "KWD"),
            try rules("KWD"),
            "product 4000 2.470 x2 A Thing"
        ),
        NamedOrder(
            "an order in a currency of `currencies` is entered in it",
            euro,
            try rules(change: inEuro),
            "product 4000 36.00 A Thing"
        ),
        NamedOrder(
            "half a cent rounds up",
            try order([item("A", "10.005")], subtotal: "10.005", grand: "10.005"),
            try rules(),
            "product 4000 10.01 A Thing"
        ),
    ]
}
