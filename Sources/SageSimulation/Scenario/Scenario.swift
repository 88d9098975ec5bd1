import Foundation

/// What a simulator starts with; documented in `docs/simulators-sage.md`.
public struct Scenario: Sendable {
    /// An operator of Sage 300.
    struct User: Sendable, Equatable {
        var name: String
        var password: String
        /// Companies the user may open; nil for all.
        var companies: Set<String>?
        /// Programs the user holds the "Sage 300 Web API" right for: `AR`, `GL`, `CS`, `TX`.
        var modules: Set<String>

        /// A user with every right in every company.
        init(
            name: String,
            password: String,
            companies: Set<String>? = nil,
            modules: Set<String> = ["AR", "GL", "CS", "TX"]
        ) {
            self.name = name
            self.password = password
            self.companies = companies
            self.modules = modules
        }
    }

    /// How slow Sage is, in milliseconds.
    struct Latency: Sendable, Equatable {
        /// Every call.
        var call = 0
        /// More for every invoice or journal entry in a POST or PATCH.
        var entry = 0
        /// Every posting run.
        var posting = 0
        /// More for every entry posted.
        var postingEntry = 0

        /// No waiting at all.
        init() {}
    }

    var companies: [CompanyScenario] = [CompanyScenario()]
    var users: [User] = [User(name: "CONNECTOR", password: "SECRET")]
    /// Bad passwords before a user is locked; 0 for never.
    var lockout = 5
    /// What an unknown company is answered with: 401, 404 or 500.
    var unknownCompanyStatus = 401
    /// Whether `ADMIN` may use the Web API.
    var allowsAdmin = false
    var pageSize = 100
    /// `accept`, `ignore` or `reject`.
    var orderBy = "accept"
    /// Whether `or` in a filter is refused.
    var refusesOr = false
    /// `both`, `v4` or `v3`.
    var filterDates = "both"
    /// Whether answers carry properties at their default that are rarely used.
    var writesFullBodies = false
    var latency = Latency()
    /// How many requests the log remembers.
    var keptRequests = 1000
    var faults: [FaultPlan] = []

    /// The company, user and codes of the example tenant file.
    public init() {}
}

/// One company database.
struct CompanyScenario: Sendable {
    /// A general ledger account.
    struct Account: Sendable, Equatable {
        var code: String
        var name: String
        var isBalanceSheet = false
        var isActive = true
        /// Accepts subledger postings only.
        var isControl = false
        /// Whether anything may be posted to it.
        var allowsPosting = true
        /// Account group; empty without one.
        var group = ""
    }

    struct Group: Sendable, Equatable {
        var code: String
        var accountSet = "TRADE"
        var terms = "CARD"
        var taxGroup = "ECOM"
        var isActive = true
        var name: String?
        var optionalFields: [String] = []
    }

    struct AccountSet: Sendable, Equatable {
        var code: String
        var receivables = "1200"
        var currency = "USD"
    }

    struct Terms: Sendable, Equatable {
        var code: String
        var days = 0
        var isActive = true
        var name: String?
    }

    struct TaxGroup: Sendable, Equatable {
        var code: String
        var authority: String
        /// Percent.
        var rate: Decimal = 0
        var account = "2200"
        var name: String?
    }

    struct DistributionCode: Sendable, Equatable {
        var code: String
        var account: String
        var isActive = true
    }

    struct Customer: Sendable, Equatable {
        var number: String
        var name: String
        var group = "WEB"
        var isActive = true
        var isOnHold = false
    }

    var code = "SAMINC"
    var name = "Sample Company Inc."
    var currency = "USD"
    /// Home currency per unit of a foreign one.
    var rates: [String: Decimal] = ["EUR": Decimal(sign: .plus, exponent: -2, significand: 110)]
    var accounts = CompanyScenario.usualAccounts
    var groups = [
        Group(code: "WEB"), Group(code: "WEBEUR", accountSet: "TREUR"),
    ]
    var accountSets = [
        AccountSet(code: "TRADE"), AccountSet(code: "TREUR", receivables: "1210", currency: "EUR"),
    ]
    var terms = [Terms(code: "CARD"), Terms(code: "NET30", days: 30)]
    var taxGroups = [
        TaxGroup(code: "ECOM", authority: "ECOMTX", rate: 10),
        TaxGroup(code: "CATAX", authority: "CASALES", rate: 8),
    ]
    var distributionCodes = [
        DistributionCode(code: "WEBSAL", account: "4000"), DistributionCode(code: "WEBSHP", account: "4100"),
    ]
    var customers = [
        Customer(number: "WEBGUEST", name: "Web store guests"),
        Customer(number: "GUESTEUR", name: "Web store guests EUR", group: "WEBEUR"),
    ]
    var fiscalYears = 2020...2030
    /// `2026-03`: locked for A/R and G/L.
    var closedPeriods: Set<String> = []
    /// Optional fields that customers and invoices may carry; nil for any.
    var optionalFields: Set<String>?
    var rules = Rules()

    /// A company the example tenant file works with.
    init() {}

    static let usualAccounts = [
        Account(code: "1200", name: "Accounts receivable", isBalanceSheet: true),
        Account(code: "1210", name: "Accounts receivable EUR", isBalanceSheet: true),
        Account(code: "2200", name: "Sales tax payable", isBalanceSheet: true),
        Account(code: "2310", name: "Gift cards", isBalanceSheet: true),
        Account(code: "2320", name: "Store credit", isBalanceSheet: true),
        Account(code: "2330", name: "Reward points", isBalanceSheet: true),
        Account(code: "2500", name: "Deferred revenue", isBalanceSheet: true),
        Account(code: "4000", name: "Revenue"), Account(code: "4100", name: "Shipping revenue"),
        Account(code: "4200", name: "Discounts"), Account(code: "4300", name: "Adjustments"),
        Account(code: "4990", name: "Rounding"),
    ]
}
