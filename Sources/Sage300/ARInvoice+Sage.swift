public import Accounting
public import ExactJSON

extension ARInvoice {
    /// The entry as Sage 300 takes it, for `Invoices[]` (reference Sage 6.3).
    ///
    /// Order is meaning: `CustomerNumber` first, because it sets the defaults the rest replaces;
    /// `DoNotCalculationTax` before the lines, so that Sage's own tax stays zero.
    public var entryJSON: JSON {
        var entry: JSONObject = [
            "CustomerNumber": .string(customer.text), "DocumentType": .string(type.rawValue),
            "InvoiceType": "Summary", "DocumentNumber": .string(number.text),
            "OrderNumber": .string(orderNumber),
            "InvoiceDescription": .string(description), "DocumentDate": .string(Self.dateText(date)),
            "PostingDate": .string(Self.dateText(date)),
        ]
        if let appliesTo { entry["ApplytoDocument"] = .string(appliesTo.text) }
        if let terms { entry["Terms"] = .string(terms) }
        if let taxGroup { entry["TaxGroup"] = .string(taxGroup) }
        entry["DoNotCalculationTax"] = "Yes"
        entry["InvoiceDetails"] = .array(
            lines.map { line in
                [
                    "RevenueAccount": .string(line.account), "Description": .string(line.description),
                    "ExtendedAmountWithTIP": .decimal(line.amount),
                ]
            }
        )
        return .object(entry)
    }

    /// Always midnight UTC: an offset could shift the day (reference Sage 9).
    private static func dateText(_ date: CalendarDate) -> String { "\(date)T00:00:00Z" }
}
