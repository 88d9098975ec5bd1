import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct OrderDecodingTests {
    private func amount(_ text: String) throws -> Amount {
        try #require(Amount(text))
    }

    /// The first sample with the base amounts it leaves out.
    private func order(_ changes: [(String, JSON)] = []) throws -> JSON {
        var object = try #require(try JSON(parsing: Samples.order).object)
        for (name, value) in changes { object[name] = value }
        return .object(object)
    }

    @Test(
        "when an order was cancelled",
        arguments: [
            ("[]", "canceled", nil), ("null", "canceled", nil),
            (
                #"[{"status":"canceled","created_at":"2024-03-05 10:00:00"},{"status":"canceled","created_at":"2024-03-04 10:00:00"},{"status":"pending","created_at":"2024-03-01 10:00:00"}]"#,
                "canceled", "2024-03-04 10:00:00"
            ),
            (
                #"[{"status":"void_by_us","created_at":"2024-03-04 10:00:00","comment":null}]"#, "void_by_us",
                "2024-03-04 10:00:00"
            ),
            (#"[{"status":"canceled"},{"status":null,"created_at":"2024-03-04 10:00:00"}]"#, "canceled", nil),
        ] as [(String, String, String?)]
    )
    func cancellation(_ history: String, _ status: String, _ expected: String?) throws {
        var object = try #require(try order().object)
        object["state"] = "canceled"
        object["status"] = .string(status)
        object["status_histories"] = try JSON(parsing: Array(history.utf8))
        let read = try StoreOrder(adobe: .object(object), storeViewCode: "default")
        let format = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .gmt).year().month().day()
            .time(includingFractionalSeconds: false)
        #expect(read.canceledAt.map(format.format) == expected)
    }

    @Test func readsAnOrderWithCompositeProducts() throws {
        let order = try StoreOrder(adobe: order(), storeViewCode: "default")
        #expect(order.entityID == 1001 && order.incrementID == "000001001" && order.storeView == "default")
        #expect(order.state == "processing" && order.status == "processing")
        #expect(order.createdAt == Date(timeIntervalSince1970: 1_709_284_502))
        #expect(order.updatedAt == Date(timeIntervalSince1970: 1_709_284_841))
        #expect(order.baseCurrency == "USD" && order.orderCurrency == "USD")
        #expect(try order.ordered.grandTotal == amount("156.09"))
        #expect(try order.base.grandTotal == amount("156.09"))
        #expect(try order.ordered.discount == amount("-14.1") && order.ordered.tax == amount("14.19"))
        #expect(try order.ordered.shippingTax == amount("1.5") && order.ordered.shipping == 15)
        #expect(order.items.map(\.itemID) == [501, 502, 503, 504, 505])
        #expect(order.items.map(\.parentItemID) == [nil, 501, nil, 503, 503])
        #expect(order.items.map(\.productType) == ["configurable", "simple", "bundle", "simple", "simple"])
        #expect(order.items[0].quantity == 2 && order.items[0].ordered.price == 52)
        #expect(try order.items[0].ordered.printedRowTotal == amount("93.6"))
        #expect(try order.items[3].ordered.discount == amount("1.4"))
        #expect(order.buyer.customerID == 42 && !order.buyer.isGuest && order.buyer.groupID == 1)
        #expect(order.buyer.billing?.regionCode == "TX" && order.buyer.billing?.street == ["1 Loop Rd"])
        #expect(order.buyer.shipping?.city == "Austin")
        #expect(order.replacesOrderID == nil && !order.isReplaced)
    }

    @Test func readsAGuestOrderInAnotherCurrency() throws {
        let order = try StoreOrder(adobe: JSON(parsing: Samples.guestOrder), storeViewCode: "fr")
        #expect(order.buyer.isGuest && order.buyer.customerID == nil && order.buyer.firstName == nil)
        #expect(order.buyer.shipping == nil && order.buyer.billing?.country == "FR")
        #expect(order.baseCurrency == "USD" && order.orderCurrency == "EUR")
        #expect(order.base.grandTotal == 40 && order.ordered.grandTotal == 36)
        #expect(order.items.first?.base.price == 40 && order.items.first?.ordered.price == 36)
    }

    @Test func trimmingLosesNothingThatIsRead() throws {
        for text in [Samples.order, Samples.guestOrder] {
            let whole = try JSON(parsing: text)
            let trimmed = Projection.order.trimmed(whole)
            let time = try #require(UTCTime.date(adobe: "2026-01-02 03:04:05"))
            #expect(
                try StoreOrder(adobe: trimmed, storeViewCode: "a", updatedAt: time)
                    == StoreOrder(adobe: whole, storeViewCode: "a", updatedAt: time)
            )
            #expect(
                trimmed["updated_at"] == nil && trimmed["items"]?.array?.isEmpty == false
            )
            let method = try #require(whole["payment"]?["method"])
            #expect(trimmed["payment"] == ["method": method])
        }
    }

    @Test func whatMovesWithoutMeaningDoesNotChangeTheTrimmedText() throws {
        let noise: [(String, JSON)] = [
            ("updated_at", "2030-01-01 00:00:00"), ("email_sent", 1), ("remote_ip", "192.0.2.1"),
            ("status_histories", []), ("total_paid", 0), ("customer_note_notify", 1), ("coupon_code", .null),
            ("relation_child_id", .null), ("a_field_of_2.4.12", ["x": 1]),
        ]
        let plain = Projection.order.trimmed(try order()).text
        #expect(Projection.order.trimmed(try order(noise)).text == plain)
        #expect(Projection.order.trimmed(try order().canonical).text == plain)
        #expect(Projection.order.trimmed(try order([("grand_total", 157)])).text != plain)
    }

    /// PostgreSQL refuses both in `jsonb`, and a buyer can type the first.
    @Test func trimmingLeavesNothingADatabaseRefuses() throws {
        let whole = try order([("customer_firstname", "A\u{0}da"), ("tax_amount", JSON(parsing: "1e999999"))])
        let trimmed = Projection.order.trimmed(whole)
        #expect(trimmed["customer_firstname"] == "Ada" && trimmed["tax_amount"] == "1e999999")
        #expect(throws: AdobeDocumentError(.notANumber, at: "$.tax_amount")) {
            try StoreOrder(adobe: trimmed, storeViewCode: "a")
        }
        let mended = try StoreOrder(adobe: order([("customer_firstname", "A\u{0}da")]), storeViewCode: "a")
        #expect(mended.buyer.firstName == "Ada")
    }

    @Test func readsWhatOnlyAdobeCommerceHas() throws {
        let attributes = try JSON(
            parsing: """
                {"gift_cards_amount":10,"base_gift_cards_amount":"11.0000","customer_balance_amount":5.5,
                "base_customer_balance_amount":6,"reward_currency_amount":1,"base_reward_currency_amount":2,
                "gw_price":"1.0000","gw_items_price":"2.5","gw_card_price":"","gw_base_price":"3","gw_items_base_price":null,
                "gw_card_base_price":"0.25","custom_fees":[{"amount":1.25,"base_amount":1.5},{"value":2,"base_value":3}]}
                """
        )
        let order = try StoreOrder(adobe: order([("extension_attributes", attributes)]), storeViewCode: "a")
        #expect(order.ordered.giftCards == 10 && order.base.giftCards == 11)
        #expect(try order.ordered.storeCredit == amount("5.5") && order.base.storeCredit == 6)
        #expect(order.ordered.rewardPoints == 1 && order.base.rewardPoints == 2)
        #expect(
            try order.ordered.giftWrapping == amount("3.5") && order.base.giftWrapping == amount("3.25")
        )
        #expect(try order.ordered.customFees == amount("3.25") && order.base.customFees == amount("4.5"))
    }

    @Test func readsEditsAndOddlyNamedFields() throws {
        let order = try StoreOrder(
            adobe: order([
                ("original_increment_id", "000000990"), ("relation_parent_id", "990"),
                ("relation_child_id", "1003"),
                ("base_shipping_discount_tax_compensation_amnt", "0.1300"),
                ("shipping_discount_tax_compensation_amount", 0), ("total_canceled", 3),
                ("base_total_invoiced", 7),
                (
                    "items",
                    [["item_id": 1, "weee_tax_applied_row_amount": 2, "base_weee_tax_applied_row_amnt": 3]]
                ),
            ]),
            storeViewCode: "a"
        )
        #expect(order.originalIncrementID == "000000990" && order.replacesOrderID == 990 && order.isReplaced)
        #expect(try order.base.shippingDiscountTaxCompensation == amount("0.13"))
        #expect(order.ordered.shippingDiscountTaxCompensation == 0)
        #expect(order.ordered.canceled == 3 && order.base.invoiced == 7)
        let item = try #require(order.items.first)
        #expect(item.ordered.fixedProductTax == 2 && item.base.fixedProductTax == 3)
        #expect(item.sku == "" && item.productType == "simple" && item.quantity == 0)
    }

    @Test(
        "amounts are exact at four decimals",
        arguments: [
            ("0.30000000000000004", "0.3"), ("-0", "0"), ("1e2", "100"), ("\"12.3400\"", "12.34"),
            ("1.00005", "1.0001"),
            ("-1.00005", "-1.0001"), ("9999999999999999.9999", "9999999999999999.9999"), ("1.0e-7", "0"),
            ("49.989999999999995", "49.99"), ("\"-0.0000\"", "0"), ("null", "0"), ("\"\"", "0"), ("true", ""),
            ("\"12,50\"", ""), ("\"abc\"", ""), ("\" 5\"", ""), ("1e400", ""), ("99999999999999999", ""),
            ("[]", ""),
            ("\"NaN\"", ""), ("\"0x10\"", ""), ("123456789012345678901234567890123456789", ""),
        ]
    )
    func amounts(_ printed: String, _ expected: String) throws {
        let json = try order([("tax_amount", JSON(parsing: printed))])
        guard !expected.isEmpty else {
            #expect(throws: AdobeDocumentError(.notANumber, at: "$.tax_amount")) {
                try StoreOrder(adobe: json, storeViewCode: "a")
            }
            return
        }
        #expect(try StoreOrder(adobe: json, storeViewCode: "a").ordered.tax == amount(expected))
    }

    /// Member, value, problem, and where in the member.
    private static let unreadableMembers: [(String, String, AdobeDocumentError.Problem, String)] = [
        ("entity_id", "null", .missing, ""), ("entity_id", "\"12abc\"", .notAnInteger, ""),
        ("entity_id", "0", .missing, ""), ("entity_id", "1.5", .notAnInteger, ""),
        ("entity_id", "99999999999999999999", .notAnInteger, ""),
        ("increment_id", "null", .missing, ""), ("increment_id", "[1]", .notText, ""),
        ("created_at", "null", .missing, ""), ("created_at", "\"0000-00-00 00:00:00\"", .notATime, ""),
        ("created_at", "\"2024-02-30 00:00:00\"", .notATime, ""),
        ("created_at", "\"9999-12-31 00:00:00\"", .notATime, ""),
        ("created_at", "\"2024-02-01T00:00:00Z\"", .notATime, ""),
        ("created_at", "\"2024-02-01\"", .notATime, ""), ("created_at", "1700000000", .notATime, ""),
        ("grand_total", "null", .missing, ""), ("base_grand_total", "null", .missing, ""),
        ("base_currency_code", "\"\"", .missing, ""), ("order_currency_code", "null", .missing, ""),
        ("items", "null", .missing, ""), ("items", "\"none\"", .notAnArray, ""),
        ("items", #"[{"item_id":1},5]"#, .notAnObject, "[1]"),
        ("items", #"[{"item_id":1},{"item_id":2,"price":"x"}]"#, .notANumber, "[1].price"),
        ("items", #"[{"price":1}]"#, .missing, "[0].item_id"),
        ("billing_address", "\"somewhere\"", .notAnObject, ""),
        ("customer_is_guest", "\"maybe\"", .notAnInteger, ""),
        ("extension_attributes", #"{"custom_fees":[{"amount":"x"}]}"#, .notANumber, ".custom_fees[0].amount"),
    ]

    @Test("says where a document cannot be read", arguments: unreadableMembers)
    func unreadable(_ name: String, _ value: String, _ problem: AdobeDocumentError.Problem, _ rest: String)
        throws
    {
        let json = try order([(name, JSON(parsing: value))])
        #expect(throws: AdobeDocumentError(problem, at: "$.\(name)\(rest)")) {
            try StoreOrder(adobe: json, storeViewCode: "a")
        }
    }

    @Test func failuresOfOneCauseAreOneGroupAndSayNoValue() {
        let first = AdobeDocumentError(.notANumber, at: "$.items[1].price").failure
        let second = AdobeDocumentError(.notANumber, at: "$.items[22].price").failure
        #expect(
            first.subject == second.subject && first.code == second.code && first.failureClass == .document
        )
        #expect(first.reason.contains("$.items[1].price is not a number"))
    }

    @Test func toleratesEverythingOptionalMissingOrNull() throws {
        let minimal = """
            {"entity_id":"7","increment_id":8,"created_at":"2024-02-29 23:59:59","base_currency_code":"KWD",
            "order_currency_code":"JPY","grand_total":"1.234","base_grand_total":0,"items":[null],"billing_address":null,
            "extension_attributes":[],"customer_group_id":null,"unknown":{"deep":[1,2]}}
            """
        let order = try StoreOrder(adobe: JSON(parsing: minimal), storeViewCode: "a")
        #expect(order.entityID == 7 && order.incrementID == "8" && order.items.isEmpty)
        #expect(order.updatedAt == order.createdAt && order.buyer.isGuest && order.buyer.email == "")
        #expect(try order.ordered.grandTotal == amount("1.234"))
    }

    /// Every member of both samples, one at a time, replaced by every kind of value: an order or a typed error,
    /// never a trap.
    @Test func neverTrapsOnAnyKindOfValue() throws {
        let values: [JSON] = [.null, true, 0, -1, "", "x", [], [:], [[]], ["a": [1]], [.null, "x"]]
        for text in [Samples.order, Samples.guestOrder] {
            let whole = try #require(try JSON(parsing: text).object)
            for name in whole.map(\.name) {
                for value in values {
                    var changed = whole
                    changed[name] = value
                    let trimmed = Projection.order.trimmed(.object(changed))
                    do throws(AdobeDocumentError) {
                        _ = try StoreOrder(adobe: trimmed, storeViewCode: "a")
                    } catch {
                        #expect(error.path.hasPrefix("$.\(name)"))
                    }
                }
            }
        }
    }
}
