import ExactJSON
import Foundation

/// General ledger batches: entering and editing.
extension Company {
    func insertJournalBatch(_ call: Call) throws(ServiceError) -> Record {
        var batch = Record(.journalBatch)
        lastJournalBatch += 1
        batch.set("BatchNumber", lastJournalBatch.padded(6))
        batch.set("SourceLedger", "GL")
        batch.set("DateCreated", today)
        batch.set("NextEntryNumber", 1)
        if case .orphanBatch? = call.distortion {
            batch.set("Description", String((call.payload["Description"]?.string ?? "").prefix(60)))
            store(batch, in: .journalBatches)
            throw ServiceError(.internalError, "An error has occurred.")
        }
        var isReady = false
        do throws(ServiceError) {
            isReady = try assignJournal(call, to: &batch, isCreating: true)
        } catch {
            if !rules.isAtomic { store(batch, in: .journalBatches) }
            throw error
        }
        finishJournal(&batch, isReady: isReady)
        return batch
    }

    func updateJournalBatch(_ existing: Record, _ call: Call) throws(ServiceError) {
        guard existing.text("Status") == "Open" else {
            throw ServiceError(
                .recordInvalid,
                "Batch \(existing.text("BatchNumber")) is set to Ready To Post or Posted. You may view but cannot "
                    + "modify its contents."
            )
        }
        var batch = existing
        let isReady = try assignJournal(call, to: &batch, isCreating: false)
        finishJournal(&batch, isReady: isReady)
    }

    private func finishJournal(_ batch: inout Record, isReady: Bool) {
        let entries = batch.rows("JournalHeaders")
        batch.set("NumberOfEntries", entries.count)
        batch.set("Debits", entries.reduce(Decimal(0)) { $0 + $1.number("Debits") })
        batch.set("Credits", entries.reduce(Decimal(0)) { $0 + $1.number("Credits") })
        batch.set("DateLastEdited", today)
        if isReady {
            batch.set("Status", "ReadyToPost")
            batch.set("ReadyToPost", "Yes")
        }
        store(batch, in: .journalBatches)
    }

    /// - Returns: whether one of the three spellings made the batch ready.
    private func assignJournal(_ call: Call, to batch: inout Record, isCreating: Bool) throws(ServiceError)
        -> Bool
    {
        var isReady = false
        try reader.assign(call.payload, to: &batch) { field, elements, batch throws(ServiceError) in
            guard let merging = RowMerging(field, reader: reader, isCreating: isCreating) else { return }
            for element in elements {
                try merging.apply([element], to: &batch) { object, batch, _ throws(ServiceError) in
                    let entry = batch.integer("NextEntryNumber")
                    batch.set("NextEntryNumber", entry + 1)
                    return try insertEntry(object, into: batch, entry: entry, user: call.user)
                } update: { object, entry, _ throws(ServiceError) in
                    try assignEntry(object, to: &entry, isCreating: false)
                }
            }
        } didSet: { name, batch throws(ServiceError) in
            switch name {
            case "Status", "BatchStatus":
                let status = batch.text(name)
                guard ["Open", "ReadyToPost"].contains(status) else {
                    throw ServiceError(.fieldInvalid, "Batch status \"\(status)\" cannot be set.")
                }
                isReady = status == "ReadyToPost"
                batch.set(name, "Open")
            case "ReadyToPost": isReady = batch.text(name) == "Yes"
            default: break
            }
        }
        return isReady
    }

    private func insertEntry(
        _ payload: JSONObject,
        into batch: Record,
        entry number: Int,
        user: String
    ) throws(ServiceError) -> Record {
        var entry = Record(.journalHeader)
        entry.set("BatchNumber", batch.text("BatchNumber"))
        entry.set("EntryNumber", number.padded(5))
        entry.set("EnteredBy", String(user.prefix(8)))
        entry.set("DocumentDate", today)
        try assignEntry(payload, to: &entry, isCreating: true)
        return entry
    }

    private func assignEntry(
        _ payload: JSONObject,
        to entry: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        try reader.assign(payload, to: &entry) { field, elements, entry throws(ServiceError) in
            try assignDetails(elements, field, to: &entry, isCreating: isCreating)
        } didSet: { name, entry throws(ServiceError) in
            guard name == "PostingDate" else { return }
            let period = try period(of: entry.day("PostingDate"))
            entry.set("FiscalYear", period.year)
            entry.set("FiscalPeriod", period.period)
        }
        try completeEntry(&entry)
    }

