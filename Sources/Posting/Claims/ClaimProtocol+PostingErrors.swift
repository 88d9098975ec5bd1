import Accounting
import Logging
import Sage300
import Storage

/// What becomes of entries that Sage 300 took and did not post.
extension ClaimProtocol {
    /// Posting copied the entry to a new Open batch: it is deleted there, so that a replay enters it once.
    func refusedAtPosting(
        _ entry: ClaimEntry,
        _ found: SageInvoiceBatch.Entry,
        _ errorBatch: Int64,
        postedWith batch: Int64
    ) async throws -> Fate {
        let diagnosis = EntryDiagnosis(context: context, company: company)
        let finding = await diagnosis.findings(for: [entry], own: batch)[entry.key]
        let isClean = try await clean(entry, errorBatch, found.errorEntry)
        if isClean, finding == nil, entry.isApplied {
            let reason =
                "Sage 300 did not post it and does not tell why; it is entered again without being applied"
            return .again(reason: reason, isApplyRefused: true)
        }
        let place =
            isClean
            ? "Its copy was deleted from error batch \(errorBatch)."
            : "Its copy could not be deleted from error batch \(errorBatch), where it would stand a second time."
        return .dead(
            Failure(
                .ledger,
                code: finding?.code ?? "refused-at-posting",
                reason:
                    "Sage 300 did not post \(entry.document): \(finding?.reason ?? Self.silence) \(place)",
                subject: finding?.subject ?? "",
                moneyAtRisk: !isClean,
                nextStep: (isClean
                    ? ""
                    : "Delete the entry from batch \(errorBatch) in Sage 300; it is replayed only then. ")
                    + (finding?.nextStep ?? "Correct the cause in Sage 300, then replay.")
            ),
            stuckBatch: isClean ? nil : errorBatch
        )
    }

    private func clean(_ entry: ClaimEntry, _ batch: Int64, _ number: Int?) async throws -> Bool {
        func copies(_ batch: SageInvoiceBatch?) -> [Int] {
            batch?.entries.filter { $0.isFor(entry) }.map(\.number) ?? []
        }
        let before = copies(try await read(batch))
        guard !before.isEmpty else { return true }
        do {
            try await company.gate.call(companyID) { session throws(SageError) in
                try await session.deleteEntries(before, ofBatch: batch, in: companyID)
            }
        } catch let error as SageError where error.isDocumentsFault || error.cause == .noAnswer {
            context.logger.warning("\(companyID): \(entry.document) in error batch \(batch): \(error)")
        }
        return copies(try await read(batch)).isEmpty
    }

    private static let silence =
        "its API does not tell why, and what can be read tells nothing; A/R's Posting Errors report does."
}
