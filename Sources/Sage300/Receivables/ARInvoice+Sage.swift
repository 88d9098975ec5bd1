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
        for (position, tax) in taxes.enumerated() {
            entry["TaxAuthority\(position + 1)"] = .string(tax.authority)
            entry["TaxAmount\(position + 1)"] = .decimal(tax.amount.decimal)
        }
        entry["InvoiceDetails"] = .array(lines.map(\.detailJSON))
        if !optionalFields.isEmpty {
            entry["InvoiceOptionalFields"] = .array(
                optionalFields.sorted { $0.key < $1.key }.map {
                    ["OptionalField": .string($0.key), "Value": .string($0.value)]
                }
            )
        }
        return .object(entry)
    }

    /// Always midnight UTC: an offset could shift the day (reference Sage 9).
    private static func dateText(_ date: CalendarDate) -> String { "\(date)T00:00:00Z" }
}

extension ARInvoice.Line {
    /// Either an account or the distribution code that stands for one (reference Sage 6.3).
    fileprivate var detailJSON: JSON {
        var detail = JSONObject()
        switch target {
        case .account(let account): detail["RevenueAccount"] = .string(account)
        case .distributionCode(let code): detail["DistributionCode"] = .string(code)
        }
        detail["Description"] = .string(description)
        detail["ExtendedAmountWithTIP"] = .decimal(amount.decimal)
        for (position, tax) in taxes.enumerated() {
            detail["TaxAmount\(position + 1)"] = .decimal(tax.decimal)
        }
        return .object(detail)
    }
}
