public import Accounting
import ExactJSON
import Foundation
import Messaging
public import Storage
public import Tenancy

/// What would be posted of a document, or why it would not.
public struct PreviewedDocument: Sendable {
    /// What becomes of it.
    public enum Outcome: Sendable {
        /// An entry like this.
        case entry(ARInvoice)
        /// None, for this reason.
        case leftOut(String)
        /// None yet, for this reason.
        case held(String)
        /// None until this is mended.
        case refused(Failure)
    }

    /// Which document.
    public let key: DocumentKey
    /// The store's number.
    public let number: String
    /// Its number in Sage 300, or the store's where there can be none.
    public let document: String
    /// What kind.
    public let kind: DocumentKind
    /// Whose books it belongs to; nil for a store view of no company.
    public let company: CompanyID?
    /// What becomes of it.
    public let outcome: Outcome
}

/// Maps documents by a tenant's configuration as if they were entered now: writes nothing, asks nobody.
public enum Preview {
    /// What would become of each document, in their sequence. A number that two of them would have in one company is a
    /// failure of both.
    public static func of(_ documents: [ObservedDocument], _ tenant: TenantConfiguration)
        -> [PreviewedDocument]
    {
        var holders: [String: Set<DocumentKey>] = [:]
        for document in documents { holders[place(document), default: []].insert(document.key) }
        return documents.map { document in
            var outcome = outcome(of: document, tenant)
            if case .entry = outcome, (holders[place(document)]?.count ?? 0) > 1 {
                outcome = .refused(.documentNumberTaken(document.document))
            }
            return PreviewedDocument(
                key: document.key,
                number: document.number,
                document: document.document,
                kind: document.key.kind,
                company: document.key.company,
                outcome: outcome
            )
        }
    }

    private static func place(_ document: ObservedDocument) -> String {
        "\(document.key.company?.name ?? "")/\(document.document.uppercased())"
    }

    private static func outcome(of observed: ObservedDocument, _ tenant: TenantConfiguration)
        -> PreviewedDocument.Outcome
    {
        guard let rules = observed.key.company.flatMap({ tenant.rules(of: $0) }) else {
            return .refused(.storeViewUnmapped(observed.storeView))
        }
        do throws(Failure) {
            let document = try StoreDocument(envelope(observed), movedAt: observed.updatedAt)
            switch document.gate(rules) {
            case .enter: return .entry(try entry(of: document, rules))
            case .hold(let reason): return .held(reason)
            case .skip(let reason), .supersede(let reason): return .leftOut(reason)
            }
        } catch {
            return .refused(error)
        }
    }

    /// As if everything that comes before it were posted.
    private static func entry(of document: StoreDocument, _ rules: CompanyRules) throws(Failure) -> ARInvoice
    {
        guard let order = document.order else { throw .orderMissing(nil) }
        let customer = try CustomerChoice.forOrder(order, rules: rules).number
        let numbering = DocumentNumbering(rules)
        switch document {
        case .invoice(let invoice, let order):
            return try InvoiceMapping.invoice(for: invoice, of: order, rules: rules, customer: customer)
        case .creditMemo(let memo, let order):
            return try CreditNoteMapping.creditNote(
                for: memo,
                of: order,
                history: OrderHistory(),
                rules: rules,
                customer: customer,
                appliedTo: try numbering.invoice(order.incrementID, storeView: order.storeView)
            )
        case .order(let order):
            return try OrderMapping.invoice(for: order, rules: rules, customer: customer)
        // No sample holds these.
        case .cancelledOrder, .cancelledInvoice, .shipment, .customer: throw .orderMissing(nil)
        }
    }

    private static func envelope(_ observed: ObservedDocument) -> Envelope {
        Envelope(
            tenant: observed.key.tenant,
            company: observed.key.company,
            kind: observed.key.kind,
            sourceID: observed.key.sourceID,
            number: observed.number,
            document: observed.document,
            revision: 1,
            storeView: observed.storeView,
            run: nil,
            firstPublishedAt: observed.observedAt,
            source: (try? JSON(parsing: observed.source)) ?? .object([:])
        )
    }
}

extension Failure {
    /// A number that another document has is never used a second time.
    static func documentNumberTaken(_ document: String) -> Failure {
        Failure(
            .mapping,
            code: "document-number-taken",
            reason: "Number \(document) is used by another document of this company.",
            nextStep:
                "Give one of the store views a documentPrefix of its own in the tenant file, then replay."
        )
    }

    /// A store view of no company has no books.
    static func storeViewUnmapped(_ storeView: String) -> Failure {
        Failure(
            .mapping,
            code: "store-view-unmapped",
            reason: "Store view \"\(storeView)\" belongs to no company of the tenant file.",
            subject: storeView,
            nextStep: "Add it to a company's storeViews in the tenant file."
        )
    }
}
