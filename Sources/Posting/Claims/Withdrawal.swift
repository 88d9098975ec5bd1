import Accounting
import Logging
import Sage300
import Storage

/// Something cancelled whole before it was posted: its entry is taken out of the Open batch, instead of being posted and
/// credited.
struct Withdrawal: Sendable {
    let cancellation: DocumentRecord
    let invoice: DocumentRecord
}

extension ClaimProtocol {
    /// Repeatable at every step: an entry that is gone already was taken out by an earlier attempt.
    func withdraw(_ withdrawal: Withdrawal) async throws {
        let invoice = withdrawal.invoice
        guard let number = invoice.sageBatch else { return }
        guard let batch = try await read(number), batch.status == .open else {
            return try await holdUntilPosted(withdrawal)
        }
        let standing = entries(of: invoice, in: batch)
        if !standing.isEmpty {
            try await database.confirm(lease)
            do {
                try await company.gate.call(companyID) { session throws(SageError) in
                    try await session.deleteEntries(standing, ofBatch: number, in: companyID)
                }
            } catch let error as SageError where error.isDocumentsFault {
                context.logger.warning("\(companyID): \(invoice.document) stays in batch \(number): \(error)")
            }
            let left = try await read(number).map { entries(of: invoice, in: $0) } ?? []
            guard left.isEmpty else { return try await holdUntilPosted(withdrawal) }
        }
        let isDone = try await database.withdraw(
            invoice,
            cancelledBy: withdrawal.cancellation,
            batch: number,
            under: lease
        )
        guard isDone else { return }
        context.logger.notice(
            "\(companyID): \(invoice.document) was cancelled and taken out of batch \(number)"
        )
    }

    /// A person has taken the batch forward: what was cancelled is credited once it is posted.
    private func holdUntilPosted(_ withdrawal: Withdrawal) async throws {
        let reason = "its invoice \(withdrawal.invoice.document) is not posted yet (entered)"
        try await context.record(
            [
                DocumentTransition(
                    withdrawal.cancellation.key,
                    revision: withdrawal.cancellation.revision,
                    to: .held,
                    reason: reason,
                    waitsFor: withdrawal.invoice.key,
                    stage: "gate",
                    detail: reason
                )
            ],
            under: company
        )
    }

    private func entries(of invoice: DocumentRecord, in batch: SageInvoiceBatch) -> [Int] {
        batch.entries.filter { $0.isFor(document: invoice.document, customer: invoice.sageCustomer ?? "") }
            .map(\.number)
    }
}
