import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

/// Invoices, credit memos and shipments.
@Suite struct SalesDocumentDecodingTests {
    private func amount(_ text: String) throws -> Amount {
        try #require(Amount(text))
    }

    private func changed(_ text: String, _ changes: [(String, JSON)]) throws -> JSON {
        var object = try #require(try JSON(parsing: text).object)
        for (name, value) in changes { object[name] = value }
        return .object(object)
    }

    private func invoice(_ changes: [(String, JSON)] = []) throws -> StoreInvoice {
        try StoreInvoice(adobe: changed(Samples.invoice, changes), storeViewCode: "default")
    }

    private func creditMemo(_ changes: [(String, JSON)] = []) throws -> StoreCreditMemo {
        try StoreCreditMemo(adobe: changed(Samples.creditMemo, changes), storeViewCode: "default")
    }

    private func shipment(_ changes: [(String, JSON)] = []) throws -> StoreShipment {
        try StoreShipment(adobe: changed(Samples.shipment, changes), storeViewCode: "default")
    }

    @Test func readsAnInvoice() throws {
        let invoice = try invoice()
        #expect(invoice.entityID == 301 && invoice.orderID == 1001 && invoice.incrementID == "000000301")
        #expect(invoice.state == .paid && invoice.storeView == "default")
        #expect(invoice.createdAt == Date(timeIntervalSince1970: 1_709_284_841))
        #expect(invoice.updatedAt == invoice.createdAt && invoice.baseCurrency == "USD")
        #expect(try invoice.ordered.grandTotal == amount("156.09") && invoice.ordered.subtotal == 141)
        #expect(try invoice.ordered.discount == amount("-14.1") && invoice.ordered.tax == amount("14.19"))
        #expect(try invoice.ordered.shipping == 15 && invoice.ordered.shippingTax == amount("1.5"))
        #expect(try invoice.base.grandTotal == amount("156.09") && invoice.base.subtotal == 0)
        #expect(invoice.lines.map(\.orderItemID) == [501, 502, 503, 504, 505])
        #expect(invoice.lines.map(\.quantity) == [2, 2, 1, 1, 1])
        #expect(
            try invoice.lines[0].ordered.rowTotal == 104 && invoice.lines[0].ordered.tax == amount("9.36")
        )
        #expect(invoice.lines[1].ordered.price == 0 && invoice.lines[1].name == "Hoodie-M-Blue")
    }

    @Test func readsACreditMemo() throws {
        let memo = try creditMemo()
        #expect(memo.entityID == 901 && memo.orderID == 1001 && memo.invoiceID == 301)
        #expect(memo.state == .refunded && memo.baseCurrency == nil && memo.orderCurrency == "USD")
        #expect(try memo.ordered.grandTotal == amount("54.48") && memo.ordered.tax == amount("4.68"))
        #expect(memo.ordered.adjustmentRefund == 5 && memo.ordered.adjustmentFee == 2)
        #expect(memo.lines.map(\.orderItemID) == [501, 502] && memo.lines[0].base.price == 52)
        #expect(try creditMemo([("invoice_id", .null)]).invoiceID == nil)
    }

    @Test func readsAShipment() throws {
        let shipment = try shipment()
        #expect(shipment.entityID == 401 && shipment.orderID == 1001 && shipment.incrementID == "000000401")
        #expect(shipment.lines == [.init(orderItemID: 501, sku: "MH01-M-Blue", quantity: 1)])
        #expect(shipment.createdAt == Date(timeIntervalSince1970: 1_709_364_600))
    }

    @Test func readsStatesThatNoReleaseHadSoFar() throws {
        let invoices: [(JSON, StoreInvoice.State)] = [
            (1, .open), ("2", .paid), (3, .canceled), (4, .unknown(4)), (0, .unknown(0)),
            (.null, .unknown(nil)),
        ]
        for (state, expected) in invoices { #expect(try invoice([("state", state)]).state == expected) }
        let memos: [(JSON, StoreCreditMemo.State)] = [
            (1, .open), (2, .refunded), ("3", .canceled), (-1, .unknown(-1)), ("", .unknown(nil)),
        ]
        for (state, expected) in memos { #expect(try creditMemo([("state", state)]).state == expected) }
    }

    @Test func readsNumbersThatAreTexts() throws {
        let invoice = try invoice([
            ("entity_id", "301"), ("grand_total", "156.0900"), ("base_grand_total", "0.30000000000000004"),
            ("base_tax_amount", "1.00005"),
            ("items", [["order_item_id": "501", "qty": "2.0000", "base_price": "52.5000"]]),
        ])
        #expect(
            try invoice.ordered.grandTotal == amount("156.09") && invoice.base.grandTotal == amount("0.3")
        )
        #expect(try invoice.base.tax == amount("1.0001"))
        let line = try #require(invoice.lines.first)
        #expect(try line.quantity == 2 && line.base.price == amount("52.5") && line.sku == "")
        #expect(
            try shipment([("items", [["order_item_id": "7", "qty": "1.5"]])]).lines[0].quantity
                == amount("1.5")
        )
    }

    @Test func readsWhatOnlyAdobeCommerceHas() throws {
        let attributes: JSON = [
            "gift_cards_amount": 10, "base_gift_cards_amount": "11.0000", "customer_balance_amount": "5",
            "gw_price": "1", "gw_items_price": 2, "gw_card_base_price": "3",
        ]
        for totals in [
            try invoice([("extension_attributes", attributes)]).ordered,
            try creditMemo([("extension_attributes", attributes)]).ordered,
        ] {
            #expect(totals.giftCards == 10 && totals.storeCredit == 5 && totals.giftWrapping == 3)
        }
        let memo = try creditMemo([
            ("extension_attributes", attributes), ("base_shipping_discount_tax_compensation_amnt", "0.13"),
            (
                "items",
                [["order_item_id": 1, "weee_tax_applied_row_amount": 2, "base_weee_tax_applied_row_amnt": 3]]
            ),
        ])
        #expect(try memo.base.giftCards == 11 && memo.base.shippingDiscountTaxCompensation == amount("0.13"))
        #expect(memo.lines[0].ordered.fixedProductTax == 2 && memo.lines[0].base.fixedProductTax == 3)
    }

    @Test func trimmingLosesNothingThatIsReadAndKeepsNothingElse() throws {
        let attributes: JSON = [
            "gift_cards_amount": 1, "base_gift_cards_amount": 2, "customer_balance_amount": 3,
            "base_customer_balance_amount": 4, "gw_base_price": 5, "gw_price": 6, "source_code": "default",
        ]
        let more: [(String, JSON)] = [
            ("extension_attributes", attributes), ("base_shipping_amount", 1), ("base_tax_amount", 2),
            ("shipping_discount_tax_compensation_amount", 3), ("email_sent", 1),
            ("comments", [["comment": "x"]]),
        ]
        let time = Date(timeIntervalSince1970: 5)
        let invoice = try changed(Samples.invoice, more)
        #expect(
            try StoreInvoice(adobe: Projection.invoice.trimmed(invoice), storeViewCode: "a", updatedAt: time)
                == StoreInvoice(adobe: invoice, storeViewCode: "a", updatedAt: time)
        )
        let memo = try changed(Samples.creditMemo, more)
        #expect(
            try StoreCreditMemo(
                adobe: Projection.creditMemo.trimmed(memo),
                storeViewCode: "a",
                updatedAt: time
            )
                == StoreCreditMemo(adobe: memo, storeViewCode: "a", updatedAt: time)
        )
        let shipment = try changed(Samples.shipment, more)
        #expect(
            try StoreShipment(
                adobe: Projection.shipment.trimmed(shipment),
                storeViewCode: "a",
                updatedAt: time
            )
                == StoreShipment(adobe: shipment, storeViewCode: "a", updatedAt: time)
        )
        for (projection, whole) in [
            (Projection.invoice, invoice), (.creditMemo, memo), (.shipment, shipment),
        ] {
            let kept = projection.trimmed(whole)
            for name in ["updated_at", "email_sent", "comments", "tracks", "total_qty"] {
                #expect(kept[name] == nil)
            }
            #expect(kept["extension_attributes"]?["source_code"] == nil)
            #expect(projection.trimmed(whole.canonical).text == kept.text)
        }
    }

    /// Document, member, value, problem, and where in the member.
    private static let unreadableMembers:
        [(DocumentResource, String, String, AdobeDocumentError.Problem, String)] = [
            (.invoices, "entity_id", "null", .missing, ""), (.invoices, "order_id", "0", .missing, ""),
            (.invoices, "order_id", "9007199254740992", .notAnIdentifier, ""),
            (.invoices, "increment_id", "[]", .notText, ""), (.invoices, "created_at", "\"\"", .missing, ""),
            (.invoices, "grand_total", "null", .missing, ""),
            (.invoices, "base_grand_total", "\"\"", .missing, ""),
            (.invoices, "state", "\"paid\"", .notAnInteger, ""),
            (.invoices, "tax_amount", "\"12,50\"", .notANumber, ""),
            (.invoices, "items", "null", .missing, ""), (.invoices, "items", "{}", .notAnArray, ""),
            (.invoices, "items", #"[{"qty":1}]"#, .missing, "[0].order_item_id"),
            (.invoices, "items", #"[{"order_item_id":1,"qty":true}]"#, .notANumber, "[0].qty"),
            (.creditMemos, "order_id", "null", .missing, ""),
            (.creditMemos, "invoice_id", "\"x\"", .notAnInteger, ""),
            (.creditMemos, "adjustment_positive", "\"five\"", .notANumber, ""),
            (.creditMemos, "base_grand_total", "null", .missing, ""),
            (.creditMemos, "items", "5", .notAnArray, ""),
            (.creditMemos, "extension_attributes", "\"x\"", .notAnObject, ""),
            (.shipments, "order_id", "null", .missing, ""), (.shipments, "items", "null", .missing, ""),
            (.shipments, "created_at", "\"2024-02-30 00:00:00\"", .notATime, ""),
            (.shipments, "items", #"[{"order_item_id":1,"qty":"x"}]"#, .notANumber, "[0].qty"),
            (.shipments, "items", #"["x"]"#, .notAnObject, "[0]"),
        ]

    @Test("says where a document cannot be read", arguments: unreadableMembers)
    func unreadable(
        _ resource: DocumentResource,
        _ name: String,
        _ value: String,
        _ problem: AdobeDocumentError.Problem,
        _ rest: String
    ) throws {
        let changes = [(name, try JSON(parsing: value))]
        #expect(throws: AdobeDocumentError(problem, at: "$.\(name)\(rest)")) {
            switch resource {
            case .invoices: _ = try invoice(changes)
            case .creditMemos: _ = try creditMemo(changes)
            default: _ = try shipment(changes)
            }
        }
    }

    @Test func toleratesEverythingOptionalMissingOrNull() throws {
        let document = """
            {"entity_id":"7","order_id":8,"increment_id":9,"created_at":"2024-02-29 23:59:59","grand_total":"1.5",
            "base_grand_total":0,"items":[null],"extension_attributes":[],"subtotal":null,"state":null}
            """
        let invoice = try StoreInvoice(adobe: JSON(parsing: document), storeViewCode: "a")
        #expect(invoice.incrementID == "9" && invoice.lines.isEmpty && invoice.state == .unknown(nil))
        let memo = try StoreCreditMemo(adobe: JSON(parsing: document), storeViewCode: "a")
        #expect(memo.invoiceID == nil && memo.updatedAt == memo.createdAt)
        #expect(try StoreShipment(adobe: JSON(parsing: document), storeViewCode: "a").lines.isEmpty)
    }
}
