import Accounting
import Foundation
public import Storage

/// Finds documents of the store that somebody typed into Sage 300 by hand.
public struct ExistingDocuments: Sendable {
    private let surveyor: LedgerSurveyor
    private let database: Database
    private let target: SageCompany

    /// A search in one company's receivables.
    public init(_ surveyor: LedgerSurveyor, database: Database) {
        self.surveyor = surveyor
        self.database = database
        target = SageCompany(address: surveyor.gate.address, company: surveyor.company)
    }

    /// A hand-typed date is a few days off: documents that far before the oldest one are looked at, too.
    public static let daysBefore = 10

    /// What of a survey may be these documents; this program's own entries, and what is linked, are nobody else's.
    /// - Parameter readsNames: whether customers of what only amount and days speak for are read, to compare names.
    /// - Throws: `SageError` when Sage 300 does not answer, or an error of the database.
    public func matches(
        for sought: [SoughtDocument],
        in survey: LedgerSurvey,
        readsNames: Bool = true
    ) async throws -> [FoundMatch] {
        guard !sought.isEmpty else { return [] }
        var standing = survey.documents
        if !survey.isComplete { standing = merged(standing, try await surveyor.documents(sought)) }
        let expected = sought.map(\.expected)
        var pairing = DocumentPairing(expected, standing)
        let numbers = Set(pairing.pairs.map { standing[$0.standing].document })
        let own = try await database.ownDocuments(numbers.sorted(), of: target)
        if !own.isEmpty {
            standing.removeAll { own.contains($0.document) }
            pairing = DocumentPairing(expected, standing)
        }
        if readsNames, try await addNames(to: &standing, pairing) {
            pairing = DocumentPairing(expected, standing)
        }
        return pairing.pairs.map { pair in
            FoundMatch(
                key: sought[pair.expected].key,
                revision: sought[pair.expected].revision,
                ledger: standing[pair.standing],
                strength: pair.match.strength,
                reason: pair.match.reason,
                isAmbiguous: pair.isAmbiguous,
                ledgerHash: sought[pair.expected].ledgerHash
            )
        }
    }

    private func merged(_ some: [StandingDocument], _ more: [StandingDocument]) -> [StandingDocument] {
        let known = Set(some.map { "\($0.customer)/\($0.document)".uppercased() })
        return some + more.filter { !known.contains("\($0.customer)/\($0.document)".uppercased()) }
    }

    /// - Returns: whether any name was learnt.
    private func addNames(to standing: inout [StandingDocument], _ pairing: DocumentPairing) async throws
        -> Bool
    {
        let doubtful = pairing.pairs.filter { $0.match.strength < .certain }.map(\.standing)
        let customers = Set(doubtful.map { standing[$0].customer })
        guard !customers.isEmpty else { return false }
        let names = try await surveyor.names(of: customers)
        for position in doubtful {
            standing[position].customerName = names[standing[position].customer.uppercased()]
        }
        return !names.isEmpty
    }
}
