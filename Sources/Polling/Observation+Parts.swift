import Accounting
import AdobeCommerce
import ExactJSON
import Foundation
import Publishing
import Storage
import Tenancy

/// Invoices, credit memos and shipments.
extension Observation {
    /// The order a document belongs to.
    enum ParentOrder {
        /// It was not asked for; the store will have it.
        case expected
        case found(ChangedRow)
        /// The store does not have it, or it cannot be read.
        case missing

        fileprivate var row: ChangedRow? {
            if case .found(let row) = self { row } else { nil }
        }
    }

    /// A document that carries its order, because Adobe leaves customer, order number and tax split there. Only
    /// its own content makes it news: the order has a life of its own. That the order is missing does too, so that
    /// it is looked for again.
    func part(
        _ row: ChangedRow,
        of resource: DocumentResource,
        order: ParentOrder,
        at observedAt: Date
    ) -> ObservedDocument {
        let kind = resource.documentKind
        let view = row.storeID == nil ? order.row.map { self.view(of: $0) } ?? "" : view(of: row)
        var observed = draft(row, kind, view: view, at: observedAt)
        observed.orderID = row.orderID
        if case .missing = order { observed.contentHash = Self.hash("\(observed.source)\nwithout its order") }
        observed.source =
            (JSON.object([kind.rawValue: row.source, "order": order.row?.source ?? .null])).text
        guard let rules = tenant.company(ofStoreView: view) else { return observed }
        observed.document = number(of: observed, kind, view, rules)
        if let amounts = order.row.flatMap({ self.amounts(of: $0, view: view, rules) }),
            let totals = totals(of: row, kind, view: view)
        {
            observed.amount = amounts.total(base: totals.base, ordered: totals.ordered).decimal
            observed.currency = amounts.currency.code
        }
        return observed
    }

    /// The cancellation of an Adobe invoice that is observed as cancelled; nil for others, and where orders are entered.
    func cancellation(of row: ChangedRow, observed invoice: ObservedDocument) -> ObservedCancellation? {
        guard row.source["state"]?.int == 3, let rules = tenant.company(ofStoreView: invoice.storeView),
            rules.invoiceOn == .invoice
        else { return nil }
        var observed = draft(row, .cancellation, view: invoice.storeView, at: invoice.observedAt)
        observed.source = invoice.source
        observed.contentHash = invoice.contentHash
        observed.orderID = invoice.orderID
        let number = try? DocumentNumbering(rules).cancellation(observed.number, storeView: invoice.storeView)
        observed.document = number?.text ?? observed.number
        observed.amount = invoice.amount
        observed.currency = invoice.currency
        return ObservedCancellation(original: invoice.key, isWhole: true, document: observed)
    }

    /// Whether a worker will want the order: not for what the company's rules leave out. Without a store view of
    /// its own, only the order tells the company.
    func needsOrder(_ row: ChangedRow, of resource: DocumentResource) -> Bool {
        guard row.storeID != nil else { return true }
        guard let rules = tenant.company(ofStoreView: view(of: row)) else { return false }
        switch Disposition(resource.documentKind, under: rules) {
        case .publish, .hold: return true
        case .skip: return false
        }
    }

    private func number(
        of observed: ObservedDocument,
        _ kind: DocumentKind,
        _ view: String,
        _ rules: CompanyRules
    ) -> String {
        let numbering = DocumentNumbering(rules)
        let number: DocumentNumber? =
            switch kind {
            case .invoice: try? numbering.invoice(observed.number, storeView: view)
            case .creditmemo: try? numbering.creditMemo(observed.number, storeView: view)
            case .shipment: try? numbering.shipment(observed.number, storeView: view)
            case .order, .cancellation, .customer: nil
            }
        return number?.text ?? observed.number
    }

    /// The totals of a document that has any and can be read.
    private func totals(of row: ChangedRow, _ kind: DocumentKind, view: String) -> (
        base: StoreDocumentTotals, ordered: StoreDocumentTotals
    )? {
        switch kind {
        case .invoice:
            (try? StoreInvoice(adobe: row.source, storeViewCode: view)).map { ($0.base, $0.ordered) }
        case .creditmemo:
            (try? StoreCreditMemo(adobe: row.source, storeViewCode: view)).map { ($0.base, $0.ordered) }
        case .order, .cancellation, .shipment, .customer: nil
        }
    }
}
