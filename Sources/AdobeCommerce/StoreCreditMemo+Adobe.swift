public import Accounting
public import ExactJSON
public import Foundation

extension StoreCreditMemo {
    /// Reads a credit memo as Adobe prints it, whole or trimmed to `ChangedRow.source`.
    ///
    /// Required are what identifies it and its order, both grand totals and the list of items.
    /// - Parameters:
    ///   - storeViewCode: of the credit memo's `store_id`.
    ///   - updatedAt: `ChangedRow.updatedAt`; without it the document's own `updated_at`, else `created_at`.
    public init(
        adobe json: JSON,
        storeViewCode: String,
        updatedAt: Date? = nil
    ) throws(AdobeDocumentError) {
        let memo = try DocumentReader(json)
        let createdAt = try memo.required("created_at", memo.time("created_at"))
        let printedUpdate = try memo.time("updated_at")
        self.init(
            entityID: try memo.required("entity_id", memo.identifier("entity_id")),
            orderID: try memo.required("order_id", memo.identifier("order_id")),
            invoiceID: try memo.identifier("invoice_id"),
            incrementID: try memo.required("increment_id", memo.text("increment_id")),
            storeView: storeViewCode,
            state: State(adobe: try memo.integer("state")),
            createdAt: createdAt,
            updatedAt: updatedAt ?? printedUpdate ?? createdAt,
            baseCurrency: try memo.text("base_currency_code"),
            orderCurrency: try memo.text("order_currency_code"),
            base: try StoreDocumentTotals(memo, .base),
            ordered: try StoreDocumentTotals(memo, .ordered),
            lines: try StoreDocumentLine.lines(of: memo)
        )
    }
}

extension StoreCreditMemo.State {
    fileprivate init(adobe number: Int?) {
        switch number {
        case 1: self = .open
        case 2: self = .refunded
        case 3: self = .canceled
        default: self = .unknown(number)
        }
    }
}
