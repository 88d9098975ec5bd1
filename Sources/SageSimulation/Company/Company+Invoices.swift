import ExactJSON
import Foundation

/// One A/R document of a batch.
extension Company {
    func insertInvoice(
        _ payload: JSONObject,
        into batch: Record,
        entry: Int,
        user: String
    ) throws(ServiceError) -> Record {
        var invoice = Record(.invoice)
        invoice.set("BatchNumber", batch.number("BatchNumber"))
        invoice.set("EntryNumber", entry)
        invoice.set("InvoiceType", batch.text("DefaultInvoiceType"))
        invoice.set("EnteredBy", String(user.prefix(8)))
        invoice.set("DocumentDate", batch.day("BatchDate"))
        invoice.set("SourceApplication", "AR")
        invoice.set("ExchangeRate", 1)
        try assignInvoice(payload, to: &invoice, isCreating: true)
        if invoice.text("DocumentNumber").isEmpty {
            lastDocument += 1
            invoice.set("DocumentNumber", "IN" + lastDocument.padded(14))
        }
        try complete(&invoice)
        return invoice
    }

    func updateInvoice(_ payload: JSONObject, _ invoice: inout Record) throws(ServiceError) {
        try assignInvoice(payload, to: &invoice, isCreating: false)
        try complete(&invoice)
    }

    private func assignInvoice(
        _ payload: JSONObject,
        to invoice: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        try reader.assign(payload, to: &invoice) { field, elements, invoice throws(ServiceError) in
            guard field.name == "InvoiceDetails" else {
                try reader.assignPlainRows(elements, field, to: &invoice, isCreating: isCreating)
                if field.name == "InvoiceOptionalFields" { try checkOptionalFields(invoice.rows(field.name)) }
                if field.name == "InvoicePaymentSchedules" { numberPayments(&invoice) }
                return
            }
            try assignLines(elements, field, to: &invoice, isCreating: isCreating)
        } didSet: { name, invoice throws(ServiceError) in
            try invoiceDidSet(name, &invoice)
        }
    }

    // MARK: Fields

    /// What a view does when a field is put: the customer brings its defaults, later ones win.
    private func invoiceDidSet(_ name: String, _ invoice: inout Record) throws(ServiceError) {
        switch name {
        case "CustomerNumber": try takeCustomer(&invoice)
        case "Terms":
            try check(invoice.text("Terms"), in: .terms, "Terms code")
            setDueDate(&invoice)
        case "AccountSet": try check(invoice.text("AccountSet"), in: .accountSets, "Account set")
        case "DocumentDate": setDueDate(&invoice)
        case "DocumentNumber": try checkDuplicate(invoice, at: .entry)
        case "TaxGroup":
            try checkTaxGroup(invoice.text("TaxGroup"))
            takeTaxGroup(&invoice)
        case "CurrencyCode":
            let customer = record(.customers, invoice.text("CustomerNumber"))
            guard customer?.text("CurrencyCode") == invoice.text("CurrencyCode") else {
                throw ServiceError(.fieldInvalid, "Currency code does not match the customer's.")
            }
        case "DoNotCalculationTax": recalculateTax(&invoice)
        default: break
        }
    }

    private func takeCustomer(_ invoice: inout Record) throws(ServiceError) {
        let number = invoice.text("CustomerNumber")
        guard let customer = record(.customers, number) else { throw .doesNotExist("Customer", number) }
        if let refusal = refusal(of: customer, at: .entry) { throw refusal }
        for name in ["AccountSet", "TaxGroup", "Terms", "CurrencyCode", "ShipViaCode", "RateType"] {
            invoice.set(name, customer.text(name))
        }
        invoice.set("ExchangeRate", scenario.rates[customer.text("CurrencyCode")] ?? 1)
        if customer.text("CurrencyCode") == scenario.currency { invoice.set("ExchangeRate", 1) }
        setDueDate(&invoice)
        takeTaxGroup(&invoice)
        try checkDuplicate(invoice, at: .entry)
    }

