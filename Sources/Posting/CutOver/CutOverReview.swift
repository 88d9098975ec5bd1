public import Accounting
public import Foundation
import Sage300
public import Storage

/// A person's look at what may stand in a company's receivables already, and what that person says to it.
public struct CutOverReview: Sendable {
    /// What was looked at.
    public struct Scope: Sendable {
        /// Whose receivables.
        public let company: CompanyID
        /// Documents of the store that are not in Sage 300.
        public let sought: Int
        /// Posted documents that were read.
        public let posted: Int
        /// Since which day; nil when there was nothing to look for.
        public let from: CalendarDate?
        /// Entries of batches that are not posted.
        public let unposted: Int
        /// What could not be looked at, for people.
        public let remarks: [String]
    }

    private let gate: SageGate
    private let database: Database
    private let tenant: TenantID
    private let rules: CompanyRules
    /// More documents than these are not looked for at once.
    private static let limit = 20_000

    /// A review of one company of a tenant.
    public init(gate: SageGate, database: Database, tenant: TenantID, rules: CompanyRules) {
        self.gate = gate
        self.database = database
        self.tenant = tenant
        self.rules = rules
    }

    private var company: CompanyID { rules.company }
    private var target: SageCompany { SageCompany(address: gate.address, company: company) }

    /// Looks for every document that is not in Sage 300 yet, and remembers what was found: what is certain or likely is not
    /// entered before it is decided. Reads Sage 300 only.
    /// - Parameters:
    ///   - since: leaves out what the store made before.
    ///   - progress: told now and then, in words.
    /// - Throws: `LedgerUnreadable`, or an error of the database.
    public func look(since: CalendarDate?, progress: (String) -> Void) async throws -> Scope {
        let records = try await database.undecided(of: tenant, company, since: since, limit: Self.limit)
        var sought: [SoughtDocument] = []
        for record in records {
            if let document = try await SoughtDocument(record, rules, database) { sought.append(document) }
        }
        guard let first = sought.map(\.firstDay).min() else {
            return Scope(company: company, sought: 0, posted: 0, from: nil, unposted: 0, remarks: [])
        }
        return try await readable {
            let surveyor = LedgerSurveyor(gate: gate, company: company, rowLimit: 50_000)
            let survey = try await surveyor.survey(
                from: first.adding(days: -ExistingDocuments.daysBefore),
                progress: progress
            )
            let found = try await ExistingDocuments(surveyor, database: database)
                .matches(for: sought, in: survey)
            try await remember(found, of: survey, lookedAt: records.map(\.key))
            var remarks = survey.remarks
            if records.count == Self.limit {
                remarks.append(
                    "Only the oldest \(Self.limit) documents were looked for; decide these, then look again."
                )
            }
            return Scope(
                company: company,
                sought: sought.count,
                posted: survey.counts.posted,
                from: survey.from,
                unposted: survey.counts.unposted,
                remarks: remarks
            )
        }
    }

    /// Forgets what is gone only where all of Sage 300 was looked at, and keeps what stands before the days that were read:
    /// those move forward as people decide.
    private func remember(_ found: [FoundMatch], of survey: LedgerSurvey, lookedAt keys: [DocumentKey])
        async throws
    {
        guard survey.isComplete else { return try await database.record(found, lookedAt: []) }
        let earlier = try await database.matches(of: keys).filter { match in
            guard match.decision == nil else { return false }
            guard let date = match.found.ledger.date else { return true }
            return date < survey.from
        }.map(\.found)
        let ledgers = earlier.map(\.ledger)
        let now: [Place: StandingDocument] = try await ledgers.isEmpty ? [:] : self.standing(ledgers)
        let seen = Set(found.map { Pair($0) })
        // What is not posted was looked at, whatever its date.
        let kept = earlier.filter { now[Place($0.ledger)]?.isPosted == true && !seen.contains(Pair($0)) }
        try await database.record(found + kept, lookedAt: keys)
    }

