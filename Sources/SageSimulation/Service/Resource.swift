/// An endpoint: what it holds and which verbs it takes (endpoint reference, Aug 2022; reference §1).
enum Resource: String, Sendable, CaseIterable {
    case customers = "ARCustomers"
    case customerGroups = "ARCustomerGroups"
    case shipToLocations = "ARShipToLocations"
    case terms = "ARTerms"
    case accountSets = "ARAccountSets"
    case distributionCodes = "ARDistributionCodes"
    case invoiceBatches = "ARInvoiceBatches"
    case postInvoices = "ARPostInvoices"
    case postedDocuments = "ARPostedDocuments"
    case createLedgerBatch = "ARCreateGLBatch"
    case accounts = "GLAccounts"
    case journalBatches = "GLJournalBatches"
    case postJournal = "GLPostJournal"
    case postedTransactions = "GLPostedTransactions"
    case fiscalCalendars = "CSFiscalCalendars"
    case companyProfile = "CSCompanyProfile"
    case currencyCodes = "CSCurrencyCodes"
    case currencyRateTypes = "CSCurrencyRateTypes"
    case taxGroups = "TXTaxGroups"
    case taxAuthorities = "TXTaxAuthorities"

    var module: SageModule {
        switch self {
        case .accounts, .journalBatches, .postJournal, .postedTransactions: .ledger
        case .fiscalCalendars, .companyProfile, .currencyCodes, .currencyRateTypes: .common
        case .taxGroups, .taxAuthorities: .tax
        default: .receivable
        }
    }

    /// True for what is run, not read.
    var isProcess: Bool {
        switch self {
        case .postInvoices, .createLedgerBatch, .postJournal: true
        default: false
        }
    }

    var verbs: Set<String> {
        switch self {
        case .customers, .customerGroups, .shipToLocations, .terms, .accountSets, .distributionCodes,
            .accounts, .currencyCodes, .currencyRateTypes:
            ["GET", "POST", "PUT", "PATCH", "DELETE"]
        case .invoiceBatches, .journalBatches: ["GET", "POST", "PATCH"]
        case .postInvoices, .createLedgerBatch, .postJournal: ["POST"]
        case .postedDocuments, .postedTransactions, .fiscalCalendars, .companyProfile, .taxGroups,
            .taxAuthorities:
            ["GET"]
        }
    }

    func schema(for rules: Rules) -> EntitySchema {
        switch self {
        case .customers: .customer
        case .customerGroups: .customerGroup
        case .shipToLocations: .shipToLocation
        case .terms: .terms
        case .accountSets: .accountSet
        case .distributionCodes: .distributionCode
        case .invoiceBatches: .invoiceBatch
        case .postInvoices: .postInvoices(from: rules.receivablePostFrom, to: rules.receivablePostTo)
        case .postedDocuments: .postedDocument
        case .createLedgerBatch: .createLedgerBatch
        case .accounts: .account
        case .journalBatches: .journalBatch
        case .postJournal: .postJournal(from: rules.ledgerPostFrom, to: rules.ledgerPostTo)
        case .postedTransactions: .postedTransaction
        case .fiscalCalendars: .fiscalCalendar
        case .companyProfile: .companyProfile
        case .currencyCodes: .currencyCode
        case .currencyRateTypes: .currencyRateType
        case .taxGroups: .taxGroup
        case .taxAuthorities: .taxAuthority
        }
    }

    /// Properties looked up often: filters on them need not read the whole table.
    var indexedProperties: [String] {
        switch self {
        case .postedDocuments: ["CustomerNumber", "DocumentNumber", "OrderNumber"]
        case .postedTransactions: ["BatchNumber", "AccountNumber", "JournalDetailReference"]
        case .shipToLocations: ["CustomerNumber"]
        case .customers: ["Email"]
        default: []
        }
    }
}
