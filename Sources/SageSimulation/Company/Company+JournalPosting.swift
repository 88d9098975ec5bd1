import Foundation

/// Posting general ledger batches.
extension Company {
    func postJournal(_ process: Record, _ call: Call) async throws(ServiceError) {
        let range = (Int(process.text(rules.ledgerPostFrom)) ?? 0, Int(process.text(rules.ledgerPostTo)) ?? 0)
        let numbers = try readyBatches(process, in: .journalBatches, range: range) { batch in
            (Int(batch.text("BatchNumber")) ?? 0, batch.text("Status"))
        }
        for number in numbers { setStatus("PostInProgress", ofJournalBatch: number) }
        if case .stuckPosting? = call.distortion { return }
        let entries = numbers.reduce(0) { $0 + (journalBatch($1)?.rows("JournalHeaders").count ?? 0) }
        await pause(entries: entries)
        for number in numbers { postJournalBatch(number) }
        isPosting = false
    }

    func journalBatch(_ number: Int) -> Record? { record(.journalBatches, number.padded(6)) }

    func setStatus(_ status: String, ofJournalBatch number: Int) {
        guard var batch = journalBatch(number) else { return }
        batch.set("Status", status)
        if status == "Open" { batch.set("ReadyToPost", "No") }
        store(batch, in: .journalBatches)
    }

    func postJournalBatch(_ number: Int) {
        guard var batch = journalBatch(number) else { return }
        var entries = batch.rows("JournalHeaders")
        var failed: [Int] = []
        var movements: [Movement] = []
        for index in entries.indices {
            do throws(ServiceError) {
                movements += try self.movements(of: entries[index])
            } catch {
                failed.append(index)
            }
        }
        write(movements, batch: number)
        if !failed.isEmpty {
            let errorBatch = openErrorBatch(for: number, failed.map { entries[$0] })
            for (place, index) in failed.enumerated() {
                entries[index].set("ErrorBatch", errorBatch)
                entries[index].set("ErrorEntry", place + 1)
            }
            batch.set("JournalHeaders", entries)
        }
        batch.set("Status", "Posted")
        batch.set("PostingSequence", lastLedgerSequence)
        batch.set("NumberOfErrors", failed.count)
        store(batch, in: .journalBatches)
    }

    private func openErrorBatch(for number: Int, _ entries: [Record]) -> Int {
        lastJournalBatch += 1
        let errorNumber = lastJournalBatch.padded(6)
        var error = Record(.journalBatch)
        error.set("BatchNumber", errorNumber)
        error.set("Description", "Errors from posting batch \(number.padded(6))")
        error.set("SourceLedger", "GL")
        error.set("JournalBatchType", "Generated")
        error.set("NumberOfEntries", entries.count)
        error.set("NextEntryNumber", entries.count + 1)
        error.set("DateCreated", today)
        error.set("Debits", entries.reduce(Decimal(0)) { $0 + $1.number("Debits") })
        error.set("Credits", entries.reduce(Decimal(0)) { $0 + $1.number("Credits") })
        let copies = entries.enumerated().map { place, entry in
            var copy = entry
            copy.set("BatchNumber", errorNumber)
            copy.set("EntryNumber", (place + 1).padded(5))
            copy.set(
                "JournalDetails",
                entry.rows("JournalDetails").map { detail in
                    var detail = detail
                    detail.set("BatchNumber", errorNumber)
                    detail.set("EntryNumber", (place + 1).padded(5))
                    return detail
                }
            )
            return copy
        }
        error.set("JournalHeaders", copies)
        store(error, in: .journalBatches)
        return lastJournalBatch
    }

    private func movements(of entry: Record) throws(ServiceError) -> [Movement] {
        let period = Period(year: entry.text("FiscalYear"), period: entry.text("FiscalPeriod"))
        try checkOpen(period)
        guard entry.number("OutOfBalanceBy") == 0 else {
            throw ServiceError(.recordInvalid, "Journal entry is out of balance.")
        }
        var movements: [Movement] = []
        for detail in entry.rows("JournalDetails") {
            let account = detail.text("AccountNumber")
            if let problem = problem(withAccount: account) { throw ServiceError(.fieldInvalid, problem) }
            if self.account(account)?.text("ControlAccount") == "Yes" {
                throw ServiceError(.fieldInvalid, "Account \"\(account)\" is a control account.")
            }
            movements.append(movement(of: detail, in: entry, period))
        }
        return movements
    }

    private func movement(of detail: Record, in entry: Record, _ period: Period) -> Movement {
        Movement(
            account: detail.text("AccountNumber"),
            period: period,
            day: entry.day("PostingDate"),
            documentDay: entry.day("DocumentDate"),
            amount: detail.number("Amount"),
            sourceAmount: detail.number("SourceCurrencyAmount"),
            currency: detail.text("SourceCurrency"),
            sourceLedger: entry.text("SourceLedger"),
            sourceType: entry.text("SourceType"),
            entry: Int(entry.text("EntryNumber")) ?? 0,
            description: detail.text("Description"),
            reference: detail.text("Reference")
        )
    }
}
