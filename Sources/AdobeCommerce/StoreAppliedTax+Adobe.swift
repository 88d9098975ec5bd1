import Accounting
import Foundation

extension StoreAppliedTax {
    /// The `applied_taxes` of an order's `extension_attributes`, or of one of its `item_applied_taxes`.
    static func list(of attributes: DocumentReader?) throws(AdobeDocumentError) -> [StoreAppliedTax] {
        var taxes: [StoreAppliedTax] = []
        for tax in try attributes?.list("applied_taxes") ?? [] {
            let title = try tax.text("title")
            taxes.append(
                StoreAppliedTax(
                    code: try tax.text("code") ?? title ?? "",
                    percent: try tax.optionalAmount("percent"),
                    base: try tax.amount("base_amount"),
                    ordered: try tax.amount("amount")
                )
            )
        }
        return taxes
    }
}

extension StoreItemTaxes {
    /// The `item_applied_taxes` of an order's `extension_attributes`.
    static func list(of attributes: DocumentReader?) throws(AdobeDocumentError) -> [StoreItemTaxes] {
        var list: [StoreItemTaxes] = []
        for entry in try attributes?.list("item_applied_taxes") ?? [] {
            list.append(StoreItemTaxes(try Subject(entry), try StoreAppliedTax.list(of: entry)))
        }
        return list
    }
}

extension StoreItemTaxes.Subject {
    fileprivate init(_ entry: DocumentReader) throws(AdobeDocumentError) {
        let item = try entry.identifier("item_id")
        let associated = try entry.identifier("associated_item_id")
        switch (try entry.text("type"), item) {
        case ("shipping"?, _): self = .shipping
        case ("product"?, let item?): self = .item(item)
        case (let type, _): self = .other(type ?? "", item: item ?? associated)
        }
    }
}
