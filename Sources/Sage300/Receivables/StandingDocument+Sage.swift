import Accounting
import ExactJSON
import Foundation

extension StandingDocument {
    /// Of a posted document (view AR0036); nil when the row names none.
    init?(posted json: JSON) {
        guard let posted = SagePostedDocument(json) else { return nil }
        self.init(
            document: posted.document,
            customer: posted.customer,
            type: posted.type,
            orderNumber: json["OrderNumber"]?.string ?? "",
            purchaseOrder: json["PONumber"]?.string ?? "",
            // The name differs between the manual's samples and the metadata of releases (reference Sage 6.3).
            description: json["DocumentDescription"]?.string ?? json["InvoiceDescription"]?.string ?? "",
            date: json.day("DocumentDate"),
            total: posted.total,
            currency: json["CurrencyCode"]?.string,
            batch: posted.batch,
            entry: json["EntryNumber"]?.int,
            isPosted: true
        )
    }

    /// Of an entry of a batch that is not posted yet; nil when it names no document.
    init?(entry json: JSON, ofBatch batch: Int64) {
        let entry = SageInvoiceBatch.Entry(json)
        guard !entry.document.isEmpty, !entry.customer.isEmpty else { return nil }
        self.init(
            document: entry.document,
            customer: entry.customer,
            type: entry.type,
            orderNumber: json["OrderNumber"]?.string ?? "",
            purchaseOrder: json["PONumber"]?.string ?? "",
            description: json["InvoiceDescription"]?.string ?? "",
            date: json.day("DocumentDate"),
            total: entry.total,
            currency: json["CurrencyCode"]?.string,
            batch: batch,
            entry: entry.number,
            isPosted: false
        )
    }

    /// What is read of a posted document.
    static let select =
        SagePostedDocument.select + [
            "EntryNumber", "OrderNumber", "PONumber", "DocumentDescription", "DocumentDate", "CurrencyCode",
        ]
}

extension JSON {
    /// A date as Sage 300 sends it, `2026-04-01T00:00:00Z`; only its day counts (reference Sage 3).
    fileprivate func day(_ name: String) -> CalendarDate? {
        self[name]?.string.flatMap { CalendarDate(String($0.prefix(10))) }
    }
}
