/// What A/R posting leaves behind (view AR0036).
extension EntitySchema {
    static let postedDocument = EntitySchema(
        "PostedDocument",
        .receivable,
        key: ["CustomerNumber", "DocumentNumber"],
        [
            Field.codes(12, "CustomerNumber"), Field.codes(22, "DocumentNumber"),
            Field.texts(22, "CheckReceiptNumber").quiet, Field.texts(22, "OrderNumber", "PONumber"),
            Field.days("DueDate"), Field.codes(12, "NationalAccountNumber").quiet,
            Field.codes(6, "ShipToLocation").quiet,
            Field.choice("TransactionType", numbered: transactionTypes),
            Field.choice("DocumentType", numbered: documentTypes), Field.days("BatchDate"),
            Field.counters("BatchNumber", "EntryNumber"), Field.codes(6, "GroupCode"),
            Field.texts(60, "DocumentDescription"), Field.days("DocumentDate", "AsofDate"),
            Field.codes(6, "Terms"), Field.days("DiscountDate").quiet, Field.codes(3, "CurrencyCode"),
            Field.codes(2, "RateType").quiet, Field.switches("RateOverridden").quiet,
            Field.decimals(7, ["ExchangeRate"]), currencyAmounts("FunctionalCurrency"),
            currencyAmounts("CustomerCurrency"), Field.switches("FullyPaid"), Field.days("LastActivityDate"),
            Field.counters("NumberOfScheduledPayments"), Field.switches("DoNotCalculationTax"),
            Field.codes(12, "TaxAuthority1"), (2...5).flatMap { Field.codes(12, "TaxAuthority\($0)") }.quiet,
            Field.five("TaxBase", Field.amounts).quiet, Field.five("TaxAmount", Field.amounts).quiet,
            Field.salespersons, Field.codes(4, "FiscalYear"), Field.codes(2, "FiscalPeriod"),
            Field.codes(22, "PrepaymentApplytoDocumentNumber").quiet, Field.days("PostingDate"),
            Field.counters("PostingSequenceNumber"), Field.switches("JobRelated", "HasRetainage").quiet,
            Field.codes(22, "OriginalDocumentNumber").quiet, Field.codes(2, "SourceApplication").quiet,
            Field.choice("InvoiceType", from: 1, "Item", "Summary"), Field.codes(2, "BatchType").quiet,
            Field.codes(12, "TaxGroup"), Field.texts(22, "ShipmentNumber"), Field.codes(6, "AccountSet"),
            Field.days("DatePaid").quiet,
        ]
    )

    private static func currencyAmounts(_ stem: String) -> [Field] {
        Field.amounts("\(stem)InvoiceAmount", "\(stem)AmountDue", "\(stem)TaxableAmount")
            + Field.amounts("\(stem)NonTaxableAmount", "\(stem)TaxAmount", "\(stem)DiscountAmount").quiet
    }
}
