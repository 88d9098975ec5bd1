public import Accounting
public import ExactJSON
public import Foundation

extension StoreInvoice {
    /// Reads an invoice as Adobe prints it, whole or trimmed to `ChangedRow.source`.
    ///
    /// Required are what identifies it and its order, both grand totals and the list of items.
    /// - Parameters:
    ///   - storeViewCode: of the invoice's `store_id`.
    ///   - updatedAt: `ChangedRow.updatedAt`; without it the document's own `updated_at`, else `created_at`.
    public init(
        adobe json: JSON,
        storeViewCode: String,
        updatedAt: Date? = nil
    ) throws(AdobeDocumentError) {
        let invoice = try DocumentReader(json)
        let createdAt = try invoice.required("created_at", invoice.time("created_at"))
        let printedUpdate = try invoice.time("updated_at")
        self.init(
            entityID: try invoice.required("entity_id", invoice.identifier("entity_id")),
            orderID: try invoice.required("order_id", invoice.identifier("order_id")),
            incrementID: try invoice.required("increment_id", invoice.text("increment_id")),
            storeView: storeViewCode,
            state: State(adobe: try invoice.integer("state")),
            createdAt: createdAt,
            updatedAt: updatedAt ?? printedUpdate ?? createdAt,
            baseCurrency: try invoice.text("base_currency_code"),
            orderCurrency: try invoice.text("order_currency_code"),
            base: try StoreDocumentTotals(invoice, .base),
            ordered: try StoreDocumentTotals(invoice, .ordered),
            lines: try StoreDocumentLine.lines(of: invoice)
        )
    }
}

extension StoreInvoice.State {
    fileprivate init(adobe number: Int?) {
        switch number {
        case 1: self = .open
        case 2: self = .paid
        case 3: self = .canceled
        default: self = .unknown(number)
        }
    }
}
