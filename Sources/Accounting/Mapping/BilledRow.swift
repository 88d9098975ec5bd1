/// A row of a document that carries money, composite products counted once.
struct BilledRow: Sendable, Hashable {
    /// `item_id` of the order's item.
    let itemID: Int64
    /// What it is called in the ledger, before it is shortened.
    let sku: String
    let name: String
    /// Adobe's, of the row itself.
    let productType: String
    /// Of the composite product it is part of.
    var parent: Parent?
    let quantity: Amount
    /// False for gift cards, downloads and services: nothing is ever shipped.
    let isPhysical: Bool
    /// Before discount, net of tax, as the store holds it.
    let gross: Amount
    /// Net of the tax it contains, ≥ 0.
    let discount: Amount
    let tax: Amount
    let fixedProductTax: Amount
    /// What of it revenue is not earned of yet.
    var deferral = Deferral.whole

    struct Parent: Sendable, Hashable {
        let productType: String
        let sku: String
    }

    /// What of a physical row is deferred, where the company defers revenue.
    enum Deferral: Sendable, Hashable {
        case whole
        /// The rest was recognised when it was shipped.
        case part(gross: Amount, net: Amount)
    }

    /// Gift cards are sold into a liability.
    var isGiftCard: Bool { productType == "giftcard" }
    /// After discount.
    var net: Amount { gross - discount }
}

extension BilledRow {
    /// What rules may ask of the row.
    /// - Parameter taxCodes: of the order's items, where rules ask for them.
    func facts(_ taxCodes: [Int64: [String]]) -> RuleBook.LineFacts {
        RuleBook.LineFacts(
            productType: productType,
            sku: sku,
            parentProductType: parent?.productType,
            parentSKU: parent?.sku,
            taxCodes: taxCodes[itemID] ?? []
        )
    }
}