    private func completeEntry(_ entry: inout Record) throws(ServiceError) {
        if entry.day("PostingDate") == nil { entry.set("PostingDate", entry.day("DocumentDate")) }
        if entry.text("FiscalYear").isEmpty {
            let period = try period(of: entry.day("PostingDate"))
            entry.set("FiscalYear", period.year)
            entry.set("FiscalPeriod", period.period)
        }
        let period = Period(year: entry.text("FiscalYear"), period: entry.text("FiscalPeriod"))
        guard let year = Int(period.year), scenario.fiscalYears.contains(year),
            (1...12).contains(Int(period.period) ?? 0), period.period.utf8.count == 2
        else {
            throw ServiceError(
                .fieldInvalid,
                "Fiscal period \(period.name) does not exist in the fiscal calendar."
            )
        }
        if rules.closedPeriod == .entry { try checkOpen(period) }
        guard Self.sourceCodes.contains("\(entry.text("SourceLedger"))-\(entry.text("SourceType"))") else {
            throw .doesNotExist("Source code", "\(entry.text("SourceLedger"))-\(entry.text("SourceType"))")
        }
        let amounts = entry.rows("JournalDetails").map { $0.number("Amount") }
        entry.set("Debits", amounts.reduce(Decimal(0)) { $0 + max($1, 0) })
        entry.set("Credits", amounts.reduce(Decimal(0)) { $0 - min($1, 0) })
        entry.set("OutOfBalanceBy", amounts.reduce(0, +))
        entry.set("NumberOfDetails", amounts.count)
        guard rules.outOfBalance == .posting || entry.number("OutOfBalanceBy") == 0 else {
            throw ServiceError(
                .recordInvalid,
                "Journal entry \(entry.text("EntryNumber")) is out of balance by \(entry.number("OutOfBalanceBy"))."
            )
        }
    }

    static let sourceCodes: Set<String> = [
        "GL-JE", "GL-CO", "GL-CL", "GL-RV", "AR-IN", "AR-CR", "AR-PY", "AR-AD",
    ]

    // MARK: Details

    private func assignDetails(
        _ elements: [JSON],
        _ field: Field,
        to entry: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        guard let merging = RowMerging(field, reader: reader, isCreating: isCreating) else { return }
        try merging.apply(elements, to: &entry) { object, entry, details throws(ServiceError) in
            var detail = Record(.journalDetail)
            let last = details.compactMap { Int($0.text("TransactionNumber")) }.max() ?? 0
            detail.set("BatchNumber", entry.text("BatchNumber"))
            detail.set("EntryNumber", entry.text("EntryNumber"))
            detail.set("TransactionNumber", (last + 20).padded(10))
            detail.set("SourceCurrency", scenario.currency)
            for name in ["SourceLedger", "SourceType"] { detail.set(name, entry.text(name)) }
            try assignDetail(object, to: &detail, isCreating: true)
            return detail
        } update: { object, detail, _ throws(ServiceError) in
            try assignDetail(object, to: &detail, isCreating: false)
        }
    }

    private func assignDetail(
        _ payload: JSONObject,
        to detail: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        try reader.assign(payload, to: &detail) { field, elements, detail throws(ServiceError) in
            try reader.assignPlainRows(elements, field, to: &detail, isCreating: isCreating)
        } didSet: { name, detail throws(ServiceError) in
            switch name {
            // In the home currency one amount is the other.
            case "Amount" where payload["SourceCurrencyAmount"] == nil:
                detail.set("SourceCurrencyAmount", detail.number("Amount"))
            case "SourceCurrencyAmount" where payload["Amount"] == nil:
                detail.set("Amount", detail.number("SourceCurrencyAmount"))
            default: break
            }
        }
        let isHome = detail.text("SourceCurrency") == scenario.currency
        guard !isHome || detail.number("Amount") == detail.number("SourceCurrencyAmount") else {
            throw ServiceError(.recordInvalid, "The source amount is not the functional amount.")
        }
        detail.set("Amount", detail.number("Amount").roundedHalfUp(currencyPlaces))
        guard !detail.text("AccountNumber").isEmpty else {
            throw ServiceError(.recordInvalid, "Account Number cannot be blank.")
        }
        if rules.badAccount == .entry, let problem = problem(withAccount: detail.text("AccountNumber")) {
            throw ServiceError(.fieldInvalid, problem)
        }
    }
}
