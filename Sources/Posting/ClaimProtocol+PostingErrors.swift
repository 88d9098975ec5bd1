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
        _ errorBatch: Int64
    ) async throws -> Failure {
        let cause = try await diagnosis(entry)
        let isClean = try await clean(entry, errorBatch, found.errorEntry)
        let place =
            isClean
            ? "Its copy was deleted from error batch \(errorBatch)."
            : "Its copy could not be deleted from error batch \(errorBatch): delete it there before replaying, "
                + "or it will stand twice."
        return Failure(
            .ledger,
            code: "refused-at-posting",
            reason: "Sage 300 did not post \(entry.document): \(cause.text) \(place)",
            subject: cause.code,
            moneyAtRisk: !isClean,
            nextStep: "Correct the cause in Sage 300, then replay."
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

    /// The API does not tell why an entry failed: what can be read is looked at.
    private func diagnosis(_ entry: ClaimEntry) async throws -> (code: String, text: String) {
        guard let number = CustomerNumber(entry.customer) else { return ("unknown", Self.silence) }
        let customer = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.customer(number, in: companyID)
        }
        guard let customer else { return ("customer-missing", "customer \(number) no longer exists.") }
        if !customer.isActive { return ("customer-inactive", "customer \(number) is inactive.") }
        let isThere = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.isPosted(entry.document, customer: number, in: companyID)
        }
        if isThere {
            return ("number-taken", "a document of that number is posted for customer \(number) already.")
        }
        return ("unknown", Self.silence)
    }

    private static let silence =
        "its API does not tell why; the Invoice Posting Error report does "
        + "(a closed period and an inactive account are the usual causes)."
}
