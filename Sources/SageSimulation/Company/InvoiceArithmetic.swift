import Foundation

/// Totals of an A/R document, computed from its lines. Decimal throughout.
enum InvoiceArithmetic {
    /// Tax of one line at a group's rate, where Sage calculates it.
    static func calculateTax(of line: inout Record, group: CompanyScenario.TaxGroup?, places: Int) {
        let amount = line.number("ExtendedAmountWithTIP")
        let rate = group?.rate ?? 0
        line.set("TaxBase1", rate == 0 ? 0 : amount)
        line.set("TaxRate1", rate)
        line.set("TaxAmount1", (amount * rate / 100).roundedHalfUp(places))
        for authority in 2...5 { line.set("TaxAmount\(authority)", Decimal(0)) }
        totalTax(of: &line)
    }

    /// `TaxTotal` and the amount without tax of a line.
    static func totalTax(of line: inout Record) {
        line.set("TaxTotal", (1...5).reduce(Decimal(0)) { $0 + line.number("TaxAmount\($1)") })
        line.set("ExtendedAmountWithoutTIP", line.number("ExtendedAmountWithTIP"))
    }

    /// Header totals and the payment schedule. Header tax amounts count only where no line has any: with
    /// `DoNotCalculationTax` a client may send them on either.
    static func total(_ invoice: inout Record) {
        let lines = invoice.rows("InvoiceDetails")
        let net = lines.reduce(Decimal(0)) { $0 + $1.number("ExtendedAmountWithTIP") }
        if lines.contains(where: { $0.number("TaxTotal") != 0 })
            || invoice.text("DoNotCalculationTax") == "No"
        {
            for authority in 1...5 {
                let name = "TaxAmount\(authority)"
                invoice.set(name, lines.reduce(Decimal(0)) { $0 + $1.number(name) })
            }
            invoice.set("TaxBase1", lines.reduce(Decimal(0)) { $0 + $1.number("TaxBase1") })
        }
        let tax = (1...5).reduce(Decimal(0)) { $0 + invoice.number("TaxAmount\($1)") }
        let total = net + tax
        invoice.set("TaxTotal", tax)
        invoice.set("DocumentTotalBeforeTax", net)
        invoice.set("DocumentTotalIncludingTax", total)
        invoice.set("AmountDue", total)
        invoice.set("TaxableAmount", tax == 0 ? 0 : net)
        invoice.set("NonTaxableAmount", tax == 0 ? net : 0)
        invoice.set("NumberOfDetails", lines.count)
        invoice.set("NumberOfOptionalFields", invoice.rows("InvoiceOptionalFields").count)
        schedule(&invoice, total)
    }

    /// Entries and their net total: credit notes count against invoices.
    static func total(batch: inout Record) {
        let invoices = batch.rows("Invoices")
        batch.set("NumberOfEntries", invoices.count)
        batch.set(
            "BatchTotal",
            invoices.reduce(Decimal(0)) { $0 + sign(of: $1) * $1.number("DocumentTotalIncludingTax") }
        )
    }

    /// −1 for credit notes.
    static func sign(of document: Record) -> Decimal {
        document.text("DocumentType") == "CreditNote" ? -1 : 1
    }

    private static func schedule(_ invoice: inout Record, _ total: Decimal) {
        var payments = invoice.rows("InvoicePaymentSchedules")
        if payments.isEmpty {
            var payment = Record(.invoicePaymentSchedule)
            payment.set("BatchNumber", invoice.number("BatchNumber"))
            payment.set("EntryNumber", invoice.number("EntryNumber"))
            payment.set("PaymentNumber", 1)
            payments = [payment]
        }
        if payments.count == 1 {
            payments[0].set("DueDate", invoice.day("DueDate"))
            payments[0].set("AmountDue", total)
        }
        invoice.set("InvoicePaymentSchedules", payments)
        invoice.set("NumberOfScheduledPayments", payments.count)
        invoice.set(
            "TotalPaymentAmountScheduled",
            payments.reduce(Decimal(0)) { $0 + $1.number("AmountDue") }
        )
    }
}
