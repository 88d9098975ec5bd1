public import Accounting
public import Sage300

/// What an interview has to know of a company in Sage 300. What the user may not read is nil.
public struct LedgerSurvey: Sendable {
    /// The company.
    public let company: CompanyID
    /// What it is called.
    public var name: String?
    /// ISO code of its home currency.
    public var homeCurrency: String?
    /// Customer groups that are in use.
    public var groups: [SageCustomerGroup]?
    /// The currency of each account set.
    public var accountSetCurrencies: [String: String] = [:]
    /// Terms that are in use.
    public var terms: [SageTerms]?
    /// Tax groups for sales.
    public var taxGroups: [SageTaxGroup]?
    /// Accounts of the general ledger that can be posted to.
    public var accounts: [SageAccount]?
    /// What could not be read, and why.
    public var gaps: [String] = []

    /// Reads a company: the first request alone, because it is the one that signs in.
    /// - Parameter progress: told what is being read.
    /// - Throws: `SageError` where nothing can be learned: no answer, no sign-in, no such company.
    public static func read(
        _ session: SageSession,
        _ company: CompanyID,
        progress: @Sendable (String) async -> Void = { _ in }
    ) async throws -> LedgerSurvey {
        var survey = LedgerSurvey(company: company)
        await progress("customer groups")
        survey.groups = try await session.customerGroups(in: company).filter(\.isActive)
        let sets = try await survey.reading("account sets") { try await session.accountSets(in: company) }
        for set in sets ?? [] { survey.accountSetCurrencies[set.code] = set.currency?.uppercased() }
        await progress("terms, tax groups and the company's profile")
        survey.terms = try await survey.reading("terms") {
            try await session.terms(in: company).filter(\.isActive)
        }
        survey.taxGroups = try await survey.reading("tax groups") { try await session.taxGroups(in: company) }
        let profile = try await survey.reading("the company's profile") {
            try await session.companyProfile(of: company)
        }
        survey.name = profile??.name?.trimmedText
        survey.homeCurrency = profile??.homeCurrency
        await progress("accounts")
        survey.accounts = try await survey.reading("accounts") {
            try await session.accounts(in: company).filter {
                $0.isActive && $0.allowsPosting && !$0.isControl
            }
        }
        return survey
    }

    /// A part that may be missing: a module that is not activated, a right that is not given.
    private mutating func reading<Part: Sendable>(_ what: String, _ body: () async throws -> Part)
        async throws
        -> Part?
    {
        do { return try await body() } catch let error as SageError {
            switch error.cause {
            case .forbidden, .notFound, .refused, .unavailable, .unreadable:
                gaps.append("\(what) cannot be read (\(error.message.prefix(120)))")
                return nil
            case .unreachable, .noAnswer, .busy, .locked, .credentials: throw error
            }
        }
    }

    private init(company: CompanyID) { self.company = company }
}
