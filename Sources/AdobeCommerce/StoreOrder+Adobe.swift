public import Accounting
public import ExactJSON
public import Foundation

extension StoreOrder {
    /// Reads an order as Adobe prints it, whole or trimmed to `ChangedRow.source`.
    ///
    /// Required are what identifies it, both currencies, both grand totals and the list of items; everything
    /// else may be missing and is then nothing or zero. Amounts are exact, at 4 decimals.
    /// - Parameters:
    ///   - storeViewCode: of the order's `store_id`.
    ///   - updatedAt: `ChangedRow.updatedAt`, which is not part of the source; without it the document's own
    ///     `updated_at`, else `created_at`.
    public init(
        adobe json: JSON,
        storeViewCode: String,
        updatedAt: Date? = nil
    ) throws(AdobeDocumentError) {
        let order = try DocumentReader(json)
        let createdAt = try order.required("created_at", order.time("created_at"))
        let printedUpdate = try order.time("updated_at")
        let attributes = try order.nested("extension_attributes")
        self.init(
            entityID: try order.required("entity_id", order.identifier("entity_id")),
            incrementID: try order.required("increment_id", order.text("increment_id")),
            storeView: storeViewCode,
            status: try order.text("status") ?? "",
            state: try order.text("state") ?? "",
            createdAt: createdAt,
            updatedAt: updatedAt ?? printedUpdate ?? createdAt,
            buyer: try StoreBuyer(order),
            baseCurrency: try order.required("base_currency_code", order.text("base_currency_code")),
            orderCurrency: try order.required("order_currency_code", order.text("order_currency_code")),
            base: try StoreOrderTotals(order, .base),
            ordered: try StoreOrderTotals(order, .ordered),
            items: try Self.items(order),
            paymentMethod: try order.nested("payment")?.text("method"),
            taxes: try StoreAppliedTax.list(of: attributes),
            itemTaxes: try StoreItemTaxes.list(of: attributes),
            originalIncrementID: try order.text("original_increment_id"),
            replacesOrderID: try order.identifier("relation_parent_id"),
            isReplaced: try order.identifier("relation_child_id") != nil,
            canceledAt: try Self.canceledAt(order)
        )
    }

    /// When its status first became that of a cancelled order: `canceled`, or the merchant's own of that state
    /// (reference Adobe 3.4).
    private static func canceledAt(_ order: DocumentReader) throws(AdobeDocumentError) -> Date? {
        let own = try order.text("state") == "canceled" ? try order.text("status") : nil
        var first: Date?
        for entry in try order.list("status_histories") ?? [] {
            guard let status = try entry.text("status"), status == "canceled" || status == own,
                let time = try entry.time("created_at")
            else { continue }
            first = min(first ?? time, time)
        }
        return first
    }

    private static func items(_ order: DocumentReader) throws(AdobeDocumentError) -> [StoreOrderItem] {
        var items: [StoreOrderItem] = []
        for item in try order.required("items", order.list("items")) {
            items.append(try StoreOrderItem(item))
        }
        return items
    }
}

extension StoreBuyer {
    fileprivate init(_ order: DocumentReader) throws(AdobeDocumentError) {
        let customerID = try order.identifier("customer_id")
        let assignment = try order.nested("extension_attributes")?.list("shipping_assignments")?.first
        let shipping = try assignment?.nested("shipping")?.nested("address")
        let billing = try order.nested("billing_address")
        self.init(
            customerID: customerID,
            isGuest: try order.integer("customer_is_guest").map { $0 != 0 } ?? (customerID == nil),
            email: try order.text("customer_email") ?? "",
            firstName: try order.text("customer_firstname"),
            lastName: try order.text("customer_lastname"),
            groupID: try order.integer("customer_group_id"),
            taxNumber: try order.text("customer_taxvat"),
            billing: try StoreAddress(optional: billing),
            shipping: try StoreAddress(optional: shipping)
        )
    }
}

