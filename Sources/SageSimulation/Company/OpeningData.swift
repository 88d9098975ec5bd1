import Foundation

/// The records a company starts with.
struct OpeningData {
    private(set) var records: [(Resource, Record)] = []

    init(_ scenario: CompanyScenario) {
        addLedger(scenario)
        addReceivables(scenario)
        for customer in scenario.customers { records.append((.customers, Self.customer(customer, scenario))) }
        for year in scenario.fiscalYears { add(.fiscalCalendars, Self.calendar(year, scenario)) }
        var profile = Record(.companyProfile)
        profile.set("CompanyProfileKey", scenario.code)
        profile.set("CompanyName", scenario.name)
        profile.set("FunctionalCurrency", scenario.currency)
        profile.set("MulticurrencySwitch", scenario.rates.isEmpty ? "No" : "Yes")
        profile.set("NumberOfFiscalPeriods", 12)
        add(.companyProfile, profile)
        addCurrencies(scenario)
    }

    private mutating func addCurrencies(_ scenario: CompanyScenario) {
        for code in Set([scenario.currency] + scenario.rates.keys).sorted() {
            var record = Record(.currencyCode)
            record.set("CurrencyCodeKey", code)
            record.set("Description", code)
            record.set("DecimalPlaces", CompanyScenario.places(of: code))
            add(.currencyCodes, record)
        }
        var spot = Record(.currencyRateType)
        spot.set("RateTypeKey", "SP")
        spot.set("Description", "Spot rate")
        add(.currencyRateTypes, spot)
    }

    private mutating func add(_ resource: Resource, _ record: Record) { records.append((resource, record)) }

    private mutating func addLedger(_ scenario: CompanyScenario) {
        for account in scenario.accounts { add(.accounts, Self.account(account)) }
        for group in scenario.taxGroups {
            var record = Record(.taxGroup)
            record.set("TaxGroupKey", group.code)
            record.set("Description", group.name ?? group.code)
            record.set("TaxReportingCurrency", scenario.currency)
            record.set("TaxAuthority1", group.authority)
            add(.taxGroups, record)
            var authority = Record(.taxAuthority)
            authority.set("TaxAuthorityKey", group.authority)
            authority.set("Description", group.name ?? group.authority)
            authority.set("TaxReportingCurrency", scenario.currency)
            authority.set("TaxLiabilityAccount", group.account)
            add(.taxAuthorities, authority)
        }
    }

    private mutating func addReceivables(_ scenario: CompanyScenario) {
        for set in scenario.accountSets {
            var record = Record(.accountSet)
            record.set("AccountSetKey", set.code)
            record.set("Description", set.code)
            record.set("ReceivablesControlAccount", set.receivables)
            record.set("CurrencyCode", set.currency)
            add(.accountSets, record)
        }
        for terms in scenario.terms {
            var record = Record(.terms)
            record.set("TermsCode", terms.code)
            record.set("Description", terms.name ?? terms.code)
            record.set("Status", terms.isActive ? "Active" : "Inactive")
            record.set("DueDateTableStartingDay1", terms.days)
            record.set("NumberOfPayments", 1)
            record.set("TotalPercentDue", 100)
            add(.terms, record)
        }
        for code in scenario.distributionCodes {
            var record = Record(.distributionCode)
            record.set("DistributionCodeKey", code.code)
            record.set("Description", code.code)
            record.set("RevenueAccount", code.account)
            record.set("Status", code.isActive ? "Active" : "Inactive")
            add(.distributionCodes, record)
        }
        for group in scenario.groups {
            var record = Record(.customerGroup)
            record.set("GroupCode", group.code)
            record.set("Description", group.name ?? group.code)
            record.set("Status", group.isActive ? "Active" : "Inactive")
            record.set("AccountSet", group.accountSet)
            record.set("Terms", group.terms)
            record.set("TaxGroup", group.taxGroup)
            record.set(
                "CustomerGroupOptionalFieldVa",
                group.optionalFields.map { name in
                    var row = Record(.optionalFields("CustomerGroupOptionalFieldVa", .receivable))
                    row.set("OptionalField", name)
                    return row
                }
            )
            add(.customerGroups, record)
        }
    }

    static func account(_ account: CompanyScenario.Account) -> Record {
        var record = Record(.account)
        record.set("UnformattedAccount", account.key)
        record.set("AccountNumber", account.code)
        record.set("Description", account.name)
        record.set("AccountType", account.isBalanceSheet ? "BalanceSheet" : "IncomeStatement")
        record.set(
            "NormalBalanceDRCR",
            account.isBalanceSheet && account.code.hasPrefix("1") ? "Debit" : "Credit"
        )
        record.set("Status", account.isActive ? "Active" : "Inactive")
        record.set("ControlAccount", account.isControl ? "Yes" : "No")
        record.set("PostToAccount", account.allowsPosting ? "Detail" : "Prohibited")
        record.set("AccountGroupCode", account.group)
        return record
    }

    static func customer(_ customer: CompanyScenario.Customer, _ scenario: CompanyScenario) -> Record {
        let group = scenario.groups.first { $0.code == customer.group }
        let set = scenario.accountSets.first { $0.code == group?.accountSet }
        var record = Record(.customer)
        record.set("CustomerNumber", customer.number)
        record.set("CustomerName", customer.name)
        record.set("GroupCode", customer.group)
        record.set("AccountSet", group?.accountSet ?? "")
        record.set("Terms", group?.terms ?? "")
        record.set("TaxGroup", group?.taxGroup ?? "")
        record.set("CurrencyCode", set?.currency ?? scenario.currency)
        record.set("Status", customer.isActive ? "Active" : "Inactive")
        record.set("OnHold", customer.isOnHold ? "Yes" : "No")
        return record
    }

    /// Fiscal periods are the calendar's months.
    static func calendar(_ year: Int, _ scenario: CompanyScenario) -> Record {
        var record = Record(.fiscalCalendar)
        record.set("FiscalYear", year.padded(4))
        record.set("NumberOfFiscalPeriods", 12)
        for period in 1...12 {
            let next = CalendarDay(year: period == 12 ? year + 1 : year, month: period % 12 + 1, day: 1)
            record.set("FiscalPeriod\(period)StartDate", CalendarDay(year: year, month: period, day: 1))
            record.set("FiscalPeriod\(period)EndDate", next?.adding(days: -1))
            guard scenario.rules.showsPeriodStatus else { continue }
            let isClosed = scenario.closedPeriods.contains("\(year)-\(period.padded(2))")
            record.set("FiscalPeriod\(period)Status", isClosed ? "Locked" : "Open")
        }
        return record
    }
}

extension CompanyScenario.Account {
    /// The number without what stands between its segments.
    var key: String { Self.key(code) }

    static func key(_ code: String) -> String { code.filter { !"-/\\. ".contains($0) } }
}

extension CompanyScenario {
    /// ISO 4217 minor units of the currencies that do not have two.
    static func places(of currency: String) -> Int {
        switch currency {
        case "JPY", "KRW", "CLP", "ISK", "VND", "XAF", "XOF": 0
        case "KWD", "BHD", "OMR", "JOD", "TND": 3
        default: 2
        }
    }
}
