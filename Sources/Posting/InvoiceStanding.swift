import Accounting
import Foundation
import Messaging
import Publishing
import Storage

/// How the document stands in the ledger that a credit note takes back: a credit note needs its invoice posted.
enum InvoiceStanding: Sendable {
    /// In the ledger, for this customer.
    case posted(DocumentNumber, CustomerNumber)
    /// Not there yet.
    case pending(DocumentRecord)
    /// It will never be: it was left out, or another took its place.
    case leftOut(String)
    /// Not seen yet.
    case unknown(DocumentKey)

    init(_ records: [DocumentRecord], or key: DocumentKey) {
        // Of several, one that is posted is what can be credited.
        let posted = records.lazy.compactMap { record -> InvoiceStanding? in
            guard record.state == .posted, let number = DocumentNumber(record.document),
                let customer = record.sageCustomer.flatMap({ CustomerNumber($0) })
            else { return nil }
            return .posted(number, customer)
        }.first
        if let posted {
            self = posted
        } else if let pending = records.first(where: { !$0.state.isLeftOut }) {
            self = .pending(pending)
        } else if let record = records.first {
            self = .leftOut(record.reason ?? record.state.rawValue)
        } else {
            self = .unknown(key)
        }
    }
}

extension DocumentState {
    /// It will never be in the ledger.
    fileprivate var isLeftOut: Bool {
        switch self {
        case .skipped, .superseded: true
        case .waiting, .held, .posting, .inDoubt, .entered, .posted, .dead: false
        }
    }
}

extension StoreDocument {
    /// What of this order's documents in the ledger it takes back; nil for what takes nothing back.
    func credited(among documents: [DocumentRecord], _ key: DocumentKey, _ rules: CompanyRules)
        -> InvoiceStanding?
    {
        let (kind, id): (DocumentKind, Int64?) =
            switch self {
            case .creditMemo(let memo, let order):
                rules.invoiceOn == .order ? (.order, order.entityID) : (.invoice, memo.invoiceID)
            case .cancelledOrder(let order): (.order, order.entityID)
            case .cancelledInvoice(let invoice, _): (.invoice, invoice.entityID)
            case .order, .invoice, .shipment, .customer: (.order, nil)
            }
        switch self {
        case .order, .invoice, .shipment, .customer: return nil
        case .creditMemo, .cancelledOrder, .cancelledInvoice: break
        }
        let records = documents.filter { $0.key.kind == kind && (id == nil || $0.key.sourceID == id) }
        return InvoiceStanding(
            records,
            or: DocumentKey(
                tenant: key.tenant,
                company: key.company,
                kind: kind,
                sourceID: id ?? order?.entityID ?? 0
            )
        )
    }

    /// What else happened to its order, of what is remembered.
    static func history(_ documents: [DocumentRecord]) -> OrderHistory {
        var history = OrderHistory()
        for record in documents {
            switch try? StoreDocument(Envelope(record)) {
            case .shipment(let shipment, _): history.shipments.append(shipment)
            case .creditMemo(let memo, _): history.creditMemos.append(memo)
            case .order, .invoice, .cancelledOrder, .cancelledInvoice, .customer, nil: break
            }
        }
        return history
    }
}
