public import Accounting
import ExactJSON
import Foundation
import Sage300

/// What stood in a company's receivables when it was looked at, whoever entered it: what was posted since a day, and the
/// batches that nobody had posted yet. This program's own batches are left out of these.
public struct LedgerSurvey: Sendable {
    /// Since which day posted documents were read.
    public let from: CalendarDate
    /// Posted documents, by customer and number.
    private var posted: [Place: StandingDocument] = [:]
    /// Whether those are all.
    public private(set) var isComplete = true
    /// Entries of batches that are not posted yet.
    private(set) var unposted: [SageInvoiceBatchHead: [StandingDocument]] = [:]
    /// What could not be read, for people.
    public private(set) var remarks: [String] = []
    /// The newest batch anything was posted from.
    private(set) var newestBatch: Int64 = 0

    /// Everything that was read, each document once: one may have been posted between the two readings.
    public var documents: [StandingDocument] {
        var documents: [Place: StandingDocument] = [:]
        for document in unposted.values.flatMap(\.self) { documents[Place(document)] = document }
        for (place, document) in posted { documents[place] = document }
        return Array(documents.values)
    }

    /// How many are posted, and how many are not.
    public var counts: (posted: Int, unposted: Int) {
        (posted.count, unposted.values.reduce(0) { $0 + $1.count })
    }

    /// Nothing yet.
    init(from: CalendarDate) { self.from = from }

    private struct Place: Hashable {
        let customer: String
        let document: String

        init(_ document: StandingDocument) {
            customer = document.customer.uppercased()
            self.document = document.document.uppercased()
        }
    }

    mutating func add(_ documents: [StandingDocument]) {
        for document in documents { posted[Place(document)] = document }
        newestBatch = max(newestBatch, documents.compactMap(\.batch).max() ?? 0)
    }

    mutating func set(_ batches: [SageInvoiceBatchHead: [StandingDocument]]) { unposted = batches }

    /// Something of it could not be read.
    mutating func miss(_ remark: String) {
        isComplete = false
        remarks.append(remark)
    }

    /// Without documents that are this program's own, which are known and would only be read through again.
    mutating func forget(_ numbers: Set<String>) {
        posted = posted.filter { !numbers.contains($0.value.document) }
    }
}

/// Reads what stands in a company's receivables.
public struct LedgerSurveyor: Sendable {
    /// The way to Sage 300.
    let gate: SageGate
    /// Whose receivables.
    let company: CompanyID
    /// More rows than these are not read: a hundred come with a call, and a call takes a second.
    let rowLimit: Int

    /// Batches that are not posted are read one by one; of more than these the oldest are left out.
    private static let batchLimit = 200

    /// A surveyor of one company.
    public init(gate: SageGate, company: CompanyID, rowLimit: Int = 20_000) {
        self.gate = gate
        self.company = company
        self.rowLimit = rowLimit
    }

    /// Everything posted since a day, and what is not posted yet. What the user has no right to read, or the server does not
    /// filter, is remarked and not an error.
    /// - Parameter progress: told now and then, in words, how far it is.
    /// - Throws: `SageError` when Sage 300 does not answer.
    public func survey(from: CalendarDate, progress: (String) -> Void = { _ in }) async throws -> LedgerSurvey
    {
        var survey = LedgerSurvey(from: from)
        // First what is not posted yet: what is posted while this reads is among the posted ones by then.
        try await readUnposted(&survey, progress)
        // Nobody dates an invoice later than that.
        let to = CalendarDate(Date(), in: .gmt).adding(days: 31)
        do {
            let rows = try await gate.call(company) { session throws(SageError) in
                try await session.standingDocuments(from: from, to: to, limit: rowLimit, in: company) {
                    count in
                    progress("\(count) posted documents of \(company) since \(from) read")
                }
            }
            survey.add(rows.documents)
            if !rows.isComplete {
                survey.miss(
                    "More than \(rowLimit) documents were posted in \(company) since \(from): of what was posted after "
                        + "those, only what bears an order's number is looked for. Narrow it with --since."
                )
            }
        } catch let error as SageError where error.tellsNothing {
            survey.miss("Posted documents of \(company) cannot be read by date: \(error.failure.reason)")
        }
        return survey
    }

