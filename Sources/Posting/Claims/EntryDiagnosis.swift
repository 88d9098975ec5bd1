import Accounting
import ExactJSON
import Sage300
import Storage

/// Why Sage 300 does not take an entry, by what can be read: customers, posted documents, the fiscal calendar and
/// accounts. What it says itself is prose that changes with language and release, and of posting it says nothing.
struct EntryDiagnosis {
    let context: PostingContext
    let company: ServedCompany

    /// A cause that reading has proved.
    enum Finding: Hashable {
        case customerMissing(String)
        case customerInactive(String)
        case numberTaken(document: String, batch: Int64?)
        case periodLocked(year: String, period: Int, date: CalendarDate)
        case periodMissing(CalendarDate)
        case accountMissing(String)
        case accountInactive(String)
    }

    /// The first cause of each entry that has one. Reads a company's tables once for all entries; what cannot be read, for
    /// want of a right or an answer, proves nothing.
    /// - Parameter own: the batch the entries stand in: documents that were posted from it are no others'.
    func findings(for entries: [ClaimEntry], own: Int64? = nil) async -> [DocumentKey: Finding] {
        let facts = entries.map(EntryFacts.init)
        let customers = await customers(facts)
        let taken = await takenNumbers(facts, own)
        let periods = await evidence(of: Set(facts.compactMap(\.postingDate)), period)
        let accounts = await evidence(of: Set(facts.flatMap(\.accounts)), account)
        var findings: [DocumentKey: Finding] = [:]
        for (entry, fact) in zip(entries, facts) {
            findings[entry.key] =
                customers[fact.customer] ?? taken[fact.place] ?? fact.postingDate.flatMap { periods[$0] }
                ?? fact.accounts.lazy.compactMap { accounts[$0] }.first
        }
        return findings
    }

    private func read<Value: Sendable>(
        _ body: (SageSession, CompanyID) async throws(SageError) -> Value
    ) async -> Value? {
        let id = company.rules.company
        return try? await company.gate.call(id) { session throws(SageError) in try await body(session, id) }
    }

    private func customers(_ facts: [EntryFacts]) async -> [String: Finding] {
        let numbers = Set(facts.map(\.customer)).compactMap { CustomerNumber($0) }
        guard
            let found = await read({ session, id throws(SageError) in
                try await session.customers(numbers, in: id)
            })
        else { return [:] }
        var findings: [String: Finding] = [:]
        for number in numbers {
            guard let customer = found[number.text] else {
                findings[number.text] = .customerMissing(number.text)
                continue
            }
            if !customer.isActive { findings[number.text] = .customerInactive(number.text) }
        }
        return findings
    }

    /// Documents are told apart by customer and number (reference Sage 6.3).
    private func takenNumbers(_ facts: [EntryFacts], _ own: Int64?) async -> [EntryFacts.Place: Finding] {
        let numbers = Set(facts.map(\.place.document)).sorted()
        guard
            let posted = await read({ session, id throws(SageError) in
                try await session.postedDocuments(numbers, in: id)
            })
        else { return [:] }
        var findings: [EntryFacts.Place: Finding] = [:]
        for document in posted where own == nil || document.batch != own {
            let place = EntryFacts.Place(customer: document.customer, document: document.document)
            findings[place] = .numberTaken(document: place.document, batch: document.batch)
        }
        return findings
    }

    private func period(_ date: CalendarDate) async -> Finding? {
        let answer = await read { session, id throws(SageError) in
            try await session.fiscalPeriod(of: date, in: id)
        }
        guard let answer else { return nil }
        guard let period = answer else { return .periodMissing(date) }
        guard period.isLocked == true else { return nil }
        return .periodLocked(year: period.year, period: period.period, date: date)
    }

    private func account(_ code: String) async -> Finding? {
        let answer = await read { session, id throws(SageError) in
            try await session.account(code, in: id)
        }
        guard let answer else { return nil }
        guard let account = answer else { return .accountMissing(code) }
        return account.isActive ? nil : .accountInactive(code)
    }

