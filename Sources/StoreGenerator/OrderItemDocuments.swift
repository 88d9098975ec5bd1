import ExactJSON

/// Writes `order.items`: parents, then their children with the whole parent nested in each.
struct OrderItemDocuments {
    let facts: OrderFacts

    func json() -> [JSON] {
        var parents: [Int: JSON] = [:]
        return facts.items.map { item in
            var fields = basics(item)
            progress(item, &fields)
            money(item, &fields)
            fields.put("product_option", json: option(item))
            if let parentID = item.parentID {
                fields.put("parent_item", json: parents[parentID])
            } else {
                parents[item.id] = fields.json
            }
            return fields.json
        }
    }

    private func basics(_ item: ItemRow) -> Fields {
        let isVirtual = item.product.kind.isVirtual
        var fields = Fields()
        fields.put("item_id", item.id)
        fields.put("order_id", facts.id)
        fields.put("parent_item_id", item.parentID)
        fields.put("quote_item_id", item.id + 7000)
        fields.put("store_id", facts.storeID)
        fields.put("product_id", item.part?.id ?? item.product.id)
        fields.put("product_type", item.part == nil ? item.product.kind.type : "simple")
        fields.put("sku", item.part?.sku ?? item.product.sku)
        fields.put("name", item.part?.name ?? item.product.name)
        fields.put("created_at", facts.createdAt)
        fields.put("updated_at", facts.updatedAt)
        fields.put("is_qty_decimal", flag: item.product.isQuantityDecimal)
        fields.put("is_virtual", flag: isVirtual)
        fields.put("free_shipping", 0)
        fields.put("no_discount", flag: !item.product.kind.isTaxedAndDiscounted)
        if !isVirtual {
            fields.put("weight", Amount(tenThousandths: item.product.weight))
            fields.put("row_weight", facts.cart.lines[item.cartLine].weight)
        }
        return fields
    }

    private func progress(_ item: ItemRow, _ fields: inout Fields) {
        let invoiced = quantity(item, in: facts.invoices.map(\.share))
        let refunded = quantity(item, in: facts.creditMemos.map(\.share))
        let isCanceled = facts.lifecycle == .canceled || facts.lifecycle == .partlyCanceled
        fields.put("qty_ordered", item.quantity)
        fields.put("qty_invoiced", invoiced)
        fields.put("qty_shipped", shipped(item))
        fields.put("qty_refunded", refunded)
        fields.put("qty_canceled", isCanceled ? item.quantity - invoiced : .zero)
    }

    /// Units of a row that documents cover; a dummy follows its parent or its children.
    private func quantity(_ item: ItemRow, in shares: [DocumentShare]) -> Amount {
        shares.sum { facts.quantity(of: item, in: $0) }
    }

    private func shipped(_ item: ItemRow) -> Amount {
        guard facts.isShipped(item) else { return .zero }
        return facts.shipments.sum { facts.shippedQuantity(of: item, in: $0) }
    }

    private func money(_ item: ItemRow, _ fields: inout Fields) {
        let line = facts.amounts.map { order in order.line(of: item) }
        fields.pair("price", line) { $0.price }
        fields.pair("original_price", line) { $0.price }
        fields.pair("price_incl_tax", line) { $0.priceInclTax }
        fields.put("tax_percent", line.base.taxRate.percent)
        fields.pair("tax_amount", line) { $0.tax }
        if item.priced != nil { fields.pair("tax_before_discount", line) { $0.taxBeforeDiscount } }
        fields.put("discount_percent", line.base.discountPercent.percent)
        fields.pair("discount_amount", line) { $0.discount }
        fields.pair("discount_tax_compensation_amount", line) { $0.compensation }
        fields.pair("row_total", line, printedRowTotal)
        fields.pair("row_total_incl_tax", line) { line in
            max(line.rowTotal + line.tax + line.compensation + line.fixedTax - line.discount, .zero)
        }
        if line.base.fixedTax != .zero { fixedTax(item, line, &fields) }
        guard item.priced != nil else { return }
        progressMoney(item, &fields)
    }

    /// The REST processor prints it after discount; 2.4.8 forgot the quantity (reference 5.2).
    private func printedRowTotal(_ line: PricedLine) -> Amount {
        let row = facts.options.version == .v248 ? line.price : line.rowTotal
        return max(row - line.discount, .zero)
    }

