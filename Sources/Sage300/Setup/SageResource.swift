public import Accounting

/// What the connector reads or writes of a company, each behind a right of its own (reference Sage 2).
public enum SageResource: String, Sendable, Hashable, CaseIterable {
    case customers = "AR/ARCustomers"
    case customerGroups = "AR/ARCustomerGroups"
    case terms = "AR/ARTerms"
    case distributionCodes = "AR/ARDistributionCodes"
    case invoiceBatches = "AR/ARInvoiceBatches"
    case postedDocuments = "AR/ARPostedDocuments"
    case accounts = "GL/GLAccounts"
    case journalBatches = "GL/GLJournalBatches"
    case taxGroups = "TX/TXTaxGroups"
    case fiscalCalendars = "CS/CSFiscalCalendars"
    case companyProfile = "CS/CSCompanyProfile"

    /// The program it belongs to, for instance `AR`: the right "Sage 300 Web API" is given program by program.
    public var module: String { String(rawValue.prefix(2)) }

    /// A property that every release has; rows of batches are large otherwise.
    var selection: [String] {
        switch self {
        case .customers, .postedDocuments: ["CustomerNumber"]
        case .invoiceBatches, .journalBatches: ["BatchNumber"]
        case .customerGroups: ["GroupCode"]
        case .accounts: ["UnformattedAccount"]
        case .taxGroups: ["TaxGroupKey"]
        case .fiscalCalendars: ["FiscalYear"]
        case .terms, .distributionCodes, .companyProfile: []
        }
    }
}

extension SageSession {
    /// Reads one row of a resource, to learn whether it may be read.
    public func probe(_ resource: SageResource, in company: CompanyID) async throws(SageError) {
        let query = ODataQuery(select: resource.selection, top: 1)
        do throws(SageError) { _ = try await get(company, resource.rawValue, query) } catch {
            guard error.status == 400, !resource.selection.isEmpty else { throw error }
            _ = try await get(company, resource.rawValue, ODataQuery(top: 1))
        }
    }
}
