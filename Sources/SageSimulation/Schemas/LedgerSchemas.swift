/// General ledger (views GL0001, GL0006, GL0008, GL0010, GL0018).
extension EntitySchema {
    static let account = EntitySchema(
        "Account",
        .ledger,
        key: ["UnformattedAccount"],
        [
            Field.codes(45, "UnformattedAccount"), Field.days("DateCreated"), Field.texts(60, "Description"),
            Field.choice(
                "AccountType",
                numbered: [1: "BalanceSheet", 0: "IncomeStatement", 2: "RetainedEarnings"]
            ),
            Field.choice("NormalBalanceDRCR", from: 1, "Debit", "Credit"),
            Field.choice("Status", numbered: [1: "Active", 0: "Inactive"]),
            Field.choice("PostToAccount", "Detail", "Consolidated", "Prohibited"),
            Field.switches("QuantitiesAllowed").quiet, Field.texts(6, "UnitOfMeasure").quiet,
            Field.switches("AllocationsAllowed").quiet,
            Field.switches("Multicurrency", "SpecificCurrency").quiet,
            Field.switches("ControlAccount"), Field.codes(6, "StructureCode"),
            Field.integers("YearLastClosed").quiet, Field.texts(45, "AccountNumber"),
            (1...10).flatMap { Field.codes(15, "AccountSegmentCode\($0)") }.quiet,
            Field.codes(3, "DefaultCurrencyCode").quiet, Field.codes(12, "AccountGroupCode").quiet,
            Field.rows(
                "AccountOptionalFields",
                of: optionalFields("AccountOptionalField", .ledger),
                key: "OptionalField"
            ).quiet,
        ]
    )

    /// Which of the three spellings makes a batch ready is unconfirmed (reference §7): all are accepted.
    static let journalBatch = EntitySchema(
        "JournalBatch",
        .ledger,
        key: ["BatchNumber"],
        [
            Field.codes(6, "BatchNumber").computed, Field.texts(60, "Description"),
            Field.codes(2, "SourceLedger"), Field.days("DateCreated", "DateLastEdited").computed,
            Field.choice(
                "JournalBatchType",
                from: 1,
                "Entered",
                "Subledger",
                "Imported",
                "Generated",
                "Recurring"
            ),
            Field.choice(
                "Status",
                numbered: [
                    1: "Open", 3: "ReadyToPost", 4: "Posted", 5: "Deleted", 6: "PostInProgress",
                    7: "ProvPosted",
                ]
            ),
            Field.choice("BatchStatus", numbered: [1: "Open", 3: "ReadyToPost"]).quiet,
            Field.integers("PostingSequence").computed, Field.amounts("Debits", "Credits").computed,
            Field.amounts("QuantityTotal").quiet,
            Field.integers("NumberOfEntries", "NextEntryNumber", "NumberOfErrors").computed,
            Field.switches("Printed").quiet, Field.switches("ReadyToPost", "LockBatchSwitch"),
            Field.rows("JournalHeaders", of: journalHeader, key: "EntryNumber"),
        ]
    )

    static let journalHeader = EntitySchema(
        "JournalHeader",
        .ledger,
        key: ["BatchNumber", "EntryNumber"],
        [
            Field.codes(6, "BatchNumber").computed, Field.codes(5, "EntryNumber").computed,
            Field.codes(2, "SourceLedger", "SourceType"), Field.codes(4, "FiscalYear"),
            Field.codes(2, "FiscalPeriod"),
            Field.choice("AutoReversal", "AutoReversalOff", "NextPeriod", "SpecificPeriod"),
            Field.texts(60, "Description"), Field.amounts("Debits", "Credits").computed,
            Field.days("PostingDate"), Field.amounts("OutOfBalanceBy").computed,
            Field.codes(4, "SpecificReversalYear").quiet, Field.codes(2, "SpecificReversalPeriod").quiet,
            Field.integers("ErrorBatch", "ErrorEntry", "NumberOfDetails").computed,
            Field.codes(8, "EnteredBy").computed, Field.days("DocumentDate"),
            Field.codes(2, "DrillDownApplicationSource").quiet, Field.integers("DrillDownType").quiet,
            Field.rows("JournalDetails", of: journalDetail, key: "TransactionNumber"),
        ]
    )

    static let journalDetail = EntitySchema(
        "JournalDetail",
        .ledger,
        key: ["BatchNumber", "EntryNumber", "TransactionNumber"],
        [
            Field.codes(6, "BatchNumber").computed, Field.codes(5, "EntryNumber").computed,
            Field.codes(10, "TransactionNumber").computed, Field.codes(45, "AccountNumber"),
            Field.codes(8, "CompanyID").quiet, Field.amounts("Amount"), Field.amounts("Quantity").quiet,
            Field.amounts("SourceCurrencyAmount"), Field.codes(3, "HomeCurrency").quiet,
            Field.codes(2, "CurrencyRateTable").quiet, Field.codes(3, "SourceCurrency"),
            Field.days("CurrencyRateDate").quiet, Field.decimals(7, ["CurrencyRate"]).quiet,
            Field.texts(60, "Description", "Reference"), Field.days("JournalDate"),
            Field.codes(2, "SourceLedger", "SourceType"), Field.texts(250, "Comment").quiet,
            Field.rows(
                "JournalDetailOptionalFields",
                of: optionalFields("JournalDetailOptionalField", .ledger),
                key: "OptionalField"
            ).quiet,
        ]
    )

    static let postedTransaction = EntitySchema(
        "PostedTransaction",
        .ledger,
        key: [
            "AccountNumber", "FiscalYear", "FiscalPeriod", "SourceCurrencyCode", "SourceLedgerCode",
            "SourceTypeCode", "PostingSequenceNumber", "DetailCount",
        ],
        [
            Field.codes(45, "AccountNumber"), Field.codes(4, "FiscalYear"), Field.codes(2, "FiscalPeriod"),
            Field.codes(3, "SourceCurrencyCode"), Field.codes(2, "SourceLedgerCode", "SourceTypeCode"),
            Field.integers("PostingSequenceNumber", "DetailCount"), Field.days("JournalDate"),
            Field.codes(6, "BatchNumber"), Field.codes(5, "JournalEntryNumber"),
            Field.integers("JournalTransactionNumber"),
            Field.texts(60, "JournalDetailDescription", "JournalDetailReference"),
            Field.amounts("JournalTransactionAmount"), Field.amounts("JournalTransactionQuantity").quiet,
            Field.amounts("SourceCurrencyAmount"), Field.codes(3, "HomeCurrencyCode"),
            Field.days("DocumentDate"),
        ]
    )
}
