import Accounting
import Foundation

/// Which of the two amounts of every field is read.
enum AmountCurrency {
    case base, ordered

    /// The field's name. Adobe prefixes those of the base currency; the odd ones are spelled out where they are read.
    func name(_ field: String) -> String { self == .base ? "base_\(field)" : field }

    /// A field whose two names differ in more than the prefix.
    func name(base: String, ordered: String) -> String { self == .base ? base : ordered }
}

extension DocumentReader {
    /// Gift wrapping of order, items and card together, net (in `extension_attributes`, Adobe Commerce only).
    func giftWrapping(_ currency: AmountCurrency) throws(AdobeDocumentError) -> Amount {
        var sum: Amount = 0
        for part in ["gw", "gw_items", "gw_card"] {
            sum += try amount(currency.name(base: "\(part)_base_price", ordered: "\(part)_price"))
        }
        return sum
    }

    /// `shipping_discount_tax_compensation_amount`, cut short to fit a column in the base currency.
    func shippingDiscountTaxCompensation(_ currency: AmountCurrency) throws(AdobeDocumentError) -> Amount {
        try amount(
            currency.name(
                base: "base_shipping_discount_tax_compensation_amnt",
                ordered: "shipping_discount_tax_compensation_amount"
            )
        )
    }

    /// Fixed product tax of a row, cut short likewise.
    func fixedProductTax(_ currency: AmountCurrency) throws(AdobeDocumentError) -> Amount {
        try amount(
            currency.name(base: "base_weee_tax_applied_row_amnt", ordered: "weee_tax_applied_row_amount")
        )
    }
}
