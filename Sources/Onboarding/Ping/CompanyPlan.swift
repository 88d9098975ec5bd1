import Accounting
import Foundation
import Sage300

/// The checks of one company of Sage 300 that opens.
struct CompanyPlan: Sendable {
    let rules: CompanyRules
    let reader: LedgerReader
    /// Who signs in, for sentences.
    let user: String
    /// The moment that open periods are asked for.
    let now: Date

    /// Makes the checks: rights first, so that a module that may not be read is said once.
    /// - Parameter reason: why none of them can be made; nil when they can.
    func made(unless reason: String?, _ progress: PingProgress) async throws -> [PingCheck] {
        guard reason == nil else {
            return (rights + setup(forbidden: [])).left(because: reason ?? "", progress)
        }
        let known = try await rights.made(progress)
        let forbidden = zip(resources, known).filter { !$1.isFine }.map(\.0)
        return known + (try await setup(forbidden: Set(forbidden)).made(progress))
    }

    // MARK: Rights

    /// What is read of the company, and what reading proves of writing: nothing.
    private var resources: [SageResource] {
        var resources: [SageResource] = [
            .customers, .customerGroups, .invoiceBatches, .postedDocuments, .accounts,
        ]
        if names.terms.isEmpty == false { resources.append(.terms) }
        if names.distributionCodes.isEmpty == false { resources.append(.distributionCodes) }
        if names.taxGroups.isEmpty == false { resources.append(.taxGroups) }
        if rules.defersRevenue { resources.append(.journalBatches) }
        return resources + [.fiscalCalendars]
    }

    private var rights: [PlannedCheck] {
        resources.map { resource in
            check(.rights, resource.rawValue) {
                try await reader.probe(resource)
                return .fine(resource.whatReadingProves)
            } otherwise: { error in
                SageWords.outcome(error, reading: resource.noun, isRequired: true)
            }
        }
    }

    // MARK: Set-up

    var names: NamedCodes { NamedCodes(rules) }

    /// Everything the tenant file names, in the sequence it is shown in.
    private func setup(forbidden: Set<SageResource>) -> [PlannedCheck] {
        let checks =
            [(SageResource.companyProfile, [homeCurrency])]
            + [(.customerGroups, groups), (.terms, terms), (.taxGroups, taxes)]
            + [(.customers, guests + optionalFields), (.customerGroups, foreignCurrencies)]
            + [(.accounts, accounts), (.distributionCodes, distributionCodes), (.fiscalCalendars, periods)]
        let planned = checks.flatMap { resource, checks in
            forbidden.contains(resource) ? checks.map { $0.barred(by: resource) } : checks
        }
        return planned + [posting]
    }

    /// - Parameter otherwise: what a failed read means.
    func check(
        _ kind: PingKind,
        _ subject: String = "",
        _ ask: @escaping @Sendable () async throws -> PingCheck.Outcome,
        otherwise: @escaping @Sendable (SageError) -> PingCheck.Outcome
    ) -> PlannedCheck {
        PlannedCheck(kind: kind, system: .sage, company: rules.company, subject: subject) {
            do { return try await ask() } catch let error as SageError { return otherwise(error) }
        }
    }

    /// A process is never called to see whether it could be.
    private var posting: PlannedCheck {
        let isAutomatic = rules.posting == .automatic
        return check(.posting) {
            .fine(
                isAutomatic
                    ? "Not proven: whether user \(user) may enter, make ready and post batches (AR/ARPostInvoices) is seen "
                        + "with the first one only; reading can not tell."
                    : "Batches stay Open for a person (posting: review). Whether user \(user) may enter them is seen with "
                        + "the first one only; reading can not tell."
            )
        } otherwise: { _ in
            .notChecked("")
        }
    }
}

extension PlannedCheck {
    /// The same check, not to be made: what it reads may not be read.
    fileprivate func barred(by resource: SageResource) -> PlannedCheck {
        PlannedCheck(kind: kind, system: system, company: company, subject: subject) {
            .notChecked("\(resource.rawValue) cannot be read")
        }
    }
}

extension SageResource {
    fileprivate var noun: String {
        switch self {
        case .customers: "customers"
        case .customerGroups: "customer groups"
        case .terms: "terms"
        case .distributionCodes: "distribution codes"
        case .invoiceBatches: "A/R invoice batches"
        case .postedDocuments: "posted A/R documents"
        case .accounts: "accounts of the general ledger"
        case .journalBatches: "journal batches"
        case .taxGroups: "tax groups"
        case .fiscalCalendars: "fiscal calendars"
        case .companyProfile: "the company profile"
        }
    }

    fileprivate var whatReadingProves: String {
        switch self {
        case .customers, .invoiceBatches, .journalBatches:
            "May be read; whether it may be written is seen with the first document only."
        default: "May be read."
        }
    }
}
