public import Accounting
import Foundation
public import Posting
public import Sage300
public import Storage
public import Tenancy

/// Compares mapped documents with Sage 300 as it stands: reads only, one refused sign-in at most.
public struct LedgerComparison: Sendable {
    private let database: Database
    private let gate: SageGate

    /// A comparison through a tenant's gate.
    public init(database: Database, gate: SageGate) {
        self.database = database
        self.gate = gate
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// What is in the way of documents that could be mapped, by document.
        public var obstacles: [DocumentKey: [Failure]] = [:]
        /// Companies that could not be compared, and why.
        public var notCompared: [CompanyID: String] = [:]
        /// What Sage 300 offers of each company that was compared.
        public var offers: [CompanyID: LedgerOffers] = [:]

        /// Nothing was compared yet.
        public init() {}
    }

    /// What is in the way of those of the documents that could be entered. Documents that are in the ledger already, or
    /// on their way there, are not looked at.
    /// - Parameter progress: told of each company before it is asked.
    /// - Throws: an error of the database.
    public func outcome(
        of documents: [PreviewedDocument],
        _ tenant: TenantConfiguration,
        progress: (CompanyID) -> Void = { _ in }
    ) async throws -> Outcome {
        var outcome = Outcome()
        var end: String?
        for rules in tenant.companies {
            let company = rules.company
            let own = documents.filter { $0.company == company }
            guard !own.isEmpty else { continue }
            if let end {
                outcome.notCompared[company] = end
                continue
            }
            progress(company)
            do {
                let entries = try await unentered(own)
                let reader = LedgerReader(gate: gate, company: company)
                let comparison = CompanyComparison(rules: rules, reader: reader, database: database)
                outcome.obstacles.merge(try await comparison.obstacles(of: entries)) { $1 }
                outcome.offers[company] = try await LedgerOffers(reader)
            } catch let error as SageError {
                outcome.notCompared[company] = error.failure.reason
                if error.endsAsking { end = error.failure.reason }
            }
        }
        return outcome
    }

    private func unentered(_ documents: [PreviewedDocument]) async throws -> [(DocumentKey, ARInvoice)] {
        let known = try await database.documents(documents.map(\.key))
        return documents.compactMap { document in
            guard case .entry(let invoice) = document.outcome else { return nil }
            switch known[document.key]?.state {
            case .posting, .inDoubt, .entered, .posted: return nil
            case .waiting, .held, .superseded, .skipped, .dead, nil: return (document.key, invoice)
            }
        }
    }
}

/// What a company of Sage 300 has to choose from; empty where it does not show it.
public struct LedgerOffers: Sendable {
    /// Accounts of the general ledger.
    public let accounts: [SageAccount]
    /// Customer groups with the currency their customers are kept in.
    public let groups: [(group: SageCustomerGroup, currency: String?)]
    /// Terms.
    public let terms: [SageTerms]
    /// Tax groups for sales.
    public let taxGroups: [SageTaxGroup]

    init(_ reader: LedgerReader) async throws {
        func list<Element: Sendable>(_ read: () async throws -> [Element]) async throws -> [Element] {
            do { return try await read() } catch let error as SageError {
                guard error.cause != .credentials else { throw error }
                return []
            }
        }
        accounts = try await list { try await reader.everyAccount() }
        terms = try await list {
            try await reader.read { session, company throws(SageError) in try await session.terms(in: company)
            }
        }
        taxGroups = try await list {
            try await reader.read { session, company throws(SageError) in
                try await session.taxGroups(in: company)
            }
        }
        let sets = try await list {
            try await reader.read { session, company throws(SageError) in
                try await session.accountSets(in: company)
            }
        }
        let groups = try await list {
            try await reader.read { session, company throws(SageError) in
                try await session.customerGroups(in: company)
            }
        }
        let currencies = Dictionary(
            sets.map { ($0.code, $0.currency) },
            uniquingKeysWith: { first, _ in first }
        )
        self.groups = groups.filter(\.isActive).map { group in
            (group, group.accountSet.flatMap { currencies[$0] ?? nil })
        }
    }
}
