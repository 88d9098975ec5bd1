/// A/R invoice batches (views AR0031 to AR0034).
extension EntitySchema {
    static let invoiceBatch = EntitySchema(
        "InvoiceBatch",
        .receivable,
        key: ["BatchNumber"],
        [
            Field.counters("BatchNumber").computed, Field.days("BatchDate"), Field.texts(60, "Description"),
            Field.counters("NumberOfEntries").computed, Field.amounts("BatchTotal").computed,
            Field.choice(
                "BatchType",
                from: 1,
                "Entered",
                "Imported",
                "Recurring",
                "Generated",
                "External",
                "Retainage"
            ),
            Field.choice(
                "BatchStatus",
                numbered: [1: "Open", 3: "Posted", 4: "Deleted", 5: "PostInProgress", 7: "ReadyToPost"]
            ),
            Field.choice("DefaultInvoiceType", from: 1, "Item", "Summary"),
            Field.counters("LastEntryNumber", "PostingSequenceNumber", "NumberOfErrors").computed,
            Field.days("DateLastEdited").computed, Field.switches("BatchPrintedFlag"),
            Field.codes(2, "SourceApplication"),
            Field.choice(
                "ProcessCommand",
                "LockBatchResourceExclusive",
                "LockBatchResourceShared",
                "UnlockBatchResource"
            ).quiet,
            Field.rows("Invoices", of: invoice, key: "EntryNumber"),
        ]
    )

    static let documentTypes: KeyValuePairs<Int, String> = [
        1: "Invoice", 2: "DebitNote", 3: "CreditNote", 4: "Interest",
    ]

    static let transactionTypes: KeyValuePairs<Int, String> = [
        12: "InvoiceSummaryEntered", 11: "InvoiceItemIssued", 13: "InvoiceRecurringCharge",
        14: "InvoiceSummaryIssued", 15: "InvoiceItemEntered", 21: "DebitNoteItemIssued",
        22: "DebitNoteSummaryEntered", 24: "DebitNoteSummaryIssued", 25: "DebitNoteItemEntered",
        31: "CreditNoteItemIssued", 32: "CreditNoteSummaryEntered", 34: "CreditNoteSummaryIssued",
        35: "CreditNoteItemEntered", 40: "InterestCharge",
    ]

    static let invoice = EntitySchema(
        "Invoice",
        .receivable,
        key: ["BatchNumber", "EntryNumber"],
        [
            Field.counters("BatchNumber").computed, Field.counters("EntryNumber").computed,
            Field.codes(12, "CustomerNumber"), Field.codes(22, "DocumentNumber"),
            Field.codes(6, "ShipToLocationCode"), Field.texts(60, "SpecialInstructions"),
            Field.choice("DocumentType", numbered: documentTypes),
            Field.choice("TransactionType", numbered: transactionTypes),
            Field.texts(22, "OrderNumber", "PONumber"), Field.texts(60, "InvoiceDescription"),
            Field.switches("InvoicePrinted").quiet, Field.codes(22, "ApplytoDocument"),
            Field.codes(6, "AccountSet"), Field.days("DocumentDate", "AsOfDate"),
            Field.codes(4, "FiscalYear").computed, Field.codes(2, "FiscalPeriod").computed,
            Field.codes(3, "CurrencyCode"), Field.codes(2, "RateType"),
            Field.switches("RateOverridden").quiet, Field.decimals(7, ["ExchangeRate"]),
            Field.decimals(7, ["ApplytoExchangeRate"]).quiet, Field.codes(6, "Terms"),
            Field.switches("TermsCodeOverridden").quiet, Field.days("DueDate", "DiscountDate"),
            Field.decimals(5, ["DiscountPercentage"]).quiet, Field.amounts("DiscountAmountAvailable").quiet,
            Field.counters("NumberOfDetails").computed, Field.salespersons,
            Field.choice("Taxable", numbered: [1: "Yes", 0: "No"]), Field.switches("DoNotCalculationTax"),
            taxBlock, totals.computed, shipTo, Field.days("RateDate").quiet,
            Field.switches("CustNatlOverCreditFlag").computed,
            Field.choice("RateOperator", from: 1, "Multiply", "Divide").quiet,
            Field.codes(2, "DrillDownApplicationSource").quiet, Field.integers("DrillDownType").quiet,
            Field.counters("DrillDownLinkNumber").quiet, Field.texts(60, "ProcessCommand").quiet,
            Field.codes(6, "ShipViaCode"), Field.texts(60, "ShipViaDescription").quiet,
            Field.switches("JobRelated", "RetainageInvoice", "HasRetainage").quiet,
            Field.integers("ErrorBatch", "ErrorEntry").computed,
            Field.choice("InvoiceType", from: 1, "Item", "Summary"),
            Field.codes(22, "OriginalDocumentNumber").quiet,
            Field.integers("NumberOfOptionalFields").computed, Field.codes(2, "SourceApplication"),
            Field.codes(3, "TaxReportingCurrencyCode").quiet, Field.texts(22, "ShipmentNumber"),
            Field.codes(8, "EnteredBy").computed, Field.days("PostingDate"),
            Field.rows("InvoiceDetails", of: invoiceDetail, key: "LineNumber"),
            Field.rows("InvoicePaymentSchedules", of: invoicePaymentSchedule, key: "PaymentNumber"),
            Field.rows(
                "InvoiceOptionalFields",
                of: optionalFields("InvoiceOptionalField", .receivable),
                key: "OptionalField"
            ),
        ]
    )