    /// The same, with what has come to stand there since.
    func refreshed(_ old: LedgerSurvey) async throws -> LedgerSurvey {
        guard old.isComplete, old.newestBatch > 0 else { return try await survey(from: old.from) }
        var survey = old
        let before = Set(old.unposted.keys.map(\.number))
        try await readUnposted(&survey) { _ in }
        // What was posted since has either a newer number, or stood among the unposted.
        let vanished = before.subtracting(survey.unposted.keys.map(\.number)).min()
        let last = min(old.newestBatch, vanished.map { $0 - 1 } ?? old.newestBatch)
        let rows: (documents: [StandingDocument], isComplete: Bool)
        do {
            rows = try await gate.call(company) { session throws(SageError) in
                try await session.standingDocuments(afterBatch: last, limit: rowLimit, in: company)
            }
        } catch let error as SageError where error.isDocumentsFault {
            return try await self.survey(from: old.from)
        }
        guard rows.isComplete else { return try await self.survey(from: old.from) }
        survey.add(rows.documents)
        return survey
    }

    /// Posted documents that bear one of these numbers; none where they cannot be asked for.
    func documents(_ sought: [SoughtDocument]) async throws -> [StandingDocument] {
        let orders = sought.compactMap(\.expected.orderNumber).filter { !$0.isEmpty }
        let numbers = sought.flatMap { [$0.expected.document, $0.expected.number] }
        do {
            return try await gate.call(company) { session throws(SageError) in
                try await session.standingDocuments(ofOrders: orders, documents: numbers, in: company)
            }
        } catch let error as SageError where error.tellsNothing {
            return []
        }
    }

    /// What customers are called, by number in upper case; those that cannot be read are left out.
    func names(of customers: Set<String>) async throws -> [String: String] {
        do {
            return try await gate.call(company) { session throws(SageError) in
                try await session.customers(customers.compactMap { CustomerNumber($0) }, in: company)
            }.compactMapValues { $0.properties["CustomerName"]?.string }
        } catch let error as SageError where error.tellsNothing {
            return [:]
        }
    }

    private func readUnposted(_ survey: inout LedgerSurvey, _ progress: (String) -> Void) async throws {
        do {
            let all = try await gate.call(company) { session throws(SageError) in
                try await session.unpostedInvoiceBatches(in: company)
            }
            let foreign = all.filter { !$0.description.hasPrefix("MLC ") }
            let others = foreign.filter { $0.entries != 0 }
            if others.count > Self.batchLimit {
                survey.miss(
                    "\(company) has \(others.count) batches that are not posted; the newest \(Self.batchLimit) are looked at."
                )
            }
            var batches: [SageInvoiceBatchHead: [StandingDocument]] = [:]
            // Whoever opened an empty one may fill it and post it before this looks again: it would be missed unless it is
            // known to have stood here.
            for batch in foreign where batch.entries == 0 { batches[batch] = [] }
            for (count, batch) in others.suffix(Self.batchLimit).enumerated() {
                progress("\(count) of \(others.count) batches of \(company) that are not posted read")
                batches[batch] = try await entries(of: batch, known: survey)
            }
            survey.set(batches)
        } catch let error as SageError where error.tellsNothing {
            survey.miss("Batches of \(company) that are not posted cannot be read: \(error.failure.reason)")
        }
    }

    /// A batch that looks as it did is not read again.
    private func entries(of batch: SageInvoiceBatchHead, known survey: LedgerSurvey) async throws
        -> [StandingDocument]
    {
        if batch.total != nil, let known = survey.unposted[batch] { return known }
        return try await gate.call(company) { session throws(SageError) in
            try await session.standingDocuments(ofBatch: batch.number, in: company)
        }
    }
}

extension SageError {
    /// What was asked for cannot be read here, for want of a right, a resource or a filter: it will not be in a minute either.
    fileprivate var tellsNothing: Bool {
        isDocumentsFault || hasNoSuchResource || cause == .unreadable
    }
}
