import Accounting
import Foundation
import Publishing
import Sage300
import Storage
import Tenancy

/// Replayed documents that stand in the ledger already: somebody entered them by hand meanwhile, or an earlier try arrived
/// after all. Found among the posted ones for the same customer with the same total they are linked; with another total,
/// or one that Sage 300 does not tell, they die, for it tells a number that is taken late or never itself.
struct EarlierEntries {
    let context: PostingContext
    let company: ServedCompany

    /// Looks for those of the drafts that were replayed; the others are not asked about, which would be one call more a
    /// batch.
    /// - Parameter drafts: none of them with the number of another document of ours, whose entry would be taken for its own.
    /// - Returns: the drafts that are still to be entered.
    func settle(_ drafts: [InvoicePosting.Draft]) async throws -> [InvoicePosting.Draft] {
        let replayed = drafts.filter { $0.record.wasReplayed }
        guard !replayed.isEmpty else { return drafts }
        let posted = try await posted(replayed.map(\.invoice.number.text))
        guard !posted.isEmpty else { return drafts }
        var left: [InvoicePosting.Draft] = []
        for draft in drafts {
            guard draft.record.wasReplayed, let found = posted[Place(draft.invoice)] else {
                left.append(draft)
                continue
            }
            if found.total?.magnitude == draft.invoice.total.decimal.magnitude {
                _ = try await context.database.link(
                    draft.record,
                    customer: draft.invoice.customer.text,
                    batch: found.batch,
                    ledgerHash: draft.invoice.ledgerHash,
                    configurationVersion: company.tenant.version
                )
            } else {
                try await refuse(draft, found)
            }
        }
        return left
    }

    /// Documents are told apart by customer and number (reference Sage 6.3).
    private struct Place: Hashable {
        let customer: String
        let document: String

        init(_ invoice: ARInvoice) {
            (customer, document) = (invoice.customer.text.uppercased(), invoice.number.text.uppercased())
        }

        init(_ posted: SagePostedDocument) {
            (customer, document) = (posted.customer.uppercased(), posted.document.uppercased())
        }
    }

    private func posted(_ numbers: [String]) async throws -> [Place: SagePostedDocument] {
        let id = company.rules.company
        do {
            let rows = try await company.gate.call(id) { session throws(SageError) in
                try await session.postedDocuments(numbers, in: id)
            }
            return Dictionary(rows.map { (Place($0), $0) }, uniquingKeysWith: { first, _ in first })
        } catch let error as SageError {
            switch error.cause {
            // Posted documents cannot be read here, for want of a right or the resource: nothing is known of them.
            case .forbidden, .notFound, .refused: return [:]
            case .unreachable, .noAnswer, .busy, .locked, .credentials, .unavailable, .unreadable: throw error
            }
        }
    }

    private func refuse(
        _ draft: InvoicePosting.Draft,
        _ found: SagePostedDocument
    ) async throws {
        let standing = found.total.map { "with \($0) and not \(draft.invoice.total)" }
        let finding = EntryDiagnosis.Finding.numberTaken(
            document: draft.invoice.number.text,
            batch: found.batch
        )
        let failure = Failure(
            .ledger,
            code: finding.code,
            reason:
                "Sage 300 has \(draft.invoice.number) for this customer already, "
                + "\(standing ?? "and Sage 300 does not tell its total"): \(finding.reason)",
            moneyAtRisk: true,
            nextStep: finding.nextStep
        )
        try await context.record([.death(of: draft.record, failure, stage: "claim")], under: company)
    }
}
