import Accounting
import Foundation
import Posting
import Sage300
import Storage

/// Compares the documents of one company with what Sage 300 has, each thing read once.
struct CompanyComparison: Sendable {
    let rules: CompanyRules
    let reader: LedgerReader
    let database: Database

    /// What is in the way of each entry; entries without an obstacle are left out.
    /// - Throws: a `SageError` that concerns the whole company, or an error of the database.
    func obstacles(of entries: [(DocumentKey, ARInvoice)]) async throws -> [DocumentKey: [Failure]] {
        let invoices = entries.map(\.1)
        // The company is asked at all: what cannot be read afterwards proves nothing.
        try await reader.probe(.customers)
        let customers = try await customers(invoices)
        let taken = try await takenNumbers(invoices)
        let periods = try await periods(invoices)
        let codes = try await codes(invoices)
        var obstacles: [DocumentKey: [Failure]] = [:]
        for (key, invoice) in entries {
            let found =
                [customers[invoice.customer], taken[invoice.number.text.uppercased()], periods[invoice.date]]
                .compactMap(\.self) + invoice.namedCodes.compactMap { codes[$0] }
            if !found.isEmpty { obstacles[key] = found }
        }
        return obstacles
    }

    /// A read that may fail without failing the comparison.
    private func readable<Value: Sendable>(_ read: () async throws -> Value?) async throws -> Value? {
        do { return try await read() } catch let error as SageError {
            guard !error.endsAsking else { throw error }
            return nil
        }
    }

    // MARK: Customers

    /// Customers that stand there and cannot be entered for; those that do not stand there are created.
    private func customers(_ invoices: [ARInvoice]) async throws -> [CustomerNumber: Failure] {
        let numbers = Array(Set(invoices.map(\.customer)))
        let found = try await readable {
            try await reader.read { session, company throws(SageError) in
                try await session.customers(numbers, in: company)
            }
        }
        guard let found else { return [:] }
        let target = SageCompany(address: reader.gate.address, company: rules.company)
        let known = try await database.knownCustomers(numbers, of: target)
        let currencies = Dictionary(
            invoices.map { ($0.customer, $0.currency) },
            uniquingKeysWith: { first, _ in first }
        )
        var failures: [CustomerNumber: Failure] = [:]
        for number in numbers {
            failures[number] = failure(
                of: number,
                found[number.text],
                isOurs: known.contains(number.text),
                currency: currencies[number]?.code
            )
        }
        return failures
    }

    private func failure(
        of number: CustomerNumber,
        _ customer: SageCustomer?,
        isOurs: Bool,
        currency: String?
    ) -> Failure? {
        let guests = rules.guestCustomers
        guard let customer else {
            return guests.contains(number.text) ? .guestMissing(number, rules) : nil
        }
        if !customer.isActive {
            return .customerUnfit(number, "is inactive", "Make it active in A/R Customers.")
        }
        if customer.isOnHold {
            return .customerUnfit(number, "is on hold", "Take it off hold in A/R Customers.")
        }
        if let currency, let kept = customer.currency, kept.uppercased() != currency {
            return .customerUnfit(
                number,
                "is kept in \(kept), the document is in \(currency)",
                "Choose another customers.prefix or currency suffix in the tenant file."
            )
        }
        // Of a customer of ours, the group is Sage 300's since it was created.
        let groups = rules.groups
        if !isOurs, !guests.contains(number.text), let group = customer.group,
            !groups.contains(group.uppercased())
        {
            return .customerOfAnotherGroup(number, group, rules)
        }
        return nil
    }

    // MARK: Numbers

    private func takenNumbers(_ invoices: [ARInvoice]) async throws -> [String: Failure] {
        let numbers = invoices.map(\.number.text)
        let posted = try await readable {
            try await reader.read { session, company throws(SageError) in
                try await session.postedDocuments(numbers, in: company)
            }
        }
        let open = try await readable {
            try await reader.read { session, company throws(SageError) in
                try await session.documentsInOpenBatches(in: company)
            }
        }
        var failures: [String: Failure] = [:]
        for (number, batch) in open ?? [:] {
            failures[number] = .numberTaken(number, "in Open batch \(batch)")
        }
        for document in posted ?? [] {
            let place = document.batch.map { "posted with batch \($0)" } ?? "among the posted documents"
            failures[document.document.uppercased()] = .numberTaken(document.document, place)
        }
        return failures
    }

