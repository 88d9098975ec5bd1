import ExactJSON
import Foundation

/// A/R invoice batches: entering and editing.
extension Company {
    func newInvoiceBatch() -> Record {
        var batch = Record(.invoiceBatch)
        batch.set("BatchDate", today)
        batch.set("DefaultInvoiceType", rules.defaultsToSummary ? "Summary" : "Item")
        batch.set("SourceApplication", "AR")
        return batch
    }

    func insertInvoiceBatch(_ call: Call) throws(ServiceError) -> Record {
        var batch = newInvoiceBatch()
        batch.set("BatchNumber", lastInvoiceBatch + 1)
        lastInvoiceBatch += 1
        if case .orphanBatch? = call.distortion { try leaveOrphan(batch, call) }
        var wantsPosting = false
        do throws(ServiceError) {
            wantsPosting = try assignBatch(call, to: &batch, isCreating: true)
        } catch {
            if !rules.isAtomic { store(batch, in: .invoiceBatches) }
            throw error
        }
        if case .addsCent? = call.distortion { addCent(&batch) }
        finish(&batch)
        if wantsPosting { batch.set("BatchStatus", "ReadyToPost") }
        store(batch, in: .invoiceBatches)
        return batch
    }

    func updateInvoiceBatch(_ existing: Record, _ call: Call) throws(ServiceError) {
        let number = existing.integer("BatchNumber")
        switch existing.text("BatchStatus") {
        case "Open": break
        case "ReadyToPost":
            throw ServiceError(
                .recordInvalid,
                "Batch \(number) is set to Ready To Post. You may view but cannot modify its contents."
            )
        case "PostInProgress": throw ServiceError(.general, "Batch \(number): Post in Progress.")
        default:
            throw ServiceError(.recordInvalid, "You cannot open Posted, Post In Progress or Deleted batches.")
        }
        var batch = existing
        let wantsPosting = try assignBatch(call, to: &batch, isCreating: false)
        finish(&batch)
        if wantsPosting {
            guard !batch.rows("Invoices").isEmpty else {
                throw ServiceError(
                    .recordInvalid,
                    "Batch \(number) has no entries. It cannot be set to Ready To Post."
                )
            }
            batch.set("BatchStatus", "ReadyToPost")
        }
        store(batch, in: .invoiceBatches)
    }

    /// - Returns: whether the batch is to become ready to post.
    private func assignBatch(_ call: Call, to batch: inout Record, isCreating: Bool) throws(ServiceError)
        -> Bool
    {
        var wantsPosting = false
        try reader.assign(call.payload, to: &batch) { field, elements, batch throws(ServiceError) in
            try assignInvoices(elements, field, to: &batch, call, isCreating: isCreating)
        } didSet: { name, batch throws(ServiceError) in
            guard name == "BatchStatus" else { return }
            let status = batch.text("BatchStatus")
            guard ["Open", "ReadyToPost"].contains(status) else {
                throw ServiceError(.fieldInvalid, "Batch status \"\(status)\" cannot be set.")
            }
            wantsPosting = status == "ReadyToPost"
            batch.set("BatchStatus", "Open")
        }
        return wantsPosting
    }

    private func assignInvoices(
        _ elements: [JSON],
        _ field: Field,
        to batch: inout Record,
        _ call: Call,
        isCreating: Bool
    ) throws(ServiceError) {
        guard let merging = RowMerging(field, reader: reader, isCreating: isCreating) else { return }
        // Entry by entry, so that what a failure leaves behind is what was entered before it.
        for element in elements {
            try merging.apply([element], to: &batch) { object, batch, _ throws(ServiceError) in
                let entry = batch.integer("LastEntryNumber") + 1
                let invoice = try insertInvoice(object, into: batch, entry: entry, user: call.user)
                batch.set("LastEntryNumber", entry)
                return invoice
            } update: { object, invoice, _ throws(ServiceError) in
                try updateInvoice(object, &invoice)
            }
        }
    }

    private func finish(_ batch: inout Record) {
        InvoiceArithmetic.total(batch: &batch)
        batch.set("DateLastEdited", today)
    }

    private func leaveOrphan(_ batch: Record, _ call: Call) throws(ServiceError) {
        var batch = batch
        for (name, value) in call.payload where name != "Invoices" {
            guard let field = batch.schema.field(name), !field.isComputed, name != "BatchStatus" else {
                continue
            }
            batch[name] = try reader.value(value, for: field, in: batch.schema)
        }
        store(batch, in: .invoiceBatches)
        throw ServiceError(.internalError, "An error has occurred.")
    }

    private func addCent(_ batch: inout Record) {
        var invoices = batch.rows("Invoices")
        guard !invoices.isEmpty else { return }
        let cent = Decimal(sign: .plus, exponent: -2, significand: 1)
        var lines = invoices[0].rows("InvoiceDetails")
        if lines.isEmpty {
            invoices[0].set("TaxAmount1", invoices[0].number("TaxAmount1") + cent)
        } else {
            lines[0].set("TaxAmount1", lines[0].number("TaxAmount1") + cent)
            InvoiceArithmetic.totalTax(of: &lines[0])
            invoices[0].set("InvoiceDetails", lines)
        }
        InvoiceArithmetic.total(&invoices[0])
        batch.set("Invoices", invoices)
    }
}
