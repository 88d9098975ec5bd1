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
    /// Not seen yet; nil where the store does not say which it is.
    case unknown(DocumentKey?)

    /// - Throws: `Failure` for what is posted under a number or a customer that no credit note can name: it will not be
    ///   posted in another way, whoever waits for it.
    init(_ records: [DocumentRecord], or key: DocumentKey?) throws(Failure) {
        // Of several, one that is posted is what can be credited.
        let posted = records.filter { $0.state == .posted }
        let creditable = posted.lazy.compactMap { record -> InvoiceStanding? in
            guard let number = DocumentNumber(standing: record.ledgerNumber),
                let customer = record.sageCustomer.flatMap({ CustomerNumber(standing: $0) })
            else { return nil }
            return .posted(number, customer)
        }.first
        if let creditable {
            self = creditable
        } else if let record = posted.first {
            throw .notCreditable(record)
        } else if let pending = records.first(where: { !$0.state.isLeftOut }) {
            self = .pending(pending)
        } else if let record = records.first {
            self = .leftOut(record.reason ?? record.state.rawValue)
        } else {
            self = .unknown(key)
        }
    }
}

extension Failure {
    fileprivate static func notCreditable(_ record: DocumentRecord) -> Failure {
        Failure(
            .document,
            code: "invoice-not-creditable",
            reason:
                "Its invoice \(record.document) is posted, but no credit note can name it or its customer.",
            moneyAtRisk: true,
            nextStep: "Enter the credit note in Sage 300 by hand and discard this failure."
        )
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
    /// How what it takes back stands, among the documents of its order; nil for what takes nothing back.
    /// - Throws: `Failure` for what is posted and cannot be named in a credit note.
    func credited(among documents: [DocumentRecord], _ key: DocumentKey, _ rules: CompanyRules)
        throws(Failure) -> InvoiceStanding?
    {
        let kind: DocumentKind
        let sourceID: Int64?
        switch self {
        case .creditMemo(_, let order) where rules.invoiceOn == .order:
            (kind, sourceID) = (.order, order.entityID)
        // Made from the order, a credit memo names no invoice: any of the order's will do.
        case .creditMemo(let memo, _): (kind, sourceID) = (.invoice, memo.invoiceID)
        case .cancelledOrder(let order): (kind, sourceID) = (.order, order.entityID)
        case .cancelledInvoice(let invoice, _): (kind, sourceID) = (.invoice, invoice.entityID)
        case .order, .invoice, .shipment, .customer: return nil
        }
        let records = documents.filter {
            $0.key.kind == kind && (sourceID == nil || $0.key.sourceID == sourceID)
        }
        return try InvoiceStanding(
            records,
            or: sourceID.map {
                DocumentKey(tenant: key.tenant, company: key.company, kind: kind, sourceID: $0)
            }
        )
    }
}
