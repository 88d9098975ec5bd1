import Accounting
import Foundation

extension StoreDocumentTotals {
    init(_ document: DocumentReader, _ currency: AmountCurrency) throws(AdobeDocumentError) {
        func amount(_ field: String) throws(AdobeDocumentError) -> Amount {
            try document.amount(currency.name(field))
        }
        let grandTotal = currency.name("grand_total")
        self.init(grandTotal: try document.required(grandTotal, document.optionalAmount(grandTotal)))
        subtotal = try amount("subtotal")
        shipping = try amount("shipping_amount")
        shippingTax = try amount("shipping_tax_amount")
        tax = try amount("tax_amount")
        discount = try amount("discount_amount")
        discountTaxCompensation = try amount("discount_tax_compensation_amount")
        shippingDiscountTaxCompensation = try document.shippingDiscountTaxCompensation(currency)
        adjustmentRefund = try amount("adjustment_positive")
        adjustmentFee = try amount("adjustment_negative")
        guard let attributes = try document.nested("extension_attributes") else { return }
        giftCards = try attributes.amount(currency.name("gift_cards_amount"))
        storeCredit = try attributes.amount(currency.name("customer_balance_amount"))
        giftWrapping = try attributes.giftWrapping(currency)
    }
}

extension StoreDocumentLine {
    static func lines(of document: DocumentReader) throws(AdobeDocumentError) -> [StoreDocumentLine] {
        var lines: [StoreDocumentLine] = []
        for line in try document.required("items", document.list("items")) {
            lines.append(try StoreDocumentLine(line))
        }
        return lines
    }

    private init(_ line: DocumentReader) throws(AdobeDocumentError) {
        let sku = try line.text("sku") ?? ""
        self.init(
            orderItemID: try line.required("order_item_id", line.identifier("order_item_id")),
            sku: sku,
            name: try line.text("name") ?? sku,
            quantity: try line.amount("qty"),
            base: try Amounts(line, .base),
            ordered: try Amounts(line, .ordered)
        )
    }
}

extension StoreDocumentLine.Amounts {
    fileprivate init(_ line: DocumentReader, _ currency: AmountCurrency) throws(AdobeDocumentError) {
        self.init()
        price = try line.amount(currency.name("price"))
        rowTotal = try line.amount(currency.name("row_total"))
        discount = try line.amount(currency.name("discount_amount"))
        tax = try line.amount(currency.name("tax_amount"))
        discountTaxCompensation = try line.amount(currency.name("discount_tax_compensation_amount"))
        fixedProductTax = try line.fixedProductTax(currency)
    }
}
