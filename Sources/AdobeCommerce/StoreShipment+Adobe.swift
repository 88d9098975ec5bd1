public import Accounting
public import ExactJSON
public import Foundation

extension StoreShipment {
    /// Reads a shipment as Adobe prints it, whole or trimmed to `ChangedRow.source`.
    ///
    /// Required are what identifies it and its order, and the list of items.
    /// - Parameters:
    ///   - storeViewCode: of the shipment's `store_id`.
    ///   - updatedAt: `ChangedRow.updatedAt`; without it the document's own `updated_at`, else `created_at`.
    public init(
        adobe json: JSON,
        storeViewCode: String,
        updatedAt: Date? = nil
    ) throws(AdobeDocumentError) {
        let shipment = try DocumentReader(json)
        let createdAt = try shipment.required("created_at", shipment.time("created_at"))
        let printedUpdate = try shipment.time("updated_at")
        var lines: [Line] = []
        for line in try shipment.required("items", shipment.list("items")) { lines.append(try Line(line)) }
        self.init(
            entityID: try shipment.required("entity_id", shipment.identifier("entity_id")),
            orderID: try shipment.required("order_id", shipment.identifier("order_id")),
            incrementID: try shipment.required("increment_id", shipment.text("increment_id")),
            storeView: storeViewCode,
            createdAt: createdAt,
            updatedAt: updatedAt ?? printedUpdate ?? createdAt,
            lines: lines
        )
    }
}

extension StoreShipment.Line {
    fileprivate init(_ line: DocumentReader) throws(AdobeDocumentError) {
        self.init(
            orderItemID: try line.required("order_item_id", line.identifier("order_item_id")),
            sku: try line.text("sku") ?? "",
            quantity: try line.amount("qty")
        )
    }
}