    private struct Pair: Hashable {
        let key: DocumentKey
        let customer: String
        let document: String

        init(_ match: FoundMatch) {
            (key, customer, document) = (match.key, match.ledger.customer, match.ledger.document)
        }
    }

    /// The company's calendar.
    public var timeZone: TimeZone { rules.timeZone }

    /// For a preview: what of these documents may stand there already. Nothing is remembered, and nothing held.
    /// - Parameter documents: as they were read of the store, with the entry each would become.
    /// - Throws: `LedgerUnreadable`, or an error of the database.
    public func candidates(
        for documents: [(observed: ObservedDocument, invoice: ARInvoice)],
        progress: (String) -> Void
    ) async throws -> [FoundMatch] {
        let sought = documents.map { SoughtDocument($0.observed, $0.invoice, rules) }
        guard let first = sought.map(\.expected.date).min() else { return [] }
        return try await readable {
            let surveyor = LedgerSurveyor(gate: gate, company: company)
            let survey = try await surveyor.survey(
                from: first.adding(days: -ExistingDocuments.daysBefore),
                progress: progress
            )
            return try await ExistingDocuments(surveyor, database: database).matches(for: sought, in: survey)
        }
    }

    /// What is not decided of this company, by the store's document.
    public func openMatches() async throws -> [MatchRecord] {
        try await database.openMatches(of: tenant, company)
    }

    /// Links matches of this company. Each is looked up in Sage 300 again: what has gone since, or comes to another amount,
    /// is not linked.
    /// - Throws: `LedgerUnreadable`, or an error of the database.
    public func link(_ matches: [MatchRecord], by actor: String) async throws -> [(MatchRecord, MatchVerdict)]
    {
        let now = try await readable { try await self.standing(matches.map(\.found.ledger)) }
        var verdicts: [(MatchRecord, MatchVerdict)] = []
        for match in matches {
            guard let ledger = now[Place(match.found.ledger)], ledger.total == match.found.ledger.total
            else {
                verdicts.append((match, .gone))
                continue
            }
            verdicts.append((match, try await database.link(match, as: ledger, of: target, by: actor)))
        }
        return verdicts
    }

    private struct Place: Hashable {
        let customer: String
        let document: String

        init(_ document: StandingDocument) { self.init(document.customer, document.document) }

        init(_ customer: String, _ document: String) {
            (self.customer, self.document) = (customer.uppercased(), document.uppercased())
        }
    }

    /// How they stand now.
    private func standing(_ documents: [StandingDocument]) async throws -> [Place: StandingDocument] {
        let wanted = Dictionary(documents.map { (Place($0), $0) }, uniquingKeysWith: { first, _ in first })
        var standing: [Place: StandingDocument] = [:]
        for batch in Set(documents.filter { !$0.isPosted }.compactMap(\.batch)).sorted() {
            let entries = try await gate.call(company) { session throws(SageError) in
                try await session.standingDocuments(ofBatch: batch, in: company)
            }
            for entry in entries where wanted[Place(entry)] != nil { standing[Place(entry)] = entry }
        }
        // What stood in a batch may have been posted since.
        let left = wanted.filter { standing[$0.key] == nil }.values.map(\.document)
        let posted = try await gate.call(company) { session throws(SageError) in
            try await session.postedDocuments(left, in: company)
        }
        for document in posted {
            let place = Place(document.customer, document.document)
            guard var found = wanted[place] else { continue }
            (found.isPosted, found.total, found.batch) = (true, document.total, document.batch ?? found.batch)
            standing[place] = found
        }
        return standing
    }

    private func readable<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as SageError { throw LedgerUnreadable(error.failure) }
    }
}

/// Sage 300 did not let itself be read; nothing was changed anywhere.
public struct LedgerUnreadable: Error, Sendable, CustomStringConvertible {
    /// What happened and what is done about it.
    public let failure: Failure

    init(_ failure: Failure) { self.failure = failure }

    /// Both in words.
    public var description: String { "\(failure.reason) \(failure.nextStep)" }
}
