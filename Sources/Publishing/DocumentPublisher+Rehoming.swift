import Accounting
import Foundation
import Storage
import Tenancy

extension DocumentPublisher {
    /// Documents without a company get the one their store view belongs to by now; the others are left as they are.
    /// Each tenant's file is read once.
    func rehomed(_ documents: [DocumentRecord]) async throws -> [DocumentRecord] {
        let configurations = try await configurations(of: documents.filter { $0.key.company == nil })
        var rehomed: [DocumentRecord] = []
        for document in documents {
            let configuration = document.key.company == nil ? configurations[document.key.tenant] : nil
            guard let rules = configuration?.company(ofStoreView: document.storeView) else {
                rehomed.append(document)
                continue
            }
            let moved = try await database.move(
                document.key,
                to: rules.company,
                document: document.number(under: rules)
            )
            rehomed.append(moved ?? document)
        }
        return rehomed
    }

    /// The tenant files in force of these documents; each is read once.
    func configurations(of documents: [DocumentRecord]) async throws -> [TenantID: TenantConfiguration] {
        var configurations: [TenantID: TenantConfiguration] = [:]
        for tenant in Set(documents.map(\.key.tenant)) {
            guard let record = try await database.tenant(tenant) else { continue }
            configurations[tenant] = try? TenantFile.parseStored(
                record.configuration,
                version: record.version
            )
        }
        return configurations
    }
}

extension DocumentRecord {
    /// The document's number in Sage 300; the store's where there can be none, which the worker then says.
    fileprivate func number(under rules: CompanyRules) -> String {
        let numbering = DocumentNumbering(rules)
        let text: String? =
            switch key.kind {
            case .order, .invoice: try? numbering.invoice(number, storeView: storeView).text
            case .creditmemo: try? numbering.creditMemo(number, storeView: storeView).text
            case .cancellation: try? numbering.cancellation(number, storeView: storeView).text
            case .shipment: try? numbering.shipment(number, storeView: storeView).text
            case .customer: try? numbering.registeredCustomer(key.sourceID, currency: rules.currency).text
            }
        return text ?? number
    }
}
