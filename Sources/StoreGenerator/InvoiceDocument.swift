import ExactJSON

/// What invoices and credit memos have in common. Unlike order items, their rows are not rewritten.
struct SalesDocument {
    let facts: OrderFacts
    let id: Int
    let share: DocumentShare
    let amounts: InCurrencies<DocumentAmounts>
    let createdSeconds: Int

    func header(_ fields: inout Fields, incrementID: String) {
        fields.put("entity_id", id)
        fields.put("order_id", facts.id)
        fields.put("increment_id", incrementID)
        fields.put("store_id", facts.storeID)
        fields.put("state", 2)
        fields.put("email_sent", 1)
        fields.put("created_at", StoreTime.text(createdSeconds))
        fields.put("updated_at", StoreTime.text(createdSeconds))
        fields.put("billing_address_id", facts.id * 2 - 1)
        if !facts.outline.isVirtual { fields.put("shipping_address_id", facts.id * 2) }
        fields.put("discount_description", facts.cart.discount.coupon)
        fields.currencies(of: facts)
    }

    func totals(_ fields: inout Fields, compensation: (DocumentAmounts) -> Amount) {
        fields.pair("subtotal", amounts) { $0.subtotal }
        fields.pair("subtotal_incl_tax", amounts) { $0.subtotalInclTax }
        fields.pair("tax_amount", amounts) { $0.tax }
        fields.pair("discount_amount", amounts) { -$0.discount }
        fields.pair("discount_tax_compensation_amount", amounts, compensation)
        fields.pair("shipping_amount", amounts) { $0.shipping.rowTotal }
        fields.pair("shipping_incl_tax", amounts) { $0.shipping.rowTotalInclTax }
        fields.pair("shipping_tax_amount", amounts) { $0.shipping.tax }
        fields.pair(
            "shipping_discount_tax_compensation_amount",
            base: "base_shipping_discount_tax_compensation_amnt",
            amounts
        ) { $0.shipping.compensation }
        fields.pair("grand_total", amounts) { $0.grandTotal }
    }

    func items(_ extra: (inout Fields, ItemRow) -> Void) -> JSON {
        let rows = facts.items.filter { facts.quantity(of: $0, in: share) > .zero }
        return .array(rows.enumerated().map { position, item in row(item, number: position, extra) })
    }

    private func row(_ item: ItemRow, number: Int, _ extra: (inout Fields, ItemRow) -> Void) -> JSON {
        var fields = Fields()
        fields.put("entity_id", id * 100 + number)
        fields.put("parent_id", id)
        fields.put("order_item_id", item.id)
        fields.put("product_id", item.part?.id ?? item.product.id)
        fields.put("sku", item.part?.sku ?? item.product.sku)
        fields.put("name", item.part?.name ?? item.product.name)
        fields.put("qty", facts.quantity(of: item, in: share))
        if let position = item.priced {
            let line = amounts.map { $0.lines[position] }
            fields.pair("price", line) { $0.price }
            fields.pair("price_incl_tax", line) { $0.priceInclTax }
            fields.pair("row_total", line) { $0.rowTotal }
            fields.pair("row_total_incl_tax", line) { $0.rowTotalInclTax }
            fields.pair("tax_amount", line) { $0.tax }
            fields.pair("discount_amount", line) { $0.discount }
            fields.pair("discount_tax_compensation_amount", line) { $0.compensation }
        }
        extra(&fields, item)
        return fields.json
    }

    /// Adobe Commerce only; reward points are not shown on invoices (reference 11).
    func credits() -> JSON? {
        var fields = Fields()
        if amounts.base.storeCredit != .zero {
            fields.pair("customer_balance_amount", amounts) { $0.storeCredit }
        }
        if amounts.base.giftCards != .zero { fields.pair("gift_cards_amount", amounts) { $0.giftCards } }
        return fields.object.isEmpty ? nil : fields.json
    }

    func invoice(incrementID: String) -> JSON {
        var fields = Fields()
        header(&fields, incrementID: incrementID)
        // Sums over dummies too (reference 6.4).
        fields.put("total_qty", facts.items.sum { facts.quantity(of: $0, in: share) })
        fields.put("can_void_flag", 0)
        totals(&fields) { $0.compensation }
        fields.put("items", json: items { _, _ in })
        fields.put("comments", json: [])
        fields.put("extension_attributes", json: credits())
        return fields.json
    }

    func creditMemo(incrementID: String, invoiceID: Int?) -> JSON {
        var fields = Fields()
        header(&fields, incrementID: incrementID)
        fields.put("invoice_id", invoiceID)
        // Already includes the shipping's part (reference 5.1).
        totals(&fields) { $0.compensation + $0.shipping.compensation }
        fields.pair("adjustment", amounts) { $0.adjustment }
        fields.pair("adjustment_positive", amounts) { $0.adjustmentPositive }
        fields.pair("adjustment_negative", amounts) { $0.adjustmentNegative }
        let rows = items { fields, item in
            if item.priced == nil { fields.pair("price", facts.amounts) { _ in .zero } }
            fields.put("base_cost", json: .null)
        }
        fields.put("items", json: rows)
        fields.put("comments", json: [])
        fields.put("extension_attributes", json: credits())
        return fields.json
    }
}