extension StoreOrderTotals {
    fileprivate init(_ order: DocumentReader, _ currency: AmountCurrency) throws(AdobeDocumentError) {
        func amount(_ field: String) throws(AdobeDocumentError) -> Amount {
            try order.amount(currency.name(field))
        }
        let grandTotal = currency.name("grand_total")
        self.init(grandTotal: try order.required(grandTotal, order.optionalAmount(grandTotal)))
        subtotal = try amount("subtotal")
        shipping = try amount("shipping_amount")
        shippingTax = try amount("shipping_tax_amount")
        tax = try amount("tax_amount")
        discount = try amount("discount_amount")
        shippingDiscount = try amount("shipping_discount_amount")
        discountTaxCompensation = try amount("discount_tax_compensation_amount")
        shippingDiscountTaxCompensation = try order.shippingDiscountTaxCompensation(currency)
        invoiced = try amount("total_invoiced")
        canceled = try amount("total_canceled")
        subtotalInvoiced = try amount("subtotal_invoiced")
        shippingInvoiced = try amount("shipping_invoiced")
        taxInvoiced = try amount("tax_invoiced")
        // Adobe keeps it below zero, as the discount (reference Adobe 11).
        discountInvoiced = try amount("discount_invoiced").magnitude
        discountTaxCompensationInvoiced = try amount("discount_tax_compensation_invoiced")
        if let attributes = try order.nested("extension_attributes") { try read(attributes, currency) }
    }

    /// What only Adobe Commerce has, the open-source edition not.
    private mutating func read(
        _ attributes: DocumentReader,
        _ currency: AmountCurrency
    ) throws(AdobeDocumentError) {
        giftCards = try attributes.amount(currency.name("gift_cards_amount"))
        storeCredit = try attributes.amount(currency.name("customer_balance_amount"))
        giftCardsInvoiced = try attributes.amount(currency.name("gift_cards_invoiced"))
        storeCreditInvoiced = try attributes.amount(currency.name("customer_balance_invoiced"))
        rewardPoints = try attributes.amount(currency.name("reward_currency_amount"))
        giftWrapping = try attributes.giftWrapping(currency)
        for fee in try attributes.list("custom_fees") ?? [] {
            let value = try fee.amount(currency.name("value"))
            customFees += try fee.optionalAmount(currency.name("amount")) ?? value
        }
    }
}

extension StoreOrderItem {
    fileprivate init(_ item: DocumentReader) throws(AdobeDocumentError) {
        let sku = try item.text("sku") ?? ""
        self.init(
            itemID: try item.required("item_id", item.identifier("item_id")),
            parentItemID: try item.identifier("parent_item_id"),
            sku: sku,
            name: try item.text("name") ?? sku,
            productType: try item.text("product_type") ?? "simple",
            quantity: try item.amount("qty_ordered"),
            quantityCanceled: try item.amount("qty_canceled"),
            base: try StoreItemAmounts(item, .base),
            ordered: try StoreItemAmounts(item, .ordered)
        )
    }
}

extension StoreItemAmounts {
    fileprivate init(_ item: DocumentReader, _ currency: AmountCurrency) throws(AdobeDocumentError) {
        self.init(
            price: try item.amount(currency.name("price")),
            printedRowTotal: try item.optionalAmount(currency.name("row_total")),
            printedRowTotalWithTaxes: try item.optionalAmount(currency.name("row_total_incl_tax")),
            discount: try item.amount(currency.name("discount_amount")),
            tax: try item.amount(currency.name("tax_amount")),
            discountTaxCompensation: try item.amount(currency.name("discount_tax_compensation_amount")),
            fixedProductTax: try item.fixedProductTax(currency),
            invoiced: try Invoiced(item, currency)
        )
    }
}

extension StoreItemAmounts.Invoiced {
    fileprivate init?(_ item: DocumentReader, _ currency: AmountCurrency) throws(AdobeDocumentError) {
        guard let row = try item.optionalAmount(currency.name("row_invoiced")) else { return nil }
        self.init(
            row: row,
            discount: try item.amount(currency.name("discount_invoiced")).magnitude,
            tax: try item.amount(currency.name("tax_invoiced")),
            discountTaxCompensation: try item.optionalAmount(
                currency.name("discount_tax_compensation_invoiced")
            )
        )
    }
}
