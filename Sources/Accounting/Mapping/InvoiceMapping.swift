/// From an Adobe invoice to the AR invoice it becomes, where invoices and not orders are entered
/// (`invoiceOn: invoice`). Lines and proof are those of `OrderMapping`.
public enum InvoiceMapping {
    /// The AR invoice of an Adobe invoice.
    ///
    /// Fixed product tax is the lines' share of the order's; reward points, fees and gift wrapping that the invoice does
    /// not print are what its total lacks, as far as the order has any (reference Adobe 11).
    /// - Throws: as `OrderMapping.invoice`.
    public static func invoice(
        for adobeInvoice: StoreInvoice,
        of order: StoreOrder,
        rules: CompanyRules,
        customer: CustomerNumber
    ) throws(Failure) -> ARInvoice {
        let amounts = try OrderAmounts(order, rules: rules)
        return try EntryDraft(billing: Billing(adobeInvoice, of: order, amounts)).entry(
            EntryDraft.Heading(
                type: .invoice,
                number: try DocumentNumbering(rules).invoice(
                    adobeInvoice.incrementID,
                    storeView: adobeInvoice.storeView
                ),
                customer: customer,
                date: CalendarDate(adobeInvoice.createdAt, in: rules.timeZone),
                description: "Adobe Commerce invoice \(adobeInvoice.incrementID)"
            ),
            of: order,
            amounts,
            rules: rules
        )
    }
}
