/// Common services and tax.
extension EntitySchema {
    /// Start and end dates are seen in public clients; the statuses' names are not documented anywhere (I).
    static let fiscalCalendar = EntitySchema(
        "FiscalCalendar",
        .common,
        key: ["FiscalYear"],
        [
            Field.codes(4, "FiscalYear"), Field.integers("NumberOfFiscalPeriods"),
            Field.choice("Active", numbered: [1: "Yes", 0: "No"]),
            (1...13).flatMap { Field.days("FiscalPeriod\($0)StartDate", "FiscalPeriod\($0)EndDate") }.quiet,
            (1...13).flatMap { Field.texts(10, "FiscalPeriod\($0)Status") }.quiet,
        ]
    )

    /// Property names are not documented anywhere (I).
    static let companyProfile = EntitySchema(
        "CompanyProfile",
        .common,
        key: ["CompanyProfileKey"],
        [
            Field.codes(6, "CompanyProfileKey"), Field.texts(60, "CompanyName"), Field.address,
            Field.codes(3, "FunctionalCurrency"), Field.switches("MulticurrencySwitch"),
            Field.integers("NumberOfFiscalPeriods"),
            Field.choice("LockedFiscalPeriod", "Error", "Warning", "None"),
        ]
    )

    /// The key's name is Sage's; the others follow the screens (I).
    static let currencyCode = EntitySchema(
        "CurrencyCode",
        .common,
        key: ["CurrencyCodeKey"],
        [
            Field.codes(3, "CurrencyCodeKey"), Field.texts(60, "Description"), Field.texts(4, "Symbol").quiet,
            Field.integers("DecimalPlaces"), Field.days("DateLastMaintained").quiet,
        ]
    )

    /// Property names are not documented anywhere (I).
    static let currencyRateType = EntitySchema(
        "CurrencyRateType",
        .common,
        key: ["RateTypeKey"],
        [Field.codes(2, "RateTypeKey"), Field.texts(60, "Description")]
    )

    /// The key's name follows that of tax groups (I).
    static let taxAuthority = EntitySchema(
        "TaxAuthority",
        .tax,
        key: ["TaxAuthorityKey"],
        [
            Field.codes(12, "TaxAuthorityKey"), Field.texts(60, "Description"),
            Field.codes(3, "TaxReportingCurrency"), Field.codes(45, "TaxLiabilityAccount"),
            Field.days("LastMaintained").quiet,
        ]
    )

    static let taxGroup = EntitySchema(
        "TaxGroup",
        .tax,
        key: ["TaxGroupKey", "TransactionType"],
        [
            Field.codes(12, "TaxGroupKey"), Field.choice("TransactionType", from: 1, "Sales", "Purchases"),
            Field.texts(60, "Description"), Field.codes(3, "TaxReportingCurrency"),
            (1...5).flatMap { Field.codes(12, "TaxAuthority\($0)") },
            Field.five("Taxable", Field.truths).quiet, Field.five("Surtax", Field.truths).quiet,
            Field.choice(
                "TaxCalculationMethod",
                from: 1,
                "TaxCalculationbydocument",
                "TaxCalculationbydetail"
            ),
            Field.days("LastMaintained").quiet,
        ]
    )
}
