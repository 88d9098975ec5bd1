import ExactJSON

extension OrderDocument {
    func extensions(items: [JSON]) -> JSON {
        var fields = Fields()
        fields.put("shipping_assignments", json: [shippingAssignment(items: items)])
        fields.put(
            "payment_additional_info",
            json: [["key": "method_title", "value": .string(facts.payment.title)]]
        )
        fields.put("applied_taxes", json: .array(appliedTaxes(facts.amounts.map(\.tax))))
        fields.put("item_applied_taxes", json: .array(itemAppliedTaxes()))
        fields.put("converting_from_quote", json: true)
        credits(&fields)
        return fields.json
    }

    func payment() -> JSON {
        let amounts = facts.amounts
        var fields = Fields()
        fields.put("entity_id", facts.id)
        fields.put("parent_id", facts.id)
        fields.put("method", facts.payment.method)
        fields.put("account_status", json: .null)
        fields.put("additional_information", json: [.string(facts.payment.title)])
        fields.put("cc_last4", json: .null)
        fields.pair("amount_ordered", amounts) { $0.grandTotal }
        fields.pair("shipping_amount", amounts) { $0.shipping.rowTotal }
        if !facts.invoices.isEmpty {
            fields.put("amount_paid", facts.invoices.sum { $0.amounts.order.grandTotal })
            fields.put("base_amount_paid", facts.invoices.sum { $0.amounts.base.grandTotal })
        }
        return fields.json
    }

    private func shippingAssignment(items: [JSON]) -> JSON {
        let amounts = facts.amounts
        var total = Fields()
        total.pair("shipping_amount", amounts) { $0.shipping.rowTotal }
        if !facts.outline.isVirtual {
            total.pair("shipping_incl_tax", amounts) { $0.shipping.rowTotalInclTax }
            total.pair("shipping_tax_amount", amounts) { $0.shipping.tax }
            total.pair("shipping_discount_amount", amounts) { $0.shipping.discount }
            total.pair(
                "shipping_discount_tax_compensation_amount",
                base: "base_shipping_discount_tax_compensation_amnt",
                amounts
            ) { $0.shipping.compensation }
        }
        var shipping = Fields()
        if !facts.outline.isVirtual {
            shipping.put("address", json: facts.address("shipping"))
            shipping.put(
                "method",
                facts.cart.shippingCents == 0 ? "freeshipping_freeshipping" : "flatrate_flatrate"
            )
        }
        shipping.put("total", json: total.json)
        return ["shipping": shipping.json, "items": .array(items)]
    }

    /// One entry for each tax; rounding is handed to the last, so that they sum to the whole.
    private func appliedTaxes(_ whole: InCurrencies<Amount>) -> [JSON] {
        let taxes = facts.shipTo.taxes
        let rate = Amount(tenThousandths: Int64(facts.shipTo.rate.partsPerMillion))
        var reached = Amount.zero
        return taxes.map { tax in
            let next = reached + Amount(tenThousandths: Int64(tax.rate.partsPerMillion))
            let order = whole.order.share(from: reached, to: next, of: rate, decimals: whole.orderDecimals)
            let base = whole.base.share(from: reached, to: next, of: rate, decimals: whole.baseDecimals)
            reached = next
            var fields = Fields()
            fields.put("code", tax.code)
            fields.put("title", tax.code)
            fields.put("percent", tax.rate.percent)
            fields.put("amount", order)
            fields.put("base_amount", base)
            fields.put(
                "extension_attributes",
                json: [
                    "rates": [
                        [
                            "code": .string(tax.code), "title": .string(tax.code),
                            "percent": tax.rate.percent.json,
                        ]
                    ]
                ]
            )
            return fields.json
        }
    }

    private func itemAppliedTaxes() -> [JSON] {
        var entries: [JSON] = []
        for item in facts.items {
            guard let position = item.priced else { continue }
            let tax = facts.amounts.map { $0.lines[position].tax }
            guard tax.base != .zero else { continue }
            entries.append(
                ["type": "product", "item_id": .int(item.id), "applied_taxes": .array(appliedTaxes(tax))]
            )
        }
        let shipping = facts.amounts.map(\.shipping.tax)
        if shipping.base != .zero {
            entries.append(["type": "shipping", "applied_taxes": .array(appliedTaxes(shipping))])
        }
        return entries
    }

    /// Adobe Commerce only: absent when nothing was redeemed.
    private func credits(_ fields: inout Fields) {
        let amounts = facts.amounts
        let invoiced = facts.invoices.map(\.amounts)
        func sum(_ amount: (DocumentAmounts) -> Amount) -> InCurrencies<Amount> {
            amounts.with(base: invoiced.sum { amount($0.base) }, order: invoiced.sum { amount($0.order) })
        }
        if !amounts.base.giftCards.isEmpty {
            fields.put("gift_cards", json: .array(giftCards()))
            fields.pair("gift_cards_amount", amounts) { $0.giftCardTotal }
            if !invoiced.isEmpty { fields.pair("gift_cards_invoiced", sum { $0.giftCards }) { $0 } }
            if !facts.creditMemos.isEmpty {
                fields.put("gift_cards_refunded", facts.creditMemos.sum { $0.amounts.order.giftCards })
                fields.put("base_gift_cards_refunded", facts.creditMemos.sum { $0.amounts.base.giftCards })
            }
        }
        if amounts.base.storeCredit != .zero {
            fields.pair("customer_balance_amount", amounts) { $0.storeCredit }
            if !invoiced.isEmpty { fields.pair("customer_balance_invoiced", sum { $0.storeCredit }) { $0 } }
            if !facts.creditMemos.isEmpty {
                fields.put(
                    "customer_balance_refunded",
                    facts.creditMemos.sum { $0.amounts.order.storeCredit }
                )
                fields.put(
                    "base_customer_balance_refunded",
                    facts.creditMemos.sum { $0.amounts.base.storeCredit }
                )
            }
        }
        if amounts.base.rewardPoints != .zero {
            let points = amounts.base.rewardPoints.tenThousandths / 100
            fields.put("reward_points_balance", Int(points))
            fields.pair("reward_currency_amount", amounts) { $0.rewardPoints }
        }
    }

    private func giftCards() -> [JSON] {
        let (base, order) = (facts.amounts.base.giftCards, facts.amounts.order.giftCards)
        return base.indices.map { position in
            var fields = Fields()
            fields.put("id", facts.id * 3 + position)
            fields.put("code", "GC-\(facts.id)-\(position + 1)")
            fields.put("amount", position < order.count ? order[position] : .zero)
            fields.put("base_amount", base[position])
            return fields.json
        }
    }
}
