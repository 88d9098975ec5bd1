public import Foundation

/// What one company's part of the tenant file says (contract, tenant file): everything the mapping may decide by.
public struct CompanyRules: Sendable, Hashable {
    /// Which Adobe document becomes the AR invoice.
    public enum InvoiceTrigger: String, Sendable, CaseIterable { case order, invoice }
    /// What happens to documents whose total is zero.
    public enum ZeroTotals: String, Sendable, CaseIterable { case skip, enter }
    /// Whether batches stay Open for a person or are posted.
    public enum Posting: String, Sendable, CaseIterable { case review, automatic }
    /// One customer for all guests, or one each.
    public enum Guests: String, Sendable, CaseIterable { case shared, individual }

    /// Whether a document of the cut-over that somebody seems to have typed by hand waits for a person, or is entered all
    /// the same.
    public enum Existing: String, Sendable, CaseIterable { case hold, ignore }

    /// When deferred shipping becomes revenue: with the first shipment, or with each by its share of the units.
    public enum ShippingRecognition: String, Sendable, CaseIterable { case first, share }

    /// A store view with its prefix, where it has one of its own.
    public struct StoreView: Sendable, Hashable {
        /// Adobe's code.
        public var code: String
        /// Replaces the company's prefix.
        public var documentPrefix: String?
        /// A view.
        public init(code: String, documentPrefix: String? = nil) {
            self.code = code
            self.documentPrefix = documentPrefix
        }
    }

    /// A foreign currency the company enters orders in.
    public struct ForeignCurrency: Sendable, Hashable {
        /// Sage customer group for customers in that currency.
        public var group: String
        /// Shared guest customer in that currency.
        public var guestCustomer: String?
        /// Ends every customer number in that currency.
        public var suffix: String
        /// A foreign currency.
        public init(group: String, guestCustomer: String?, suffix: String) {
            self.group = group
            self.guestCustomer = guestCustomer
            self.suffix = suffix
        }
    }

    /// How customers are numbered and grouped.
    public struct Customers: Sendable, Hashable {
        /// Sage customer group.
        public var group: String
        /// Begins every customer number.
        public var prefix: String
        /// Shared or individual.
        public var guests: Guests
        /// The shared guest customer's number.
        public var guestCustomer: String?
        /// The optional field of Sage 300's customers that keeps the store's id; nil: none does.
        public var optionalField: String?
        /// What is written when a customer is created and is Sage 300's from then on.
        public var sageOwns: Set<CustomerField> = []
        /// Rules for customers.
        public init(group: String, prefix: String, guests: Guests, guestCustomer: String?) {
            self.group = group
            self.prefix = prefix
            self.guests = guests
            self.guestCustomer = guestCustomer
        }
    }

    /// How tax reaches the ledger: a distribution line, or Sage's own tax fields by authority.
    public enum TaxPosting: Sendable, Hashable {
        /// A distribution line on `accounts.tax`.
        case account
        /// Adobe tax code pattern (`US-CA-*`) to Sage tax group and authority, first match wins, in file order.
        case authority([TaxAuthorityRule])
    }

    /// One row of `taxAuthorities`.
    public struct TaxAuthorityRule: Sendable, Hashable {
        /// Pattern of Adobe's tax code with `*`.
        public var pattern: String
        /// Sage tax group.
        public var group: String
        /// Sage tax authority.
        public var authority: String
        /// A row.
        public init(pattern: String, group: String, authority: String) {
            self.pattern = pattern
            self.group = group
            self.authority = authority
        }
    }

    /// Sage company.
    public var company: CompanyID
    /// Store views whose documents come here.
    public var storeViews: [StoreView]
    /// Begins every document number.
    public var documentPrefix: String
    /// The company's calendar.
    public var timeZone: TimeZone
    /// Home currency.
    public var currency: Currency
    /// Foreign currencies by ISO code.
    public var currencies: [String: ForeignCurrency] = [:]
    /// Which Adobe document becomes the AR invoice.
    public var invoiceOn: InvoiceTrigger = .order
    /// Orders in any other status are held.
    public var statuses: [String] = ["processing", "complete", "closed"]
    /// Documents created before that day (company calendar) are skipped.
    public var startDate: CalendarDate?
    /// What happens to zero totals.
    public var zeroTotals: ZeroTotals = .skip
    /// What happens to a document of the cut-over that stands in Sage 300 already.
    public var existing: Existing = .hold
    /// Whether batches are posted.
    public var posting: Posting = .review
    /// What Sage 300's database for this company can hold.
    public var codePage: CodePage = .windows1252
    /// Customers.
    public var customers: Customers
    /// Sage terms code.
    public var terms: String?
    /// Sage tax group.
    public var taxGroup: String?
    /// Accounts.
    public var accounts: Accounts
    /// Tax posting.
    public var taxPosting: TaxPosting = .account
    /// What decides before the above, in the sequence of the tenant file.
    public var accountRules: [AccountRule] = []
    /// When deferred shipping is recognised.
    public var shippingRecognition: ShippingRecognition = .first
    /// Largest difference that may go to `rounding`; nil: (lines + 2) of the smallest unit.
    public var roundingCap: Amount?
    /// Invoices in one batch, 1 to 500.
    public var batchMaximumEntries = 50
    /// How long a batch waits for more documents, in seconds.
    public var batchMaximumWaitSeconds: Decimal = 2

    /// Rules with every optional key at its default.
    public init(
        company: CompanyID,
        storeViews: [StoreView],
        documentPrefix: String,
        timeZone: TimeZone,
        currency: Currency,
        customers: Customers,
        accounts: Accounts
    ) {
        self.company = company
        self.storeViews = storeViews
        self.documentPrefix = documentPrefix
        self.timeZone = timeZone
        self.currency = currency
        self.customers = customers
        self.accounts = accounts
    }

    /// The prefix of documents of a store view: its own, else the company's.
    public func prefix(forStoreView code: String) -> String {
        storeViews.first { $0.code == code }?.documentPrefix ?? documentPrefix
    }
}
