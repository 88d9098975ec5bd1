import Foundation

/// Posting A/R batches: documents, balances, ledger, and an error batch for what fails (reference §6.6).
extension Company {
    func postInvoices(_ process: Record, _ call: Call) async throws(ServiceError) {
        let numbers = try readyBatches(
            process,
            in: .invoiceBatches,
            range: (process.integer(rules.receivablePostFrom), process.integer(rules.receivablePostTo))
        ) { ($0.integer("BatchNumber"), $0.text("BatchStatus")) }
        for number in numbers { setStatus("PostInProgress", ofInvoiceBatch: number) }
        if case .stuckPosting? = call.distortion { return }
        let entries = numbers.reduce(0) { $0 + (invoiceBatch($1)?.rows("Invoices").count ?? 0) }
        await pause(entries: entries)
        for number in numbers { postInvoiceBatch(number) }
        isPosting = false
    }

    /// Batches in the range that are ready; a second poster at the same time conflicts.
    func readyBatches(
        _ process: Record,
        in resource: Resource,
        range: (Int, Int),
        describe: (Record) -> (number: Int, status: String)
    ) throws(ServiceError) -> [Int] {
        guard !isPosting else {
            throw ServiceError(.general, "Processing conflict. Another user is posting batches.")
        }
        let postsAll = process.text("PostAllBatches") == "Postallbatches"
        var numbers: [Int] = []
        for described in table(resource).values.map(describe) {
            guard postsAll || (range.0...max(range.0, range.1)).contains(described.number) else { continue }
            if described.status == "ReadyToPost" {
                numbers.append(described.number)
            } else if described.status == "PostInProgress" {
                throw ServiceError(.general, "Batch \(described.number): Post in Progress.")
            } else if !postsAll, rules.refusesUnready {
                throw ServiceError(.general, "Batch \(described.number) is not set to Ready To Post.")
            }
        }
        return numbers.sorted()
    }

