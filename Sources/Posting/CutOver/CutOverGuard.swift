import Accounting
import Foundation
import Logging
import Publishing
import Sage300
import Storage
import Tenancy

/// Holds documents of a company's cut-over that somebody seems to have typed by hand, until a person says what they are:
/// entered again, they would double the revenue.
struct CutOverGuard {
    let context: PostingContext
    let company: ServedCompany
    let surveys: CutOverSurveys

    /// So long after its beginning a company is in its cut-over. Documents made later are nobody's but ours.
    private static let days = 31
    /// A survey is not read from further back for documents that are not at hand: an old one that is held for something
    /// else would have the whole ledger read.
    private static let daysForOthers = 92

    /// Looks for the drafts, and holds those that were found.
    /// - Returns: the drafts that are still to be entered.
    func settle(_ drafts: [InvoicePosting.Draft]) async throws -> [InvoicePosting.Draft] {
        guard company.rules.existing == .hold, !drafts.isEmpty else { return drafts }
        try await look(for: drafts)
        let matches = try await context.database.matches(of: drafts.map(\.record.key))
        let holding = Dictionary(
            grouping: matches.filter { $0.decision == nil && $0.found.isToBeHeld },
            by: \.found.key
        )
        guard !holding.isEmpty else { return drafts }
        try await context.record(
            drafts.compactMap { draft in holding[draft.record.key].flatMap { held(draft.record, $0) } }
        )
        return drafts.filter { holding[$0.record.key] == nil }
    }

    /// Remembers what was found of drafts that belong to the cut-over.
    private func look(for drafts: [InvoicePosting.Draft]) async throws {
        let (tenant, rules) = (company.tenant.tenant, company.rules)
        let database = context.database
        guard let beginning = try await database.cutOver(of: tenant, rules.company) else { return }
        let since = CalendarDate(beginning, in: rules.timeZone)
        let end = max(since, rules.startDate ?? since).adding(days: Self.days)
        let sought = drafts.filter { $0.invoice.date <= end }
            .map { SoughtDocument($0.record, $0.invoice, rules) }
        guard let first = sought.map(\.firstDay).min()?.adding(days: -ExistingDocuments.daysBefore)
        else { return }
        let surveyor = LedgerSurveyor(gate: company.gate, company: rules.company)
        let survey = try await surveys.survey(
            of: company.target,
            covering: first,
            by: surveyor,
            context
        ) {
            let oldest = try await database.oldestToEnter(of: tenant, rules.company)
            guard let oldest else { return first }
            let day = CalendarDate(oldest, in: rules.timeZone).adding(days: -ExistingDocuments.daysBefore)
            return min(first, max(day, first.adding(days: -Self.daysForOthers)))
        }
        let taken = TakenPlaces(drafts)
        let found = try await ExistingDocuments(surveyor, database: database)
            .matches(for: sought, in: survey, readsNames: false)
            .filter { $0.isToBeHeld && !taken.holds($0) }
        guard !found.isEmpty else { return }
        try await database.record(found, lookedAt: [])
    }

    private func held(_ record: DocumentRecord, _ matches: [MatchRecord]) -> DocumentTransition? {
        guard let best = matches.max(by: { $0.found.strength < $1.found.strength }) else { return nil }
        let reason = DocumentRecord.existingReason(
            best.found,
            more: matches.count - 1,
            command: "connectorctl existing \(record.key.tenant)"
        )
        context.logger.notice("\(company.rules.company): \(record.document) is held: \(reason)")
        return DocumentTransition(
            record.key,
            revision: record.revision,
            to: .held,
            reason: reason,
            stage: "existing",
            detail: reason
        )
    }
}

/// Where drafts would be entered: Sage 300 knows a document by its customer and number, and refuses a second one.
private struct TakenPlaces {
    private let places: [DocumentKey: (customer: String, number: String)]

    init(_ drafts: [InvoicePosting.Draft]) {
        places = Dictionary(
            drafts.map { draft in
                let invoice = draft.invoice
                return (
                    draft.record.key, (invoice.customer.text.uppercased(), invoice.number.text.uppercased())
                )
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Whether what was found is posted in the very place of its document, which is dead-lettered for it.
    func holds(_ match: FoundMatch) -> Bool {
        guard match.ledger.isPosted, let place = places[match.key] else { return false }
        return place == (match.ledger.customer.uppercased(), match.ledger.document.uppercased())
    }
}

/// What stood in the companies' receivables lately, so that not every batch has to ask.
actor CutOverSurveys {
    private var known: [SageCompany: (survey: LedgerSurvey, readAt: ContinuousClock.Instant)] = [:]

    /// What could not be read of each, as it was told last.
    private var told: [SageCompany: [String]] = [:]

    /// Older than this it is brought up to date: two calls, however many batches were entered meanwhile.
    private static let age = Duration.seconds(300)

    /// What stands there since a day.
    /// - Parameters:
    ///   - first: the day it has to be known from.
    ///   - from: the day to read from, not after `first`; asked for when it has to be read.
    func survey(
        of target: SageCompany,
        covering first: CalendarDate,
        by surveyor: LedgerSurveyor,
        _ context: PostingContext,
        from: @Sendable () async throws -> CalendarDate
    ) async throws -> LedgerSurvey {
        if let (survey, readAt) = known[target], survey.from <= first {
            guard ContinuousClock.now - readAt > Self.age else { return survey }
            return try await keep(try await surveyor.refreshed(survey), of: target, context)
        }
        let day = try await from()
        return try await keep(try await surveyor.survey(from: day), of: target, context)
    }

    private func keep(_ survey: LedgerSurvey, of target: SageCompany, _ context: PostingContext) async throws
        -> LedgerSurvey
    {
        var survey = survey
        survey.forget(
            try await context.database.ownDocuments(survey.documents.map(\.document), of: target)
        )
        known[target] = (survey, .now)
        warn(survey.remarks, of: target, context)
        return survey
    }

    /// What is not seen is entered: somebody has to know, once, and again when it changes.
    private func warn(_ remarks: [String], of target: SageCompany, _ context: PostingContext) {
        guard told[target] ?? [] != remarks else { return }
        told[target] = remarks
        for remark in remarks { context.logger.warning("\(target.company): typed by hand? \(remark)") }
    }
}
