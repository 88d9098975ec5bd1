/// What the rows of an order are made of: of an item's amounts those that rows take, in the one currency, small enough
/// to be handed around.
struct RowAmounts {
    let quantity: Amount
    let price: Amount
    /// As REST prints it; a hint only.
    private(set) var printedRowTotal: Amount?
    /// As REST prints it; a hint only.
    let printedRowTotalWithTaxes: Amount?
    private(set) var discount: Amount
    private(set) var discountTaxCompensation: Amount
    private(set) var tax: Amount
    private(set) var fixedProductTax: Amount

    init(_ amounts: borrowing StoreItemAmounts, quantity: Amount) {
        self.quantity = quantity
        price = amounts.price
        printedRowTotal = amounts.printedRowTotal
        printedRowTotalWithTaxes = amounts.printedRowTotalWithTaxes
        discount = amounts.discount
        discountTaxCompensation = amounts.discountTaxCompensation
        tax = amounts.tax
        fixedProductTax = amounts.fixedProductTax
    }

    /// A parent's amounts with what the store left on its children where the parent has none.
    func inheriting(from children: ArraySlice<FamilyChild>) -> RowAmounts {
        guard !children.isEmpty else { return self }
        var amounts = self
        if discount == 0 { amounts.discount = children.sum(\.amounts.discount) }
        if discountTaxCompensation == 0 {
            amounts.discountTaxCompensation = children.sum(\.amounts.discountTaxCompensation)
        }
        if tax == 0 { amounts.tax = children.sum(\.amounts.tax) }
        if fixedProductTax == 0 { amounts.fixedProductTax = children.sum(\.amounts.fixedProductTax) }
        // The printed row took off the parent's own discount only.
        amounts.printedRowTotal = printedRowTotal.map { $0 + discount - amounts.discount }
        return amounts
    }
}
