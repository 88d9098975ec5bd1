public import Accounting
public import ExactJSON
public import Foundation

extension StoreCustomer {
    /// Reads a customer as Adobe prints it, whole or trimmed to `ChangedRow.source`.
    ///
    /// Required are `id`, `email` and `created_at`. The billing address is the default one, else the first. An
    /// address without an id is none of `addresses`.
    /// - Parameters:
    ///   - storeViewCode: of the customer's `store_id`; nil when there is no such view any more.
    ///   - updatedAt: `ChangedRow.updatedAt`; without it the document's own `updated_at`, else `created_at`.
    public init(
        adobe json: JSON,
        storeViewCode: String?,
        updatedAt: Date? = nil
    ) throws(AdobeDocumentError) {
        let customer = try DocumentReader(json)
        let createdAt = try customer.required("created_at", customer.time("created_at"))
        let printedUpdate = try customer.time("updated_at")
        let addresses = try customer.list("addresses") ?? []
        let billing = try Self.address(addresses, "default_billing", of: customer)
        self.init(
            customerID: try customer.required("id", customer.identifier("id")),
            storeView: storeViewCode,
            groupID: try customer.integer("group_id"),
            email: try customer.required("email", customer.text("email")),
            firstName: try customer.text("firstname") ?? "",
            lastName: try customer.text("lastname") ?? "",
            taxNumber: try customer.text("taxvat"),
            createdAt: createdAt,
            updatedAt: updatedAt ?? printedUpdate ?? createdAt,
            billing: try StoreAddress(optional: billing ?? addresses.first),
            shipping: try StoreAddress(optional: Self.address(addresses, "default_shipping", of: customer)),
            addresses: try Self.addresses(addresses, of: customer)
        )
    }

    private static func addresses(
        _ addresses: [DocumentReader],
        of customer: DocumentReader
    ) throws(AdobeDocumentError) -> [StoreCustomerAddress] {
        let billing = try address(addresses, "default_billing", of: customer)?.identifier("id")
        let shipping = try address(addresses, "default_shipping", of: customer)?.identifier("id")
        var all: [StoreCustomerAddress] = []
        for address in addresses {
            guard let identifier = try address.identifier("id") else { continue }
            all.append(
                StoreCustomerAddress(
                    addressID: identifier,
                    address: try StoreAddress(address),
                    isDefaultBilling: identifier == billing,
                    isDefaultShipping: identifier == shipping
                )
            )
        }
        return all
    }

    /// The address the customer points to by id, else the one that says so itself.
    private static func address(
        _ addresses: [DocumentReader],
        _ role: String,
        of customer: DocumentReader
    ) throws(AdobeDocumentError) -> DocumentReader? {
        if let identifier = try customer.identifier(role) {
            for address in addresses where try address.identifier("id") == identifier { return address }
        }
        for address in addresses where try address.integer(role) == 1 { return address }
        return nil
    }
}