    private func takeTaxGroup(_ invoice: inout Record) {
        let group = record(.taxGroups, EntityKey.storageKey(invoice.text("TaxGroup"), "Sales"))
        for authority in 1...5 {
            invoice.set("TaxAuthority\(authority)", group?.text("TaxAuthority\(authority)") ?? "")
        }
        recalculateTax(&invoice)
    }

    private func recalculateTax(_ invoice: inout Record) {
        var lines = invoice.rows("InvoiceDetails")
        guard invoice.text("DoNotCalculationTax") == "No", !lines.isEmpty else { return }
        for index in lines.indices { calculateTax(&lines[index], of: invoice) }
        invoice.set("InvoiceDetails", lines)
    }

    private func calculateTax(_ line: inout Record, of invoice: Record) {
        InvoiceArithmetic.calculateTax(
            of: &line,
            group: taxRates[invoice.text("TaxGroup")],
            places: places(of: invoice)
        )
    }

    private func setDueDate(_ invoice: inout Record) {
        let days = termDays[invoice.text("Terms")] ?? 0
        invoice.set("DueDate", invoice.day("DocumentDate")?.adding(days: days))
    }

    private func places(of invoice: Record) -> Int {
        let currency = invoice.text("CurrencyCode")
        return currency.isEmpty ? currencyPlaces : CompanyScenario.places(of: currency)
    }

    // MARK: Lines

    private func assignLines(
        _ elements: [JSON],
        _ field: Field,
        to invoice: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        guard let merging = RowMerging(field, reader: reader, isCreating: isCreating) else { return }
        try merging.apply(elements, to: &invoice) { object, invoice, lines throws(ServiceError) in
            var line = Record(.invoiceDetail)
            line.set("BatchNumber", invoice.number("BatchNumber"))
            line.set("EntryNumber", invoice.number("EntryNumber"))
            line.set("LineNumber", (lines.map { $0.integer("LineNumber") }.max() ?? 0) + 20)
            try assignLine(object, to: &line, of: invoice, isCreating: true)
            return line
        } update: { object, line, invoice throws(ServiceError) in
            try assignLine(object, to: &line, of: invoice, isCreating: false)
        }
    }

    private func assignLine(
        _ payload: JSONObject,
        to line: inout Record,
        of invoice: Record,
        isCreating: Bool
    ) throws(ServiceError) {
        try reader.assign(payload, to: &line) { field, elements, line throws(ServiceError) in
            try reader.assignPlainRows(elements, field, to: &line, isCreating: isCreating)
        } didSet: { name, line throws(ServiceError) in
            guard name == "DistributionCode", !line.text(name).isEmpty else { return }
            guard let code = record(.distributionCodes, line.text(name)) else {
                throw .doesNotExist("Distribution code", line.text(name))
            }
            line.set("RevenueAccount", code.text("RevenueAccount"))
        }
        line.set(
            "ExtendedAmountWithTIP",
            line.number("ExtendedAmountWithTIP").roundedHalfUp(places(of: invoice))
        )
        if invoice.text("DoNotCalculationTax") == "No" {
            calculateTax(&line, of: invoice)
        } else {
            InvoiceArithmetic.totalTax(of: &line)
        }
        try checkLine(line, of: invoice)
    }

    private func checkLine(_ line: Record, of invoice: Record) throws(ServiceError) {
        if invoice.text("InvoiceType") == "Item" {
            throw .doesNotExist("Item number", line.text("ItemNumber"))  // No items are simulated.
        }
        let account = line.text("RevenueAccount")
        guard !account.isEmpty else {
            throw ServiceError(.recordInvalid, "Distribution code or revenue account cannot be blank.")
        }
        if rules.badAccount == .entry, let problem = problem(withAccount: account) {
            throw ServiceError(.fieldInvalid, problem)
        }
    }

