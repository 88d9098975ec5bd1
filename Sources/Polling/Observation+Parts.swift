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
        if case .missing = order { observed.contentHash = Self.hash("\(observed.source)\nwithout its order") }
        observed.source =
            (JSON.object([kind.rawValue: row.source, "order": order.row?.source ?? .null])).text
        guard let rules = tenant.company(ofStoreView: view) else { return observed }
        observed.document = number(of: observed, kind, view, rules)
        if let amounts = order.row.flatMap({ self.amounts(of: $0, view: view, rules) }),
            let totals = totals(of: row, kind, view: view)
        {
            observed.amount = amounts.total(base: totals.base, ordered: totals.ordered)
            observed.currency = amounts.currency.code
        }
        return observed
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
