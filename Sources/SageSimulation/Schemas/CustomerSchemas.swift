/// A/R customers and what they refer to (views AR0023, AR0024, AR0025).
extension EntitySchema {
    static let customer = EntitySchema(
        "Customer",
        .receivable,
        key: ["CustomerNumber"],
        [
            Field.codes(12, "CustomerNumber"), Field.codes(10, "ShortName"), Field.codes(6, "GroupCode"),
            Field.codes(12, "NationalAccount").quiet, Field.activity, Field.switches("OnHold"),
            Field.days("StartDate"), Field.texts(60, "CustomerName"), Field.address, Field.contacts,
            Field.texts(100, "WebSite"), Field.codes(6, "TerritoryCode").quiet, Field.codes(6, "AccountSet"),
            Field.codes(6, "AutocashProfile", "BillingCycle", "InterestProfile").quiet,
            Field.codes(3, "CurrencyCode"), Field.switches("PrintStatements").quiet,
            Field.choice("AccountType", "OpenItem", "BalanceForward"), Field.codes(6, "Terms"),
            Field.codes(2, "RateType").quiet, Field.codes(12, "TaxGroup"),
            (1...5).flatMap { Field.texts(20, "TaxRegistrationNumber\($0)") }.quiet, Field.taxClasses,
            Field.amounts("CreditLimitCustomerCurrency"), Field.salespersons,
            customerStatistics.computed,
            Field.codes(6, "CustomerPriceList").quiet,
            Field.choice("CustomerDiscountType", "Base", "A", "B", "C", "D", "E").quiet,
            Field.integers("BillingMethod").quiet, Field.codes(12, "PaymentCode").quiet,
            Field.texts(60, "FreeOnBoard").quiet, Field.codes(6, "ShipViaCode").quiet,
            Field.texts(60, "ShipViaDescription").quiet,
            Field.choice("DeliveryMethod", "Mail", "Email", "ContactsEmail").quiet,
            Field.codes(6, "PrimaryShipToLocation", "InventoryLocation").quiet,
            Field.switches("AllowPartialShipments", "AllowWebStoreShopping", "AllowBackorderQuantities")
                .quiet,
            Field.switches("CheckCreditLimit", "CheckOverdueAmounts").quiet,
            Field.integers("DaysOverdue").quiet, Field.amounts("AmountOverdue").quiet,
            Field.choice("CheckForDuplicatePOs", "None", "Warning", "Error").quiet,
            Field.texts(3, "CheckLanguage").quiet, Field.texts(30, "BusinessRegistrationNumber").quiet,
            Field.texts(30, "ProcessCommandCode", "ARVersion", "Database", "Mode").quiet,
            Field.truths("SuppressIntegration").quiet,
            Field.integers("NumberOfOptionalFields").computed,
            Field.rows(
                "CustomerOptionalFieldValues",
                of: optionalFields("CustomerOptionalFieldValue", .receivable),
                key: "OptionalField"
            ),
        ]
    )

    private static var customerStatistics: [Field] {
        Field.amounts("BalanceDueInCustomerCurrency", "BalanceDueInFunctionalCurrency")
            + Field.counters("NumberOfOpenDocuments")
            + Field.days("DateOfLastActivity", "DateOfLastInvoice", "DateOfLastCreditNote")
            + Field.amounts("LastInvoiceAmountCustomerCurrency", "LastCreditNoteAmountCustomerCurrency").quiet
            + Field.amounts("AmountPastDue", "AverageDaysToPay").quiet
    }

    static let customerGroup = EntitySchema(
        "CustomerGroup",
        .receivable,
        key: ["GroupCode"],
        [
            Field.codes(6, "GroupCode"), Field.texts(60, "Description"), Field.activity,
            Field.codes(6, "AccountSet"),
            Field.codes(6, "AutocashProfile", "BillingCycle", "InterestProfile").quiet,
            Field.choice("AccountType", "OpenItem", "BalanceForward"), Field.codes(6, "Terms"),
            Field.codes(2, "RateType").quiet, Field.switches("AllowEditOfCreditLimit").quiet,
            Field.codes(12, "TaxGroup"), Field.taxClasses, Field.salespersons,
            (1...5).flatMap {
                Field.codes(3, "CreditLimit\($0)Currency")
                    + Field.amounts("CreditLimit\($0)Amount", "AmountOverdue\($0)")
            }.quiet,
            Field.switches("PrintStatements", "CheckCreditLimit", "CheckOverdueAmounts").quiet,
            Field.integers("DaysOverdue").quiet,
            Field.rows(
                "CustomerGroupOptionalFieldVa",
                of: optionalFields("CustomerGroupOptionalFieldVa", .receivable),
                key: "OptionalField"
            ),
        ]
    )

    static let shipToLocation = EntitySchema(
        "ShipToLocation",
        .receivable,
        key: ["CustomerNumber", "ShipToLocationKey"],
        [
            Field.codes(12, "CustomerNumber"), Field.codes(6, "ShipToLocationKey"), Field.activity,
            Field.texts(60, "Description"), Field.address, Field.codes(6, "TerritoryCode").quiet,
            Field.codes(12, "TaxGroup"), Field.taxClasses, Field.texts(60, "SpecialInstructions"),
            Field.salespersons, Field.codes(6, "CustomerPriceList", "ShipViaCode", "InventoryLocation").quiet,
            Field.texts(60, "FreeOnBoard", "ShipViaDescription").quiet,
            Field.switches("PrimaryShipToIndicator"), Field.contacts,
            Field.rows(
                "ShipToLocationsOptionalField",
                of: optionalFields("ShipToLocationsOptionalField", .receivable),
                key: "OptionalField"
            ),
        ]
    )
}