    private static var taxBlock: [Field] {
        Field.codes(12, "TaxGroup") + Field.codes(12, "TaxAuthority1")
            + (2...5).flatMap { Field.codes(12, "TaxAuthority\($0)") }.quiet
            + Field.five("TaxClass", Field.integers).quiet + Field.amounts("TaxBase1")
            + (2...5).flatMap { Field.amounts("TaxBase\($0)") }.quiet + Field.amounts("TaxAmount1")
            + (2...5).flatMap { Field.amounts("TaxAmount\($0)") }.quiet
    }

    private static var totals: [Field] {
        Field.amounts("TaxableAmount", "NonTaxableAmount", "TaxTotal", "DocumentTotalBeforeTax")
            + Field.amounts("PrepaymentAmount").quiet + Field.counters("NumberOfScheduledPayments")
            + Field.amounts("TotalPaymentAmountScheduled", "DocumentTotalIncludingTax", "AmountDue")
    }

    private static var shipTo: [Field] {
        (Field.texts(
            60,
            "ShipToLocationName",
            "ShipToAddressLine1",
            "ShipToAddressLine2",
            "ShipToAddressLine3",
            "ShipToAddressLine4"
        ) + Field.texts(30, "ShipToCity", "ShipToStateProvince", "ShipToCountry")
            + Field.texts(20, "ShipToZipPostalCode") + Field.texts(60, "ShipToContactName")
            + Field.texts(
                30,
                "ShipToPhoneNumber",
                "ShipToFaxNumber",
                "ShipToContactsPhone",
                "ShipToContactsFax"
            )
            + Field.texts(50, "ShipToEmail", "ShipToContactsEmail")).quiet
    }

    static let invoiceDetail = EntitySchema(
        "InvoiceDetail",
        .receivable,
        key: ["BatchNumber", "EntryNumber", "LineNumber"],
        [
            Field.counters("BatchNumber").computed, Field.counters("EntryNumber").computed,
            Field.counters("LineNumber").computed, Field.codes(16, "ItemNumber"),
            Field.codes(6, "DistributionCode"), Field.texts(60, "Description"),
            Field.codes(10, "UnitOfMeasure"), Field.decimals(5, ["Quantity"]),
            Field.decimals(6, ["Cost"]).quiet,
            Field.decimals(6, ["Price"]), Field.amounts("ExtendedAmountWithTIP"),
            Field.amounts("COGSAmount").quiet, Field.amounts("ExtendedAmountWithoutTIP").computed,
            Field.amounts("TaxTotal").computed, Field.amounts("TaxBase1"),
            (2...5).flatMap { Field.amounts("TaxBase\($0)") }.quiet,
            Field.five("TaxClass", Field.integers).quiet, Field.five("TaxIncluded", Field.switches).quiet,
            (1...5).flatMap { Field.decimals(5, ["TaxRate\($0)"]) }.quiet, Field.amounts("TaxAmount1"),
            (2...5).flatMap { Field.amounts("TaxAmount\($0)") }.quiet,
            Field.codes(45, "RevenueAccount"), Field.codes(45, "InventoryAccount", "COGSAccount").quiet,
            Field.texts(250, "Comments").quiet, Field.switches("PrintComment", "CommentAttached").quiet,
            Field.choice("Discountable", numbered: [1: "Yes", 0: "No"]).quiet,
            Field.rows(
                "InvoiceDetailOptionalFields",
                of: optionalFields("InvoiceDetailOptionalField", .receivable),
                key: "OptionalField"
            ).quiet,
        ]
    )

    static let invoicePaymentSchedule = EntitySchema(
        "InvoicePaymentSchedule",
        .receivable,
        key: ["BatchNumber", "EntryNumber", "PaymentNumber"],
        [
            Field.counters("BatchNumber").computed, Field.counters("EntryNumber").computed,
            Field.counters("PaymentNumber").computed, Field.days("DueDate"), Field.amounts("AmountDue"),
            Field.days("DiscountDate").quiet, Field.amounts("DiscountAmount").quiet,
        ]
    )
}
