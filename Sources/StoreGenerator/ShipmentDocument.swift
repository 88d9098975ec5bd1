import ExactJSON

/// Writes a shipment as `GET /V1/shipment/{id}` prints it.
struct ShipmentDocument {
    let facts: OrderFacts
    let id: Int
    let ordinal: Int
    let createdSeconds: Int

    func json(incrementID: String) -> JSON {
        let units = facts.shipments[ordinal]
        let rows = facts.items.filter { facts.isShipped($0) && units[$0.cartLine] > .zero }
        let createdAt = StoreTime.text(createdSeconds)
        var fields = Fields()
        fields.put("entity_id", id)
        fields.put("order_id", facts.id)
        fields.put("increment_id", incrementID)
        fields.put("store_id", facts.storeID)
        fields.put("customer_id", facts.customerID)
        fields.put("billing_address_id", facts.id * 2 - 1)
        fields.put("shipping_address_id", facts.id * 2)
        fields.put("email_sent", 1)
        fields.put("total_qty", rows.sum { facts.shippedQuantity(of: $0, in: units) })
        fields.put("created_at", createdAt)
        fields.put("updated_at", createdAt)
        fields.put("packages", json: [])
        fields.put("items", json: .array(rows.enumerated().map { row($1, number: $0, units: units) }))
        fields.put("tracks", json: [track(createdAt)])
        fields.put("comments", json: [])
        fields.put("extension_attributes", json: ["source_code": "default"])
        return fields.json
    }

    private func row(_ item: ItemRow, number: Int, units: [Amount]) -> JSON {
        var fields = Fields()
        fields.put("entity_id", id * 100 + number)
        fields.put("parent_id", id)
        fields.put("order_item_id", item.id)
        fields.put("product_id", item.part?.id ?? item.product.id)
        fields.put("sku", item.part?.sku ?? item.product.sku)
        fields.put("name", item.part?.name ?? item.product.name)
        fields.put("price", facts.amounts.order.line(of: item).price)
        fields.put("weight", Amount(tenThousandths: item.product.weight))
        fields.put("qty", facts.shippedQuantity(of: item, in: units))
        return fields.json
    }

    private func track(_ createdAt: String) -> JSON {
        var fields = Fields()
        fields.put("entity_id", id * 2)
        fields.put("parent_id", id)
        fields.put("order_id", facts.id)
        fields.put("track_number", "1Z\(900_000 + id)")
        fields.put("title", "UPS")
        fields.put("carrier_code", "ups")
        for name in ["description", "weight", "qty"] { fields.put(name, json: .null) }
        fields.put("created_at", createdAt)
        fields.put("updated_at", createdAt)
        return fields.json
    }
}