    /// Time a run takes; the company is marked as posting meanwhile.
    func pause(entries: Int) async {
        let milliseconds = latency.posting + latency.postingEntry * entries
        isPosting = true
        guard milliseconds > 0 else { return }
        // Cancelled means the server is stopping: the run then ends early, which harms nothing.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    func invoiceBatch(_ number: Int) -> Record? { record(.invoiceBatches, EntityKey.storageKey(number)) }

    func setStatus(_ status: String, ofInvoiceBatch number: Int) {
        guard var batch = invoiceBatch(number) else { return }
        batch.set("BatchStatus", status)
        store(batch, in: .invoiceBatches)
    }

    func postInvoiceBatch(_ number: Int) {
        guard var batch = invoiceBatch(number) else { return }
        lastPostingSequence += 1
        var invoices = batch.rows("Invoices")
        var failed: [Int] = []
        var movements: [Movement] = []
        for index in invoices.indices {
            do throws(ServiceError) {
                movements += try post(invoices[index], of: batch)
            } catch {
                failed.append(index)
            }
        }
        if !failed.isEmpty {
            let errorBatch = openErrorBatch(for: batch, failed.map { invoices[$0] })
            for (place, index) in failed.enumerated() {
                invoices[index].set("ErrorBatch", errorBatch)
                invoices[index].set("ErrorEntry", place + 1)
            }
            batch.set("Invoices", invoices)
        }
        batch.set("BatchStatus", "Posted")
        batch.set("PostingSequenceNumber", lastPostingSequence)
        batch.set("NumberOfErrors", failed.count)
        store(batch, in: .invoiceBatches)
        record(movements, description: "A/R batch \(number)")
    }

    /// Sage describes it in words of its own, so a search for the client's token does not find it.
    private func openErrorBatch(for batch: Record, _ invoices: [Record]) -> Int {
        lastInvoiceBatch += 1
        var error = newInvoiceBatch()
        error.set("BatchNumber", lastInvoiceBatch)
        error.set("Description", "Errors from posting batch \(batch.integer("BatchNumber"))")
        error.set("BatchType", "Generated")
        error.set("DefaultInvoiceType", batch.text("DefaultInvoiceType"))
        error.set("LastEntryNumber", invoices.count)
        error.set("DateLastEdited", today)
        error.set(
            "Invoices",
            invoices.enumerated().map {
                renumbered($0.element, batch: lastInvoiceBatch, entry: $0.offset + 1)
            }
        )
        InvoiceArithmetic.total(batch: &error)
        store(error, in: .invoiceBatches)
        return lastInvoiceBatch
    }

    private func renumbered(_ invoice: Record, batch: Int, entry: Int) -> Record {
        var copy = invoice
        copy.set("BatchNumber", batch)
        copy.set("EntryNumber", entry)
        for name in ["InvoiceDetails", "InvoicePaymentSchedules"] {
            copy.set(
                name,
                invoice.rows(name).map { row in
                    var row = row
                    row.set("BatchNumber", batch)
                    row.set("EntryNumber", entry)
                    return row
                }
            )
        }
        return copy
    }

    // MARK: One document

    private func post(_ invoice: Record, of batch: Record) throws(ServiceError) -> [Movement] {
        let number = invoice.text("CustomerNumber")
        guard var customer = record(.customers, number) else { throw .doesNotExist("Customer", number) }
        if let refusal = refusal(of: customer, at: .posting) { throw refusal }
        let period = Period(year: invoice.text("FiscalYear"), period: invoice.text("FiscalPeriod"))
        try checkOpen(period)
        try checkDuplicate(invoice, at: .posting)
        try checkApplication(of: invoice)
        let movements = movements(of: invoice, period: period)
        for movement in movements {
            if let problem = problem(withAccount: movement.account) {
                throw ServiceError(.fieldInvalid, problem)
            }
        }
        var document = PostedDocument.record(of: invoice, batch: batch, sequence: lastPostingSequence)
        document.set("GroupCode", customer.text("GroupCode"))
        apply(invoice, &document)
        store(document, in: .postedDocuments)
        updateBalance(&customer, invoice)
        return movements
    }

    /// Takes a credit note off what its invoice owes.
    private func apply(_ note: Record, _ document: inout Record) {
        let target = note.text("ApplytoDocument")
        guard !target.isEmpty, note.text("DocumentType") == "CreditNote",
            var applied = record(.postedDocuments, EntityKey.storageKey(note.text("CustomerNumber"), target))
        else { return }
        for currency in ["CustomerCurrency", "FunctionalCurrency"] {
            let due = applied.number("\(currency)AmountDue") + document.number("\(currency)AmountDue")
            applied.set("\(currency)AmountDue", due)
            applied.set("FullyPaid", due == 0 ? "Yes" : "No")
            document.set("\(currency)AmountDue", Decimal(0))
        }
        document.set("FullyPaid", "Yes")
        document.set("OriginalDocumentNumber", target)
        store(applied, in: .postedDocuments)
    }

    private func updateBalance(_ customer: inout Record, _ invoice: Record) {
        let amount = InvoiceArithmetic.sign(of: invoice) * invoice.number("DocumentTotalIncludingTax")
        let functional = (amount * invoice.number("ExchangeRate")).roundedHalfUp(currencyPlaces)
        let isCredit = invoice.text("DocumentType") == "CreditNote"
        customer.set("BalanceDueInCustomerCurrency", customer.number("BalanceDueInCustomerCurrency") + amount)
        customer.set(
            "BalanceDueInFunctionalCurrency",
            customer.number("BalanceDueInFunctionalCurrency") + functional
        )
        customer.set("NumberOfOpenDocuments", customer.number("NumberOfOpenDocuments") + 1)
        customer.set("DateOfLastActivity", invoice.day("DocumentDate"))
        customer.set(isCredit ? "DateOfLastCreditNote" : "DateOfLastInvoice", invoice.day("DocumentDate"))
        store(customer, in: .customers)
    }

    /// Dr receivables, Cr each line's account and the tax; a credit note the other way round.
    private func movements(of invoice: Record, period: Period) -> [Movement] {
        let sign = InvoiceArithmetic.sign(of: invoice)
        let rate = invoice.number("ExchangeRate")
        let isCredit = invoice.text("DocumentType") == "CreditNote"
        var movements: [Movement] = []
        func add(_ account: String, _ amount: Decimal, _ description: String) {
            guard amount != 0 else { return }
            movements.append(
                Movement(
                    account: account,
                    period: period,
                    day: invoice.day("PostingDate"),
                    documentDay: invoice.day("DocumentDate"),
                    amount: (amount * rate).roundedHalfUp(currencyPlaces),
                    sourceAmount: amount,
                    currency: invoice.text("CurrencyCode"),
                    sourceLedger: "AR",
                    sourceType: isCredit ? "CR" : "IN",
                    entry: invoice.integer("EntryNumber"),
                    description: description,
                    reference: invoice.text("DocumentNumber")
                )
            )
        }
        for line in invoice.rows("InvoiceDetails") {
            add(
                line.text("RevenueAccount"),
                -sign * line.number("ExtendedAmountWithTIP"),
                line.text("Description")
            )
        }
        add(
            taxRates[invoice.text("TaxGroup")]?.account ?? "",
            -sign * invoice.number("TaxTotal"),
            invoice.text("TaxAuthority1")
        )
        // In a foreign currency every line is rounded, so the receivable takes what they come to.
        let functional = -movements.reduce(Decimal(0)) { $0 + $1.amount }
        let receivables =
            record(.accountSets, invoice.text("AccountSet"))?.text("ReceivablesControlAccount") ?? ""
        add(receivables, sign * invoice.number("DocumentTotalIncludingTax"), invoice.text("CustomerNumber"))
        if !movements.isEmpty, movements[movements.count - 1].account == receivables {
            movements[movements.count - 1].amount = functional
        }
        return movements
    }
}