    // MARK: Periods

    private func periods(_ invoices: [ARInvoice]) async throws -> [CalendarDate: Failure] {
        let dates = Set(invoices.map(\.date))
        let found = try await readable {
            try await reader.read { session, company throws(SageError) in
                try await session.fiscalPeriods(of: dates, in: company)
            }
        }
        guard let found else { return [:] }
        var failures: [CalendarDate: Failure] = [:]
        for date in dates {
            guard let period = found[date] else {
                failures[date] = .periodMissing(date)
                continue
            }
            if period.isLocked == true { failures[date] = .periodLocked(period) }
        }
        return failures
    }

    // MARK: Codes

    private func codes(_ invoices: [ARInvoice]) async throws -> [NamedCode: Failure] {
        var failures: [NamedCode: Failure] = [:]
        for code in Set(invoices.flatMap(\.namedCodes)).sorted(by: { $0.text < $1.text }) {
            failures[code] = try await readable { try await failure(of: code) }
        }
        return failures
    }

    private func failure(of code: NamedCode) async throws -> Failure? {
        switch code {
        case .account(let number, let use):
            guard let account = try await reader.account(number) else {
                return .codeMissing("account-missing-in-sage", "account", number, rules)
            }
            return AccountFit.problem(of: account, as: use).map { .accountUnfit(number, $0, rules) }
        case .distributionCode(let code):
            let found = try await reader.distributionCode(code)
            return found?.isActive == true
                ? nil
                : .codeMissing("distribution-code-missing-in-sage", "active distribution code", code, rules)
        case .terms(let code):
            let found = try await reader.terms(code)
            return found?.isActive == true
                ? nil : .codeMissing("terms-missing-in-sage", "active terms", code, rules)
        case .taxGroup(let code):
            let found = try await reader.taxGroup(code)
            return found != nil ? nil : .codeMissing("tax-group-missing-in-sage", "tax group", code, rules)
        case .group:
            let found = try await reader.group(rules.customers.group)
            return found?.isActive == true
                ? nil
                : .codeMissing("group-missing-in-sage", "active customer group", rules.customers.group, rules)
        }
    }
}

/// A code of Sage 300 that a document names.
enum NamedCode: Hashable {
    case account(String, AccountKey)
    case distributionCode(String)
    case terms(String)
    case taxGroup(String)
    /// The company's customer group, which new customers get.
    case group

    var text: String { "\(self)" }
}

extension ARInvoice {
    /// Every code it names, each once.
    var namedCodes: [NamedCode] {
        var codes: [NamedCode] = [.group]
        for line in lines {
            switch line.target {
            case .account(let number): codes.append(.account(number, line.role.accountKey))
            case .distributionCode(let code): codes.append(.distributionCode(code))
            }
        }
        if let terms { codes.append(.terms(terms)) }
        if let taxGroup { codes.append(.taxGroup(taxGroup)) }
        var seen: Set<NamedCode> = []
        return codes.filter { seen.insert($0).inserted }
    }
}

extension ARInvoice.Line.Role {
    /// What an account for such a line has to be. A product's may be deferred, so any kind fits.
    fileprivate var accountKey: AccountKey {
        switch self {
        case .tax: .tax
        case .giftCard: .giftCard
        case .storeCredit: .storeCredit
        case .rewardPoints: .rewardPoints
        case .fixedProductTax: .fixedProductTax
        case .product, .shipping, .discount, .giftWrapping, .fee, .adjustment, .rounding: .adjustment
        }
    }
}

extension CompanyRules {
    /// Numbers of the customers that guests share, in upper case.
    fileprivate var guestCustomers: Set<String> {
        guard customers.guests == .shared else { return [] }
        let numbers = [customers.guestCustomer] + currencies.values.map(\.guestCustomer)
        return Set(numbers.compactMap { $0?.uppercased() })
    }

    /// Customer groups of the file, in upper case.
    fileprivate var groups: Set<String> {
        Set(([customers.group] + currencies.values.map(\.group)).map { $0.uppercased() })
    }
}
