import Accounting
import AdobeCommerce
import Crypto
import ExactJSON
import Foundation
import Storage
import Tenancy

/// Turns rows of a store into documents to remember: which company they belong to, what their number will be.
struct Observation {
    let tenant: TenantConfiguration
    /// Codes of the store's views by id.
    let storeViews: [Int: String]

    func order(_ row: ChangedRow) -> ObservedDocument {
        let view = row.storeID.flatMap { storeViews[$0] } ?? ""
        let rules = tenant.company(ofStoreView: view)
        let number = row.incrementID ?? String(row.entityID)
        var document = number
        var amount: Decimal?
        var currency: String?
        if let rules {
            // What cannot be numbered or totalled here fails in the worker, which says why.
            document = (try? DocumentNumbering(rules).invoice(number, storeView: view).text) ?? number
            if let order = try? StoreOrder(adobe: row.source, storeViewCode: view),
                let amounts = try? OrderAmounts(order, rules: rules)
            {
                amount = amounts.documentTotal
                currency = amounts.currency.code
            }
        }
        return observed(row, .order, number, document, view, rules, amount, currency)
    }

    func customer(_ row: ChangedRow) -> ObservedDocument {
        let view = row.storeID.flatMap { storeViews[$0] } ?? ""
        let rules = tenant.company(ofStoreView: view)
        let number = String(row.entityID)
        let document = rules.flatMap {
            try? DocumentNumbering($0).registeredCustomer(row.entityID, currency: $0.currency).text
        }
        return observed(row, .customer, number, document ?? number, view, rules, nil, nil)
    }

    private func observed(
        _ row: ChangedRow,
        _ kind: DocumentKind,
        _ number: String,
        _ document: String,
        _ view: String,
        _ rules: CompanyRules?,
        _ amount: Decimal?,
        _ currency: String?
    ) -> ObservedDocument {
        let source = row.source.text
        return ObservedDocument(
            key: DocumentKey(
                tenant: tenant.tenant,
                company: rules?.company,
                kind: kind,
                sourceID: row.entityID
            ),
            number: number,
            document: document,
            storeView: view,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            source: source,
            contentHash: Array(SHA256.hash(data: Data(source.utf8))),
            amount: amount,
            currency: currency
        )
    }
}
