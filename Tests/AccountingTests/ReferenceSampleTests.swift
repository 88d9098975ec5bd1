import Accounting
import Foundation
import Testing

/// The samples of reference Adobe 6.1 and 6.2, transcribed by hand.
@Suite(.timeLimit(.minutes(3)))
struct ReferenceSampleTests {
    @Test func configurableAndBundleWithCoupon() throws {
        let invoice = try map(try sample61(), try rules())
        #expect(invoice.type == .invoice)
        #expect(invoice.number.text == "US000001001")
        #expect(invoice.orderNumber == "000001001")
        #expect(invoice.customer.text == "W00000042")
        #expect(invoice.date == CalendarDate("2024-03-01"))
        #expect(invoice.terms == "CARD")
        #expect(invoice.taxGroup == "ECOM")
        #expect(invoice.total == d("156.09"))
        #expect(invoice.remarks == [])
        #expect(
            written(invoice) == """
                product 4000 104.00 x2 MH01-M-Blue Hoodie
                product 4000 14.00 strap Strap
                product 4000 23.00 ball Ball
                shipping 4100 15.00 Shipping
                discount 4200 -14.10 Discount
                tax 2200 14.19 Tax
                """
        )
    }

    @Test func nettedWithoutADiscountAccount() throws {
        let invoice = try map(try sample61(), try rules { $0.accounts.discount = nil })
        #expect(
            written(invoice) == """
                product 4000 93.60 x2 MH01-M-Blue Hoodie
                product 4000 12.60 strap Strap
                product 4000 20.70 ball Ball
                shipping 4100 15.00 Shipping
                tax 2200 14.19 Tax
                """
        )
    }

    @Test func guestInAnotherCurrencyIsEnteredFromBaseAmounts() throws {
        let invoice = try map(try sample62(), try rules())
        #expect(invoice.customer.text == "WEBGUEST")
        #expect(invoice.currency.code == "USD")
        #expect(written(invoice) == "product 4000 40.00 GUIDE-PDF Guide")
    }

    @Test func guestInAnotherCurrencyIsEnteredInItUnderCurrencies() throws {
        let rules = try rules {
            $0.currencies = ["EUR": .init(group: "WEBEUR", guestCustomer: "GUESTEUR", suffix: "E")]
        }
        let invoice = try map(try sample62(), rules)
        #expect(invoice.customer.text == "GUESTEUR")
        #expect(invoice.currency.code == "EUR")
        #expect(invoice.total == 36)
        #expect(written(invoice) == "product 4000 36.00 GUIDE-PDF Guide")
    }

    @Test func explanationIsAlignedAndComplete() throws {
        var short = try rules()
        short.accounts.discount = "4200-100"
        #expect(
            try map(try sample61(), short).explanation == """
                Invoice US000001001 for W00000042, 2024-03-01, USD
                  product   4000      x2 MH01-M-Blue Hoodie  104.00
                  product   4000      strap Strap             14.00
                  product   4000      ball Ball               23.00
                  shipping  4100      Shipping                15.00
                  discount  4200-100  Discount               -14.10
                  tax       2200      Tax                     14.19
                  total                                      156.09
                check: item 104.00 + item 14.00 + item 23.00 = 141.00, subtotal 141.00
                check: subtotal 141.00 + shipping 15.00 + tax 14.19 - discount 14.10 = 156.09, grand total 156.09
                """
        )
    }
}

func sample61() throws -> StoreOrder {
    let items = [
        item(
            "MH01-M-Blue",
            "52",
            x: "2",
            type: "configurable",
            id: 501,
            name: "Hoodie",
            discount: "10.4",
            tax: "9.36",
            printed: "93.6"
        ),
        item("MH01-M-Blue", "0", x: "2", id: 502, in: 501, name: "Hoodie-M-Blue", printed: "0"),
        item(
            "YOGA-KIT-strap-ball",
            "37",
            type: "bundle",
            id: 503,
            name: "Yoga Kit",
            tax: "3.33",
            printed: "37"
        ),
        item("strap", "14", id: 504, in: 503, name: "Strap", discount: "1.4", tax: "1.26", printed: "12.6"),
        item("ball", "23", id: 505, in: 503, name: "Ball", discount: "2.3", tax: "2.07", printed: "20.7"),
    ]
    var order = try order(items, subtotal: "141", grand: "156.09") {
        $0.discount = d("-14.1")
        $0.shipping = 15
        $0.shippingTax = d("1.5")
        $0.tax = d("14.19")
        $0.invoiced = d("156.09")
    }
    let address = StoreAddress(
        firstName: "Ada",
        lastName: "Byron",
        street: ["1 Loop Rd"],
        city: "Austin",
        region: "Texas",
        regionCode: "TX",
        postcode: "78701",
        country: "US",
        telephone: "555-0100"
    )
    order.buyer = StoreBuyer(
        customerID: 42,
        isGuest: false,
        email: "ada@example.com",
        firstName: "Ada",
        lastName: "Byron",
        groupID: 1,
        billing: address,
        shipping: address
    )
    return order
}

func sample62() throws -> StoreOrder {
    var base = StoreOrderTotals(grandTotal: 40)
    base.subtotal = 40
    var ordered = StoreOrderTotals(grandTotal: 36)
    ordered.subtotal = 36
    return StoreOrder(
        entityID: 1002,
        incrementID: "000001002",
        storeView: "us_en",
        status: "pending",
        state: "new",
        createdAt: try instant("2024-03-01 10:00:00"),
        updatedAt: try instant("2024-03-01 10:00:03"),
        buyer: StoreBuyer(
            customerID: nil,
            isGuest: true,
            email: "guest@example.com",
            groupID: 0,
            billing: StoreAddress(
                firstName: "Gil",
                lastName: "Guest",
                street: ["2 Rue A"],
                city: "Lyon",
                postcode: "69001",
                country: "FR",
                telephone: "555-0101"
            )
        ),
        baseCurrency: "USD",
        orderCurrency: "EUR",
        base: base,
        ordered: ordered,
        items: [
            StoreOrderItem(
                itemID: 506,
                sku: "GUIDE-PDF",
                name: "Guide",
                productType: "virtual",
                quantity: 1,
                base: StoreItemAmounts(price: 40, printedRowTotal: 40),
                ordered: StoreItemAmounts(price: 36, printedRowTotal: 36)
            )
        ]
    )
}