    private func evidence<Subject: Hashable>(
        of subjects: Set<Subject>,
        _ finding: (Subject) async -> Finding?
    ) async -> [Subject: Finding] {
        var findings: [Subject: Finding] = [:]
        for subject in subjects { findings[subject] = await finding(subject) }
        return findings
    }
}

/// What of an entry may be the reason that Sage 300 does not take it.
private struct EntryFacts {
    /// What tells documents apart.
    struct Place: Hashable {
        let customer: String
        let document: String

        init(customer: String, document: String) {
            self.customer = customer.uppercased()
            self.document = document.uppercased()
        }
    }

    let place: Place
    let postingDate: CalendarDate?
    let accounts: [String]

    var customer: String { place.customer }

    init(_ entry: ClaimEntry) {
        place = Place(customer: entry.customer, document: entry.document)
        // Written by this program, as `ARInvoice.entryJSON` does.
        let payload = (try? JSON(parsing: entry.payload)) ?? .null
        postingDate = (payload["PostingDate"]?.string).flatMap { CalendarDate(String($0.prefix(10))) }
        accounts = (payload["InvoiceDetails"]?.array ?? []).compactMap { $0["RevenueAccount"]?.string }
    }
}

extension EntryDiagnosis.Finding {
    /// Stable, for grouping.
    var code: String {
        switch self {
        case .customerMissing: "customer-missing"
        case .customerInactive: "customer-inactive"
        case .numberTaken: "number-taken"
        case .periodLocked: "period-closed"
        case .periodMissing: "period-missing"
        case .accountMissing: "account-missing-in-sage"
        case .accountInactive: "account-inactive"
        }
    }

    /// What failures of one cause share besides the code; never a number of one document.
    var subject: String {
        switch self {
        case .customerMissing, .numberTaken: ""
        case .customerInactive(let customer): customer
        case .periodLocked(let year, let period, _): "\(year)-\(period)"
        case .periodMissing(let date): "\(date.year)"
        case .accountMissing(let account), .accountInactive(let account): account
        }
    }

    /// One sentence.
    var reason: String {
        switch self {
        case .customerMissing(let customer): "customer \(customer) does not exist in Sage 300."
        case .customerInactive(let customer): "customer \(customer) is inactive in Sage 300."
        case .numberTaken(let document, let batch):
            "document number \(document) is already used for this customer in Sage 300"
                + (batch.map { ", posted with batch \($0)." } ?? ".")
        case .periodLocked(let year, let period, let date):
            "fiscal period \(period) of \(year), which its posting date \(date) falls in, is closed in Sage 300."
        case .periodMissing(let date):
            "its posting date \(date) is in no fiscal period of Sage 300's calendar."
        case .accountMissing(let account): "account \(account) does not exist in Sage 300's general ledger."
        case .accountInactive(let account): "account \(account) is inactive in Sage 300's general ledger."
        }
    }

    /// Who does what next.
    var nextStep: String {
        switch self {
        case .customerMissing: "Replay: the customer is created again."
        case .customerInactive(let customer):
            "Make customer \(customer) active in A/R Customers, or correct the tenant file, then replay."
        case .numberTaken:
            "Look whether the document of that number in Sage 300 is this one, entered by hand: if so, link it "
                + "(connectorctl existing); if not, give the company or store view another documentPrefix in the tenant "
                + "file, then replay."
        case .periodLocked:
            "Open the period in Common Services, Fiscal Calendar, or agree with the controller on what becomes of the "
                + "document, then replay."
        case .periodMissing: "Create the fiscal year in Common Services, Fiscal Calendar, then replay."
        case .accountMissing(let account):
            "Create account \(account) in G/L Accounts, or correct accounts in the tenant file, then replay."
        case .accountInactive(let account):
            "Make account \(account) active in G/L Accounts, or correct accounts in the tenant file, then replay."
        }
    }
}
