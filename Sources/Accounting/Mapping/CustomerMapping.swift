import Foundation

/// From a store's customer, or the buyer on an order, to the AR customer they become.
///
/// Every field is one line without control characters and within Sage 300's length (reference Sage 6.1). What is
/// merely long is shortened with a remark; what is useless when cut (e-mail, telephone, postcode, tax number) is left
/// out with a remark. Remarks and failures never hold personal data.
public enum CustomerMapping {
    /// A registered customer.
    /// - Parameter currency: nil for the home currency; one of `currencies` gives that currency's group and suffix.
    public static func customer(
        from customer: StoreCustomer,
        rules: CompanyRules,
        currency: Currency? = nil
    ) throws(Failure) -> ARCustomer {
        let currency = currency ?? rules.currency
        let number = try DocumentNumbering(rules).registeredCustomer(customer.customerID, currency: currency)
        var fields = CustomerFields(number: number, group: group(in: currency, rules), rules: rules)
        fields.fill(
            firstName: customer.firstName,
            lastName: customer.lastName,
            email: customer.email,
            taxNumber: customer.taxNumber,
            address: customer.billing ?? customer.shipping,
            otherwise: "Customer \(customer.customerID)"
        )
        return fields.customer
    }

    /// The customer an order is entered for, made from the buyer as written on it. The shared guest customer takes
    /// nothing of any buyer.
    /// - Parameter individualGuestEntityID: see `CustomerChoice.forOrder`.
    public static func customer(
        from order: StoreOrder,
        rules: CompanyRules,
        individualGuestEntityID: Int64? = nil
    ) throws(Failure) -> ARCustomer {
        let amounts = try OrderAmounts(order, rules: rules)
        let choice = try CustomerChoice.forOrder(
            order,
            rules: rules,
            individualGuestEntityID: individualGuestEntityID
        )
        let group = group(in: amounts.currency, rules)
        var fields = CustomerFields(number: choice.number, group: group, rules: rules)
        if choice.isSharedGuest {
            fields.fillSharedGuest()
        } else {
            let buyer = order.buyer
            let address = buyer.billing ?? buyer.shipping
            fields.fill(
                firstName: buyer.firstName ?? address?.firstName,
                lastName: buyer.lastName ?? address?.lastName,
                email: buyer.email,
                taxNumber: buyer.taxNumber,
                address: address,
                otherwise: "Customer \(choice.number)"
            )
        }
        return fields.customer
    }

    private static func group(in currency: Currency, _ rules: CompanyRules) -> String {
        guard currency != rules.currency else { return rules.customers.group }
        return rules.currencies[currency.code]?.group ?? rules.customers.group
    }
}

/// The fields of one AR customer while they are filled.
struct CustomerFields {
    private(set) var customer: ARCustomer

    init(number: CustomerNumber, group: String, rules: CompanyRules) {
        customer = ARCustomer(number: number, group: group, name: "")
        customer.terms = rules.terms
        customer.taxGroup = rules.taxGroup
    }

    mutating func fillSharedGuest() {
        customer.name = "Web store guests"
        customer.shortName = "GUESTS"
    }

    mutating func fill(
        firstName: String?,
        lastName: String?,
        email: String,
        taxNumber: String?,
        address: StoreAddress?,
        otherwise: String
    ) {
        let person = LedgerText.clean("\(firstName ?? "") \(lastName ?? "")")
        let company = LedgerText.clean(address?.company ?? "")
        let name = [company, person].first { !$0.isEmpty } ?? otherwise
        customer.name = shortened(name, 60, "name")
        // Only an index for people who search by it, so its length is nothing to remark on. Upper case, as the
        // desktop enters it, before it is cut: a capital may be longer (ß).
        let surnameFirst = LedgerText.clean("\(lastName ?? "") \(firstName ?? "")")
        let shortName = company.isEmpty && !person.isEmpty ? surnameFirst : name
        customer.shortName = LedgerText.prefix(shortName.uppercased(), 10)
        customer.contactName = shortened(person, 60, "contact name")
        customer.email = whole(email, 50, "e-mail address")
        let vatNumber = LedgerText.clean(taxNumber ?? "").isEmpty ? address?.vatNumber : taxNumber
        customer.taxRegistrationNumber = whole(vatNumber, 20, "tax number")
        if let address { fill(address) }
        if !texts.allSatisfy(LedgerText.isLatin1) {
            customer.remarks.append("Some fields hold characters the company's code page may not have.")
        }
    }

    private mutating func fill(_ address: StoreAddress) {
        let street = address.street.map(LedgerText.clean).filter { !$0.isEmpty }
        for line in street.prefix(4) { customer.addressLines.append(shortened(line, 60, "address line")) }
        if street.count > 4 { customer.remarks.append("Address lines beyond the fourth were left out.") }
        customer.city = shortened(address.city, 30, "city")
        let region = LedgerText.clean(address.region ?? "").isEmpty ? address.regionCode : address.region
        customer.stateProvince = shortened(region, 30, "state or province")
        customer.postalCode = whole(address.postcode, 20, "postcode")
        customer.country = shortened(address.country, 30, "country")
        customer.phone = whole(address.telephone, 30, "telephone number")
    }

    private var texts: [String] {
        [
            customer.name, customer.city, customer.stateProvince, customer.contactName, customer.email,
            customer.postalCode, customer.phone, customer.country, customer.taxRegistrationNumber,
        ] + customer.addressLines
    }

    private mutating func shortened(_ text: String?, _ limit: Int, _ field: String) -> String {
        let text = LedgerText.clean(text ?? "")
        let kept = LedgerText.prefix(text, limit)
        if kept != text { customer.remarks.append("The \(field) was shortened to \(limit) characters.") }
        return kept
    }

    private mutating func whole(_ text: String?, _ limit: Int, _ field: String) -> String {
        let text = LedgerText.clean(text ?? "")
        guard text.utf16.count > limit else { return text }
        customer.remarks.append("The \(field) is longer than \(limit) characters and was left out.")
        return ""
    }
}
