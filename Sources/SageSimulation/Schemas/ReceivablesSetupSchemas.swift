/// Codes an A/R document refers to.
extension EntitySchema {
    /// Keyed `TermsCode` in Sage's newer sample, `TermsCodeKey` in its 2016 metadata: both work (reference §14).
    static let terms = EntitySchema(
        "TermsCode",
        .receivable,
        key: ["TermsCode"],
        aliases: ["TermsCodeKey": "TermsCode"],
        [
            Field.codes(6, "TermsCode"), Field.texts(60, "Description"), Field.activity,
            Field.switches("UsePaymentSchedule"),
            Field.choice(
                "DueDateType",
                from: 1,
                "DaysFromInvoiceDate",
                "EndOfNextMonth",
                "DayOfNextMonth",
                "DaysFromDayOfNextMonth",
                "DueDateTable"
            ),
            Field.counters("DueDateTableStartingDay1", "NumberOfPayments", "TotalPercentDue"),
        ]
    )

    static let accountSet = EntitySchema(
        "AccountSet",
        .receivable,
        key: ["AccountSetKey"],
        [
            Field.codes(6, "AccountSetKey"), Field.texts(60, "Description"), Field.activity,
            Field.codes(
                45,
                "ReceivablesControlAccount",
                "PrepaymentLiabilityAccount",
                "DiscountsAccount",
                "WriteOffsAccount"
            ),
            Field.codes(3, "CurrencyCode"),
            Field.codes(
                45,
                "UnrealizedExchangeGainAccount",
                "UnrealizedExchangeLossAccount",
                "ExchangeGainAccount",
                "ExchangeLossAccount",
                "RetainageAccount",
                "ExchangeRoundingAccount"
            ).quiet,
        ]
    )

    static let distributionCode = EntitySchema(
        "DistributionCode",
        .receivable,
        key: ["DistributionCodeKey"],
        [
            Field.codes(6, "DistributionCodeKey"), Field.texts(60, "Description"), Field.activity,
            Field.codes(45, "RevenueAccount", "InventoryAccount", "CostOfGoodsSoldAccount"),
            Field.choice("Discountable", numbered: [1: "Yes", 0: "No"]),
        ]
    )
}
