import ExactJSON

/// Writes an order as `GET /V1/orders/{id}` prints it.
struct OrderDocument {
    let facts: OrderFacts
    let increments: IncrementIDs

    private var amounts: InCurrencies<PricedOrder> { facts.amounts }
    private var isCanceled: Bool { facts.lifecycle == .canceled || facts.lifecycle == .partlyCanceled }

    func json() -> JSON {
        let items = OrderItemDocuments(facts: facts).json()
        var fields = Fields()
        identity(&fields)
        customer(&fields)
        currencies(&fields)
        totals(&fields)
        progress(&fields)
        fields.put("items", json: .array(items))
        fields.put("billing_address", json: address("billing"))
        fields.put("payment", json: payment())
        fields.put("status_histories", json: .array(histories()))
        fields.put("extension_attributes", json: extensions(items: items))
        return fields.json
    }

    private func identity(_ fields: inout Fields) {
        fields.put("entity_id", facts.id)
        fields.put("increment_id", increments.order(facts.index))
        fields.put("quote_id", facts.id + 5000)
        fields.put("store_id", facts.storeID)
        let view = facts.options.views[facts.view]
        fields.put("store_name", "Main Website\nMain Website Store\n\(view.name)")
        fields.put("state", facts.lifecycle.state)
        fields.put("status", facts.lifecycle.status)
        if facts.lifecycle == .holded {
            fields.put("hold_before_state", "processing")
            fields.put("hold_before_status", "processing")
        }
        fields.put("protect_code", String(facts.id &* 2_654_435_761 & 0xFFFF_FFFF, radix: 16))
        fields.put("created_at", facts.createdAt)
        fields.put("updated_at", facts.updatedAt)
        fields.put("is_virtual", flag: facts.outline.isVirtual)
        fields.put("email_sent", flag: facts.lifecycle != .pendingPayment)
        fields.put("remote_ip", "192.0.2.\(facts.id % 254 + 1)")
        if facts.outline.replacesPrevious {
            fields.put("original_increment_id", increments.order(facts.index - 1))
            fields.put("relation_parent_id", String(facts.id - 1))
            fields.put("relation_parent_real_id", increments.order(facts.index - 1))
            fields.put("edit_increment", 1)
        }
        if facts.outline.isReplaced {
            fields.put("relation_child_id", String(facts.id + 1))
            fields.put("relation_child_real_id", increments.order(facts.index + 1))
        }
        fields.put("coupon_code", facts.cart.discount.coupon)
        fields.put("discount_description", facts.cart.discount.coupon)
        fields.put("total_item_count", facts.cart.lines.count)
        fields.put("total_qty_ordered", facts.cart.lines.sum(\.quantity))
        fields.put("weight", facts.cart.lines.sum(\.weight))
        fields.put("billing_address_id", facts.id * 2 - 1)
    }

    private func customer(_ fields: inout Fields) {
        fields.put("customer_is_guest", flag: facts.isGuest)
        fields.put("customer_group_id", facts.isGuest ? 0 : 1)
        fields.put("customer_id", facts.customerID)
        fields.put("customer_email", facts.email)
        if !facts.isGuest {
            fields.put("customer_firstname", facts.buyer.firstname)
            fields.put("customer_lastname", facts.buyer.lastname)
            fields.put("customer_taxvat", facts.buyer.vatNumber)
        }
        fields.put("customer_note_notify", 1)
    }

    private func currencies(_ fields: inout Fields) { fields.currencies(of: facts) }

    private func totals(_ fields: inout Fields) {
        fields.pair("subtotal", amounts) { $0.subtotal }
        fields.pair("subtotal_incl_tax", amounts) { $0.subtotalInclTax }
        fields.pair("tax_amount", amounts) { $0.tax }
        fields.pair("discount_amount", amounts) { -$0.discount }
        fields.pair("discount_tax_compensation_amount", amounts) { $0.compensation }
        shippingTotals(&fields)
        fields.pair("grand_total", amounts) { $0.grandTotal }
        let paid = amounts.with(
            base: facts.invoices.sum { $0.amounts.base.grandTotal },
            order: facts.invoices.sum { $0.amounts.order.grandTotal }
        )
        fields.put("total_due", max(amounts.order.grandTotal - paid.order, .zero))
        fields.put("base_total_due", max(amounts.base.grandTotal - paid.base, .zero))
        if !facts.invoices.isEmpty {
            fields.pair("total_paid", paid) { $0 }
            fields.pair("total_invoiced", paid) { $0 }
        }
    }

    private func shippingTotals(_ fields: inout Fields) {
        fields.put("shipping_description", facts.shippingDescription)
        fields.pair("shipping_amount", amounts) { $0.shipping.rowTotal }
        fields.pair("shipping_incl_tax", amounts) { $0.shipping.rowTotalInclTax }
        fields.pair("shipping_tax_amount", amounts) { $0.shipping.tax }
        fields.pair("shipping_discount_amount", amounts) { $0.shipping.discount }
        fields.pair(
            "shipping_discount_tax_compensation_amount",
            base: "base_shipping_discount_tax_compensation_amnt",
            amounts
        ) { $0.shipping.compensation }
    }

