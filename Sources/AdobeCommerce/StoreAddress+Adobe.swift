import Accounting

extension StoreAddress {
    /// Reads an address of an order or of a customer; the region is text in the one and an object in the other.
    init(_ address: DocumentReader) throws(AdobeDocumentError) {
        let region = address.isObject("region") ? try address.nested("region") : nil
        self.init(
            firstName: try address.text("firstname"),
            lastName: try address.text("lastname"),
            company: try address.text("company"),
            street: try address.lines("street"),
            city: try address.text("city"),
            region: try region == nil ? address.text("region") : region?.text("region"),
            regionCode: try region == nil ? address.text("region_code") : region?.text("region_code"),
            postcode: try address.text("postcode"),
            country: try address.text("country_id"),
            telephone: try address.text("telephone"),
            vatNumber: try address.text("vat_id")
        )
    }

    /// Nil for none.
    init?(optional address: DocumentReader?) throws(AdobeDocumentError) {
        guard let address else { return nil }
        try self.init(address)
    }
}
