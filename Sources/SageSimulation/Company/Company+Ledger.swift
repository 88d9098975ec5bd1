import Foundation

/// One line of the general ledger; debits positive.
struct Movement: Sendable {
    let account: String
    let period: Company.Period
    let day: CalendarDay?
    let documentDay: CalendarDay?
    var amount: Decimal
    let sourceAmount: Decimal
    let currency: String
    let sourceLedger: String
    let sourceType: String
    let entry: Int
    let description: String
    let reference: String
}

extension Company {
    /// Writes a posted subledger batch. Its entries are read from `GLPostedTransactions`.
    func record(_ movements: [Movement], description: String) {
        guard !movements.isEmpty else { return }
        lastJournalBatch += 1
        var batch = Record(.journalBatch)
        batch.set("BatchNumber", lastJournalBatch.padded(6))
        batch.set("Description", description)
        batch.set("SourceLedger", "AR")
        batch.set("JournalBatchType", "Subledger")
        batch.set("Status", "Posted")
        batch.set("DateCreated", today)
        batch.set("Debits", movements.reduce(Decimal(0)) { $0 + max($1.amount, 0) })
        batch.set("Credits", movements.reduce(Decimal(0)) { $0 - min($1.amount, 0) })
        batch.set("NumberOfEntries", Set(movements.map(\.entry)).count)
        write(movements, batch: lastJournalBatch)
        batch.set("PostingSequence", lastLedgerSequence)
        store(batch, in: .journalBatches)
    }

    /// Moves the accounts.
    func write(_ movements: [Movement], batch: Int) {
        lastLedgerSequence += 1
        for (index, movement) in movements.enumerated() {
            trialBalance[movement.account, default: 0] += movement.amount
            var row = Record(.postedTransaction)
            row.set("AccountNumber", movement.account)
            row.set("FiscalYear", movement.period.year)
            row.set("FiscalPeriod", movement.period.period)
            row.set("SourceCurrencyCode", movement.currency)
            row.set("SourceLedgerCode", movement.sourceLedger)
            row.set("SourceTypeCode", movement.sourceType)
            row.set("PostingSequenceNumber", lastLedgerSequence)
            row.set("DetailCount", index + 1)
            row.set("JournalDate", movement.day)
            row.set("BatchNumber", batch.padded(6))
            row.set("JournalEntryNumber", movement.entry.padded(5))
            row.set("JournalTransactionNumber", (index + 1) * 20)
            row.set("JournalDetailDescription", movement.description)
            row.set("JournalDetailReference", movement.reference)
            row.set("JournalTransactionAmount", movement.amount)
            row.set("SourceCurrencyAmount", movement.sourceAmount)
            row.set("HomeCurrencyCode", scenario.currency)
            row.set("DocumentDate", movement.documentDay)
            store(row, in: .postedTransactions)
        }
    }
}