    /// What was invoiced, refunded and cancelled; absent while it never happened.
    private func progress(_ fields: inout Fields) {
        if !facts.invoices.isEmpty { sums(&fields, "invoiced", of: facts.invoices.map(\.amounts)) }
        if !facts.creditMemos.isEmpty {
            let refunds = facts.creditMemos.map(\.amounts)
            sums(&fields, "refunded", of: refunds)
            fields.pair("total_refunded", total(refunds) { $0.grandTotal }) { $0 }
            fields.pair("total_offline_refunded", total(refunds) { $0.grandTotal }) { $0 }
            fields.pair("shipping_tax_refunded", total(refunds) { $0.shipping.tax }) { $0 }
            fields.pair("adjustment_positive", total(refunds) { $0.adjustmentPositive }) { $0 }
            fields.pair("adjustment_negative", total(refunds) { $0.adjustmentNegative }) { $0 }
        }
        if isCanceled { cancellation(&fields) }
    }

    private func sums(_ fields: inout Fields, _ suffix: String, of parts: [InCurrencies<DocumentAmounts>]) {
        fields.pair("subtotal_" + suffix, total(parts) { $0.subtotal }) { $0 }
        fields.pair("tax_" + suffix, total(parts) { $0.tax }) { $0 }
        fields.pair("shipping_" + suffix, total(parts) { $0.shipping.rowTotal }) { $0 }
        // Negative, as Adobe adds the documents' negative discounts up.
        fields.pair("discount_" + suffix, total(parts) { -$0.discount }) { $0 }
        fields.pair("discount_tax_compensation_" + suffix, total(parts) { $0.compensation }) { $0 }
    }

    private func total(
        _ parts: [InCurrencies<DocumentAmounts>],
        _ amount: (DocumentAmounts) -> Amount
    ) -> InCurrencies<Amount> {
        amounts.with(base: parts.sum { amount($0.base) }, order: parts.sum { amount($0.order) })
    }

    /// `discount_canceled` is too large once something was invoiced: Adobe subtracts a negative (reference 11).
    private func cancellation(_ fields: inout Fields) {
        let parts = facts.invoices.map(\.amounts)
        func left(_ whole: (PricedOrder) -> Amount, _ part: (DocumentAmounts) -> Amount) -> InCurrencies<
            Amount
        > {
            let done = total(parts, part)
            return amounts.with(
                base: whole(amounts.base) - done.base,
                order: whole(amounts.order) - done.order
            )
        }
        fields.pair("subtotal_canceled", left({ $0.subtotal }, { $0.subtotal })) { $0 }
        fields.pair("tax_canceled", left({ $0.tax }, { $0.tax })) { $0 }
        fields.pair("shipping_canceled", left({ $0.shipping.rowTotal }, { $0.shipping.rowTotal })) { $0 }
        fields.pair("discount_canceled", left({ $0.discount }, { -$0.discount })) { $0 }
        fields.pair("total_canceled", left({ $0.grandTotal }, { $0.grandTotal })) { $0 }
    }

    private func histories() -> [JSON] {
        var entries: [(seconds: Int, status: String, entity: String, comment: String?)] = []
        if let invoiced = facts.outline.invoices.first {
            entries.append((invoiced, "processing", "invoice", "Captured amount online. \u{1F4B3}"))
        }
        if facts.outline.creditMemos.count > 0 {
            entries.append((facts.outline.creditMemos[0], facts.lifecycle.status, "creditmemo", nil))
        }
        if isCanceled {
            entries.append(
                (
                    facts.outline.updatedSeconds, facts.lifecycle.status, "order",
                    "Canceled &amp; stock returned"
                )
            )
        }
        // Adobe lists the newest first.
        return entries.enumerated().reversed().map { position, entry in
            var fields = Fields()
            fields.put("entity_id", facts.id * 10 + position)
            fields.put("parent_id", facts.id)
            fields.put("comment", json: entry.comment.map { .string($0) } ?? .null)
            fields.put("status", entry.status)
            fields.put("entity_name", entry.entity)
            fields.put("created_at", StoreTime.text(entry.seconds))
            fields.put("is_customer_notified", json: .null)
            fields.put("is_visible_on_front", 0)
            return fields.json
        }
    }

    private func address(_ type: String) -> JSON {
        facts.address(type)
    }
}

extension Fields {
    /// The codes and rates every sales document repeats.
    mutating func currencies(of facts: OrderFacts) {
        let base = facts.options.baseCurrency(ofView: facts.view)
        let order = facts.options.orderCurrency(ofView: facts.view)
        let rate = facts.options.views[facts.view].baseToOrderRate
        put("global_currency_code", base)
        put("base_currency_code", base)
        put("store_currency_code", order)
        put("order_currency_code", order)
        put("base_to_global_rate", Amount(1))
        put("base_to_order_rate", rate)
        put("store_to_base_rate", Amount(0))
        put("store_to_order_rate", Amount(0))
    }
}

extension Cart.Line {
    /// Of the row, in kilograms.
    var weight: Amount {
        Amount(tenThousandths: product.weight * quantity.tenThousandths / 10_000)
    }
}
