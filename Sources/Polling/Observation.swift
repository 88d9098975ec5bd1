import Accounting
import AdobeCommerce
import Crypto
import ExactJSON
import Foundation
import Publishing
import Storage
import Tenancy

/// Turns rows of a store into documents to remember: which company they belong to, what their number will be.
struct Observation {
    let tenant: TenantConfiguration
    /// Codes of the store's views by id.
    let storeViews: [Int: String]

    init(tenant: TenantConfiguration, storeViews: [Int: String]) {
        self.tenant = tenant
        self.storeViews = storeViews
    }

    init(tenant: TenantConfiguration, storeViews: [StoreView]) {
        self.init(
            tenant: tenant,
            storeViews: Dictionary(
                storeViews.map { ($0.id, $0.code) },
                uniquingKeysWith: { first, _ in first }
            )
        )
    }

    /// An order.
    /// - Parameter observedAt: when it was read, by the store's clock.
    func order(_ row: ChangedRow, at observedAt: Date) -> ObservedDocument {
        let view = view(of: row)
        var observed = draft(row, .order, view: view, at: observedAt)
        if let rules = tenant.company(ofStoreView: view) {
            // What cannot be numbered or totalled here fails in the worker, which says why.
            let numbering = DocumentNumbering(rules)
            if let document = try? numbering.invoice(observed.number, storeView: view) {
                observed.document = document.text
            }
            if let amounts = amounts(of: row, view: view, rules) {
                observed.amount = amounts.documentTotal.decimal
                observed.currency = amounts.currency.code
            }
        }
        observed.orderID = row.entityID
        return observed
    }

    /// What was cancelled of an order; nil where nothing is, or where invoices and not orders are entered.
    func cancellation(of row: ChangedRow, at observedAt: Date) -> ObservedCancellation? {
        let view = view(of: row)
        guard row.source.looksCancelled, let rules = tenant.company(ofStoreView: view),
            rules.invoiceOn == .order,
            let order = try? StoreOrder(adobe: row.source, storeViewCode: view),
            CancellationGate.isCancelled(order)
        else { return nil }
        var observed = draft(row, .cancellation, view: view, at: observedAt)
        observed.orderID = row.entityID
        let number = try? DocumentNumbering(rules).cancellation(observed.number, storeView: view)
        observed.document = number?.text ?? observed.number
        if let amounts = try? OrderAmounts(order, rules: rules) {
            observed.amount = amounts.canceledTotal.decimal
            observed.currency = amounts.currency.code
        }
        return ObservedCancellation(
            original: DocumentKey(
                tenant: tenant.tenant,
                company: rules.company,
                kind: .order,
                sourceID: row.entityID
            ),
            isWhole: CancellationGate.isWhole(order),
            document: observed
        )
    }

    /// A customer.
    func customer(_ row: ChangedRow, at observedAt: Date) -> ObservedDocument {
        let view = view(of: row)
        var observed = draft(row, .customer, view: view, at: observedAt)
        if let rules = tenant.company(ofStoreView: view) {
            let numbering = DocumentNumbering(rules)
            if let number = try? numbering.registeredCustomer(row.entityID, currency: rules.currency) {
                observed.document = number.text
            }
        }
        return observed
    }

    func view(of row: ChangedRow) -> String { row.storeID.flatMap { storeViews[$0] } ?? "" }

    func amounts(of order: ChangedRow, view: String, _ rules: CompanyRules) -> OrderAmounts? {
        guard let order = try? StoreOrder(adobe: order.source, storeViewCode: view) else { return nil }
        return try? OrderAmounts(order, rules: rules)
    }

    /// A document as the row tells it, under the store's own number.
    func draft(_ row: ChangedRow, _ kind: DocumentKind, view: String, at observedAt: Date) -> ObservedDocument
    {
        let source = row.source.text
        let number = row.incrementID ?? String(row.entityID)
        return ObservedDocument(
            key: DocumentKey(
                tenant: tenant.tenant,
                company: tenant.company(ofStoreView: view)?.company,
                kind: kind,
                sourceID: row.entityID
            ),
            number: number,
            document: number,
            storeView: view,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            observedAt: observedAt,
            source: source,
            contentHash: Self.hash(source),
            amount: nil,
            currency: nil
        )
    }

    static func hash(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }
}

/// What a store cancelled of a document that may be in the ledger.
struct ObservedCancellation {
    /// The document it takes back.
    let original: DocumentKey
    /// Whether all of it is cancelled, so that its own gate leaves it out unless it is in the ledger by now.
    let isWhole: Bool
    let document: ObservedDocument
}

extension JSON {
    /// Whether an order may have something cancelled: looked at before all of it is read.
    fileprivate var looksCancelled: Bool {
        self["state"]?.string == "canceled" || (self["base_total_canceled"]?.decimal ?? 0) != 0
            || (self["total_canceled"]?.decimal ?? 0) != 0
            || self["items"]?.array?.contains { ($0["qty_canceled"]?.decimal ?? 0) != 0 } == true
    }
}
