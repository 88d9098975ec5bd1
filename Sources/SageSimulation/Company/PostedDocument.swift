import Foundation

/// What an entry leaves in the posted documents. Credit notes are stored negative there (view AR0036).
enum PostedDocument {
    static func record(of invoice: Record, batch: Record, sequence: Int) -> Record {
        var document = Record(.postedDocument)
        for name in copied where !invoice.text(name).isEmpty { document.set(name, invoice.text(name)) }
        for name in ["DocumentDate", "DueDate", "PostingDate"] { document.set(name, invoice.day(name)) }
        document.set("AsofDate", invoice.day("AsOfDate"))
        document.set("BatchDate", batch.day("BatchDate"))
        document.set("DocumentDescription", invoice.text("InvoiceDescription"))
        for name in ["BatchNumber", "EntryNumber", "NumberOfScheduledPayments", "ExchangeRate"] {
            document.set(name, invoice.number(name))
        }
        document.set("PostingSequenceNumber", sequence)
        document.set("LastActivityDate", invoice.day("DocumentDate"))
        document.set("BatchType", "IN")
        setAmounts(&document, invoice)
        document.set("FullyPaid", invoice.number("DocumentTotalIncludingTax") == 0 ? "Yes" : "No")
        return document
    }

    private static let copied = [
        "CustomerNumber", "DocumentNumber", "OrderNumber", "PONumber", "TransactionType", "DocumentType",
        "Terms",
        "CurrencyCode", "RateType", "DoNotCalculationTax", "TaxAuthority1", "TaxAuthority2", "TaxAuthority3",
        "TaxAuthority4", "TaxAuthority5", "FiscalYear", "FiscalPeriod", "InvoiceType", "TaxGroup",
        "ShipmentNumber", "AccountSet", "SourceApplication",
    ]

    private static func setAmounts(_ document: inout Record, _ invoice: Record) {
        let sign = InvoiceArithmetic.sign(of: invoice)
        let rate = invoice.number("ExchangeRate")
        for (target, source) in [
            ("InvoiceAmount", "DocumentTotalIncludingTax"), ("AmountDue", "DocumentTotalIncludingTax"),
            ("TaxableAmount", "TaxableAmount"), ("NonTaxableAmount", "NonTaxableAmount"),
            ("TaxAmount", "TaxTotal"),
        ] {
            let amount = sign * invoice.number(source)
            document.set("CustomerCurrency\(target)", amount)
            document.set("FunctionalCurrency\(target)", (amount * rate).roundedHalfUp(2))
        }
        for authority in 1...5 {
            document.set("TaxBase\(authority)", sign * invoice.number("TaxBase\(authority)"))
            document.set("TaxAmount\(authority)", sign * invoice.number("TaxAmount\(authority)"))
        }
    }
}
