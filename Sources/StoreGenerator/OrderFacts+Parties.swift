import ExactJSON

extension OrderFacts {
    /// A returning guest may spell the address differently.
    var email: String { isGuest && index.isMultiple(of: 11) ? buyer.email.uppercased() : buyer.email }

    var shippingDescription: String? {
        cart.shippingCents.map { $0 == 0 ? "Free Shipping - Free" : "Flat Rate - Fixed" }
    }

    var payment: (method: String, title: String) {
        if amounts.base.grandTotal == .zero { return ("free", "No Payment Information Required") }
        switch index % 5 {
        case 0: return ("checkmo", "Check / Money order")
        case 1: return ("banktransfer", "Bank Transfer Payment")
        case 2: return ("purchaseorder", "Purchase Order")
        default: return ("braintree", "Credit Card (Braintree)")
        }
    }

    func address(_ type: String) -> JSON {
        let isBilling = type == "billing"
        let place = isBilling ? buyer.destination : shipTo
        var fields = Fields()
        fields.put("entity_id", isBilling ? id * 2 - 1 : id * 2)
        fields.put("parent_id", id)
        fields.put("address_type", type)
        fields.put("customer_id", customerID)
        fields.put("customer_address_id", customerID)
        fields.put("firstname", buyer.firstname)
        fields.put("lastname", buyer.lastname)
        fields.put("company", buyer.company)
        fields.put("vat_id", buyer.vatNumber)
        fields.put("street", json: .array(buyer.street.map { .string($0) }))
        fields.put("city", place.city)
        if place.regionID > 0 {
            fields.put("region_code", place.regionCode)
            fields.put("region_id", place.regionID)
        }
        fields.put("region", place.region.isEmpty ? nil : place.region)
        fields.put("postcode", place.postcode)
        fields.put("country_id", place.country)
        fields.put("telephone", buyer.telephone)
        fields.put("email", email)
        return fields.json
    }
}