    private func fixedTax(_ item: ItemRow, _ line: InCurrencies<PricedLine>, _ fields: inout Fields) {
        fields.put("weee_tax_applied_row_amount", line.order.fixedTax)
        fields.put("base_weee_tax_applied_row_amnt", line.base.fixedTax)
        let units = item.quantity.tenThousandths
        fields.put(
            "weee_tax_applied_amount",
            line.order.fixedTax.scaled(by: 10_000, over: units, decimals: 4)
        )
        fields.put(
            "base_weee_tax_applied_amount",
            line.base.fixedTax.scaled(by: 10_000, over: units, decimals: 4)
        )
    }

    private func progressMoney(_ item: ItemRow, _ fields: inout Fields) {
        guard let position = item.priced else { return }
        func sum(
            _ documents: [InCurrencies<DocumentAmounts>],
            _ amount: (PricedLine) -> Amount
        ) -> InCurrencies<Amount> {
            facts.amounts.with(
                base: documents.sum { amount($0.base.lines[position]) },
                order: documents.sum { amount($0.order.lines[position]) }
            )
        }
        let invoices = facts.invoices.map(\.amounts)
        fields.pair("row_invoiced", sum(invoices) { $0.rowTotal }) { $0 }
        fields.pair("tax_invoiced", sum(invoices) { $0.tax }) { $0 }
        fields.pair("discount_invoiced", sum(invoices) { $0.discount }) { $0 }
        guard !facts.creditMemos.isEmpty else { return }
        let refunds = facts.creditMemos.map(\.amounts)
        fields.pair("amount_refunded", sum(refunds) { $0.rowTotal }) { $0 }
        fields.pair("tax_refunded", sum(refunds) { $0.tax }) { $0 }
        fields.pair("discount_refunded", sum(refunds) { $0.discount }) { $0 }
    }

    private func option(_ item: ItemRow) -> JSON? {
        guard item.part == nil else { return nil }
        let attributes: JSON
        switch item.product.kind {
        case .simple, .virtual: return nil
        case .configurable:
            attributes = [
                "configurable_item_options": [
                    ["option_id": "93", "option_value": .int(50 + item.product.id % 7)],
                    ["option_id": "142", "option_value": .int(160 + item.product.id % 9)],
                ]
            ]
        case .dynamicBundle, .fixedBundle:
            let options = item.product.parts.enumerated().map { position, part -> JSON in
                [
                    "option_id": .int(position + 1), "option_qty": .int(part.quantity),
                    "option_selections": [.int(position * 4 + 1)],
                ]
            }
            attributes = ["bundle_options": .array(options)]
        case .downloadable:
            attributes = ["downloadable_option": ["downloadable_links": [.int(item.product.id)]]]
        case .giftcard:
            attributes = [
                "giftcard_item_option": [
                    "giftcard_amount": item.product.amountText,
                    "giftcard_sender_name": .string(facts.buyer.firstname),
                    "giftcard_recipient_name": "A friend", "giftcard_recipient_email": "friend@example.com",
                ]
            ]
        }
        return ["extension_attributes": attributes]
    }
}

extension Product {
    fileprivate var amountText: JSON { .string("\(cents / 100).00") }
}

extension PricedOrder {
    /// The money of a row: its own, the sum of its children, or none.
    func line(of item: ItemRow) -> PricedLine {
        if let position = item.priced { return lines[position] }
        guard let range = item.summed, item.quantity.tenThousandths > 0 else { return PricedLine() }
        // A dynamic bundle's parent shows the sums of its children, but no discount (reference 3.5).
        let children = lines[range]
        var line = PricedLine()
        line.quantity = item.quantity
        line.rowTotal = children.sum(\.rowTotal)
        line.rowTotalInclTax = children.sum(\.rowTotalInclTax)
        line.tax = children.sum(\.tax)
        let units = item.quantity.tenThousandths
        line.price = line.rowTotal.scaled(by: 10_000, over: units, decimals: 4)
        line.priceInclTax = line.rowTotalInclTax.scaled(by: 10_000, over: units, decimals: 4)
        return line
    }
}
