public import Accounting
import ExactJSON

extension ARCustomer {
    /// What the store knows: name, addresses and how to reach the customer, by Sage 300's names (reference Sage 6.1).
    /// Group, terms, tax group and credit are Sage's once the customer is there (contract, tenant file).
    private var contactProperties: [(field: CustomerField, name: String, value: String)] {
        let lines = (0..<4).map { position in
            ("AddressLine\(position + 1)", position < addressLines.count ? addressLines[position] : "")
        }
        let address =
            lines + [
                ("City", city), ("StateProvince", stateProvince), ("ZipPostalCode", postalCode),
                ("Country", country),
            ]
        let properties: [(CustomerField, String, String)] =
            [(.name, "ShortName", shortName), (.name, "CustomerName", name)]
            + address.map { (.address, $0.0, $0.1) }
            + [
                (.contact, "ContactName", contactName), (.phone, "PhoneNumber", phone),
                (.email, "Email", email),
                (.taxNumber, "TaxRegistrationNumber1", taxRegistrationNumber),
            ]
        return properties.map { (field: $0.0, name: $0.1, value: $0.2) }
    }

    /// What the store knows better than Sage 300 once the customer is there.
    var updatedProperties: [(name: String, value: String)] {
        contactProperties.filter { !sageOwns.contains($0.field) }.map { (name: $0.name, value: $0.value) }
    }

    /// The whole customer, key and group first: the group sets the defaults (reference Sage 6.1).
    func creationJSON(withOptionalField: Bool) -> JSON {
        var object: JSONObject = ["CustomerNumber": .string(number.text), "GroupCode": .string(group)]
        if let terms { object["Terms"] = .string(terms) }
        if let taxGroup { object["TaxGroup"] = .string(taxGroup) }
        for property in contactProperties where !property.value.isEmpty {
            object[property.name] = .string(property.value)
        }
        if withOptionalField, let storeID { object[StoreIDField.property] = storeID.rows }
        return .object(object)
    }

    /// Text of everything that an update may write of the customer itself, to tell whether it changed. Its ship-to
    /// locations, which no invoice needs, are told of by `shipToText`.
    public var contentText: String {
        var object = JSONObject(updatedProperties.map { ($0.name, .string($0.value)) })
        if let storeID { object[StoreIDField.property] = storeID.rows }
        return JSON.object(object).text
    }
}

extension StoreIDField {
    /// Where Sage 300 keeps optional fields of a customer (reference Sage 6.1).
    static let property = "CustomerOptionalFieldValues"

    /// Without `UpdateOperation`: Sage 300 inserts the row, or fills it where it stands empty (reference Sage 4).
    var rows: JSON { [["OptionalField": .string(optionalField), "Value": .string(storeID)]] }
}
