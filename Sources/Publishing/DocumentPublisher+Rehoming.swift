import Accounting
public import Storage
import Tenancy

extension DocumentPublisher {
    /// A document without a company gets the one its store view belongs to by now; any other is left as it is.
    public func rehomed(_ document: DocumentRecord) async throws -> DocumentRecord {
        guard document.key.company == nil, let tenant = try await database.tenant(document.key.tenant),
            let configuration = try? TenantFile.parseStored(tenant.configuration),
            let rules = configuration.company(ofStoreView: document.storeView)
        else { return document }
        return try await database.move(document.key, to: rules.company) ?? document
    }
}