    private func numberPayments(_ invoice: inout Record) {
        var payments = invoice.rows("InvoicePaymentSchedules")
        for index in payments.indices {
            payments[index].set("BatchNumber", invoice.number("BatchNumber"))
            payments[index].set("EntryNumber", invoice.number("EntryNumber"))
            payments[index].set("PaymentNumber", index + 1)
        }
        invoice.set("InvoicePaymentSchedules", payments)
    }

    // MARK: The whole document

    /// Derives, totals and checks what only a whole document shows.
    private func complete(_ invoice: inout Record) throws(ServiceError) {
        guard !invoice.text("CustomerNumber").isEmpty else {
            throw ServiceError(.recordInvalid, "Customer Number cannot be blank.")
        }
        if invoice.day("PostingDate") == nil { invoice.set("PostingDate", invoice.day("DocumentDate")) }
        if invoice.day("AsOfDate") == nil { invoice.set("AsOfDate", invoice.day("DocumentDate")) }
        let period = try period(of: invoice.day("PostingDate"))
        invoice.set("FiscalYear", period.year)
        invoice.set("FiscalPeriod", period.period)
        if rules.closedPeriod == .entry { try checkOpen(period) }
        setTransactionType(&invoice)
        InvoiceArithmetic.total(&invoice)
        guard invoice.number("DocumentTotalIncludingTax") >= 0 else {
            throw ServiceError(.recordInvalid, "Document total cannot be negative.")
        }
        try checkApplication(of: invoice)
    }

    /// 12, 22 or 32 for summary documents.
    private func setTransactionType(_ invoice: inout Record) {
        let stem = invoice.text("DocumentType") == "Interest" ? "Invoice" : invoice.text("DocumentType")
        invoice.set("TransactionType", "\(stem)\(invoice.text("InvoiceType"))Entered")
    }

    /// A credit or debit note may name the posted document it changes.
    func checkApplication(of note: Record) throws(ServiceError) {
        let target = note.text("ApplytoDocument")
        guard !target.isEmpty, note.text("DocumentType") != "Invoice" else { return }
        guard
            let document = record(.postedDocuments, EntityKey.storageKey(note.text("CustomerNumber"), target))
        else {
            throw .doesNotExist("Document number", target)
        }
        let due = document.number("CustomerCurrencyAmountDue")
        guard rules.refusesOverApplication, note.text("DocumentType") == "CreditNote",
            note.number("DocumentTotalIncludingTax") > due
        else { return }
        throw ServiceError(
            .recordInvalid,
            "The credit note amount is greater than the amount due of document \"\(target)\"."
        )
    }

    func checkDuplicate(_ invoice: Record, at moment: Rules.Moment) throws(ServiceError) {
        let (customer, document) = (invoice.text("CustomerNumber"), invoice.text("DocumentNumber"))
        guard moment == .posting || rules.duplicateDocument == .entry, !customer.isEmpty, !document.isEmpty,
            record(.postedDocuments, EntityKey.storageKey(customer, document)) != nil
        else { return }
        throw ServiceError(
            .fieldInvalid,
            "Document number '\(document)' for customer \(customer) already exists.\n\nIf you want to add this "
                + "invoice, add characters to the document number to make it unique."
        )
    }

    /// Why a customer may not have documents; nil when it may.
    func refusal(of customer: Record, at moment: Rules.Moment) -> ServiceError? {
        let number = customer.text("CustomerNumber")
        if customer.text("Status") == "Inactive", moment == .posting || rules.inactiveCustomer == .entry {
            return ServiceError(.fieldInvalid, "Customer \"\(number)\" is inactive.")
        }
        if customer.text("OnHold") == "Yes", moment == .posting || rules.onHoldCustomer == .entry {
            return ServiceError(.fieldInvalid, "Customer \"\(number)\" is on hold.")
        }
        return nil
    }
}
