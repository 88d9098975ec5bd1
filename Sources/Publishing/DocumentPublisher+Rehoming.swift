import Accounting
import Foundation
public import Storage
import Tenancy

extension DocumentPublisher {
    /// A document without a company gets the one its store view belongs to by now; any other is left as it is.
    public func rehomed(_ document: DocumentRecord) async throws -> DocumentRecord {
        try await rehomed([document]).first ?? document
    }

    /// The same for many; each tenant's file is read once.
    func rehomed(_ documents: [DocumentRecord]) async throws -> [DocumentRecord] {
        var configurations: [TenantID: TenantConfiguration] = [:]
        for tenant in Set(documents.filter { $0.key.company == nil }.map(\.key.tenant)) {
            guard let record = try await database.tenant(tenant) else { continue }
            configurations[tenant] = try? TenantFile.parseStored(record.configuration)
        }
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
