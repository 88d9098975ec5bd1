import Accounting
import Posting
import Sage300

/// Reads what a company of Sage 300 has set up, each thing once, through the gate that guards the sign-in.
///
/// Every read throws a `SageError`, or an error of the database.
struct LedgerReader: Sendable {
    let gate: SageGate
    let company: CompanyID
    private let accounts = Once<SageAccount?>()
    private let groups = Once<SageCustomerGroup?>()
    private let sets = Once<SageAccountSet?>()
    private let termsCodes = Once<SageTerms?>()
    private let taxGroups = Once<SageTaxGroup?>()
    private let authorities = Once<SageTaxAuthority?>()
    private let codes = Once<SageDistributionCode?>()
    private let periods = Once<SageFiscalPeriod?>()
    private let profiles = Once<SageCompanyProfile?>()
    private let currencies = Once<SageCurrency?>()
    private let allAccounts = Once<[SageAccount]>()
    private let guests = Once<SageCustomer?>()

    init(gate: SageGate, company: CompanyID) {
        self.gate = gate
        self.company = company
    }

    /// Any read of the company.
    func read<Value: Sendable>(
        _ body: (SageSession, CompanyID) async throws(SageError) -> Value
    ) async throws -> Value {
        try await gate.call(company) { [company] session throws(SageError) in try await body(session, company)
        }
    }

    /// Whether a resource may be read.
    func probe(_ resource: SageResource) async throws {
        try await read { session, company throws(SageError) in try await session.probe(resource, in: company)
        }
    }

    func account(_ number: String) async throws -> SageAccount? {
        try await accounts.value(number.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.account(number, in: company)
            }
        }
    }

    func group(_ code: String) async throws -> SageCustomerGroup? {
        try await groups.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.customerGroup(code, in: company)
            }
        }
    }

    func accountSet(_ code: String) async throws -> SageAccountSet? {
        try await sets.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.accountSet(code, in: company)
            }
        }
    }

    func terms(_ code: String) async throws -> SageTerms? {
        try await termsCodes.value(code.uppercased()) {
            try await read { session, company throws(SageError) in try await session.terms(code, in: company)
            }
        }
    }

    func taxGroup(_ code: String) async throws -> SageTaxGroup? {
        try await taxGroups.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.taxGroup(code, in: company)
            }
        }
    }

    func taxAuthority(_ code: String) async throws -> SageTaxAuthority? {
        try await authorities.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.taxAuthority(code, in: company)
            }
        }
    }

    func distributionCode(_ code: String) async throws -> SageDistributionCode? {
        try await codes.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.distributionCode(code, in: company)
            }
        }
    }

    func period(of date: CalendarDate) async throws -> SageFiscalPeriod? {
        try await periods.value("\(date)") {
            try await read { session, company throws(SageError) in
                try await session.fiscalPeriod(of: date, in: company)
            }
        }
    }

    func profile() async throws -> SageCompanyProfile? {
        try await profiles.value("") {
            try await read { session, company throws(SageError) in
                try await session.companyProfile(of: company)
            }
        }
    }

    func currency(_ code: String) async throws -> SageCurrency? {
        try await currencies.value(code.uppercased()) {
            try await read { session, company throws(SageError) in
                try await session.currency(code, in: company)
            }
        }
    }

    func customer(_ number: CustomerNumber) async throws -> SageCustomer? {
        try await guests.value(number.text) {
            try await read { session, company throws(SageError) in
                try await session.customer(number, in: company)
            }
        }
    }

    /// Every account of the general ledger: candidates for one that is missing.
    func everyAccount() async throws -> [SageAccount] {
        try await allAccounts.value("") {
            try await read { session, company throws(SageError) in try await session.accounts(in: company) }
        }
    }
}
