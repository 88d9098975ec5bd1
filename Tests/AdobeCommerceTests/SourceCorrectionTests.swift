import Accounting
import AdobeCommerce
import ExactJSON
import Testing

/// People may correct names, addresses and e-mail of a kept document, and nothing else.
@Suite(.timeLimit(.minutes(1)))
struct SourceCorrectionTests {
    private let order: JSON = [
        "entity_id": 7, "increment_id": "100000007", "created_at": "2026-11-01 10:00:00",
        "base_grand_total": .number(JSONNumber(93)), "customer_email": "jo@example.com",
        "billing_address": ["firstname": "Jo", "company": "A far too long company", "street": ["Main St 1"]],
        "items": [["item_id": 1, "name": "Shirt", "sku": "S-1", "qty_ordered": 1]],
        "extension_attributes": ["shipping_assignments": [["shipping": ["address": ["city": "Kingston"]]]]],
    ]

    private func corrected(
        _ path: String,
        _ value: String,
        _ kind: DocumentKind = .order,
        _ source: JSON? = nil
    )
        throws -> SourceCorrection
    {
        try SourceCorrection(source ?? order, of: kind, setting: [(path: path, value: value)])
    }

    @Test func fieldsAreSetAndTheRestIsAsItWas() throws {
        let correction = try corrected("billing_address.company", "Acme")
        let change = try #require(correction.changes.first)
        #expect(correction.changes.count == 1)
        #expect(change.path == "billing_address.company")
        #expect(change.before == "A far too long company")
        #expect(change.after == "Acme")
        #expect(correction.source["billing_address"]?["company"]?.string == "Acme")
        let back = try corrected(
            "billing_address.company",
            "A far too long company",
            .order,
            correction.source
        )
        #expect(back.source == order)
        #expect(try corrected("billing_address.company", "A far too long company").changes.isEmpty)
    }

    @Test func listsAndShippingAddressesAreReached() throws {
        #expect(try corrected("items[0].name", "T").source["items"]?.array?.first?["name"]?.string == "T")
        let street = try corrected("billing_address.street[1]", "2nd floor").source["billing_address"]?[
            "street"
        ]
        #expect(street?.array == ["Main St 1", "2nd floor"])
        let city = try corrected("shipping_address.city", "Toronto")
        #expect(
            city.changes.first?.path == "extension_attributes.shipping_assignments[0].shipping.address.city"
        )
        #expect(city.changes.first?.before == "Kingston")
        let memo: JSON = ["creditmemo": ["items": []], "order": order]
        #expect(try corrected("order.customer_email", "a@b.ca", .creditmemo, memo).changes.count == 1)
        #expect(try corrected("order.shipping_address.city", "X", .creditmemo, memo).changes.count == 1)
        let customer: JSON = ["id": 1, "email": "x", "addresses": [["id": 3, "region": ["region": "ON"]]]]
        #expect(try corrected("addresses[0].region.region", "BC", .customer, customer).changes.count == 1)
    }

    @Test(
        "money, numbers, dates and ids are refused",
        arguments: [
            "base_grand_total", "entity_id", "increment_id", "created_at", "items[0].sku",
            "items[0].qty_ordered",
            "items[0].price", "base_currency_code", "order_currency_code", "status", "customer_id",
            "store_id",
            "billing_address", "billing_address.vat_id", "items", "payment.method", "customer_taxvat",
            "customer_group_id", "extension_attributes.base_gift_cards_amount", "order.customer_email",
        ]
    )
    func otherFieldsAreRefused(_ path: String) {
        #expect(throws: SourceCorrectionError.notAllowed(path)) { try corrected(path, "1") }
    }

    @Test func whatIsNotThereOrNoTextIsRefused() {
        #expect(throws: SourceCorrectionError.noSuchField("items[1].name")) {
            try corrected("items[1].name", "T")
        }
        #expect(throws: SourceCorrectionError.self) { try corrected("billing_address.street[3]", "T") }
        #expect(throws: SourceCorrectionError.badValue("customer_email")) {
            try corrected("customer_email", "a\nb")
        }
        #expect(throws: SourceCorrectionError.badValue("customer_email")) {
            try corrected("customer_email", String(repeating: "x", count: 256))
        }
        for path in ["", ".", "a..b", "items[-1].name", "items[x].name", "items[99999999].name", "[0]"] {
            #expect(throws: SourceCorrectionError.badPath(path)) { try corrected(path, "x") }
        }
    }
}
