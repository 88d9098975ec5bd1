public import Accounting
import ExactJSON

extension SageSession {
    /// Makes a ship-to location what the store says: created, or changed where it differs. None is ever deleted: a
    /// person may have made it, and documents may name it.
    ///
    /// Doing it again does no harm, so an answer that never came needs no looking up.
    /// - Parameter taxGroup: of its customer; written at creation only, Sage's from then on.
    /// - Returns: whether anything was written.
    public func writeShipToLocation(
        _ location: ARShipToLocation,
        of customer: CustomerNumber,
        taxGroup: String?,
        in company: CompanyID
    ) async throws(SageError) -> Bool {
        let key = SageKey(("CustomerNumber", customer.text), ("ShipToLocationKey", location.key))
        guard let standing = try await entity(company, Self.resource, key) else {
            _ = try await create(company, Self.resource, location.creationJSON(customer, taxGroup))
            return true
        }
        var changes = JSONObject()
        for (name, value) in location.properties {
            let empty = name == ARShipToLocation.primary ? "No" : ""
            if standing[name]?.string ?? empty != value { changes[name] = .string(value) }
        }
        guard !changes.isEmpty else { return false }
        try await change(company, Self.resource, key, .object(changes))
        return true
    }

    private static let resource = "AR/ARShipToLocations"
}

extension ARShipToLocation {
    static let primary = "PrimaryShipToIndicator"

    /// All that the store knows better, by Sage 300's names (reference Sage 6.1).
    var properties: [(name: String, value: String)] {
        var properties = [("Description", description)]
        for position in 0..<4 {
            let line = position < addressLines.count ? addressLines[position] : ""
            properties.append(("AddressLine\(position + 1)", line))
        }
        properties += [
            ("City", city), ("StateProvince", stateProvince), ("ZipPostalCode", postalCode),
            ("Country", country), ("ContactName", contactName), ("PhoneNumber", phone),
            (Self.primary, isPrimary ? "Yes" : "No"),
        ]
        return properties.map { (name: $0.0, value: $0.1) }
    }

    func creationJSON(_ customer: CustomerNumber, _ taxGroup: String?) -> JSON {
        var object: JSONObject = [
            "CustomerNumber": .string(customer.text), "ShipToLocationKey": .string(key),
        ]
        if let taxGroup { object["TaxGroup"] = .string(taxGroup) }
        for (name, value) in properties where !value.isEmpty { object[name] = .string(value) }
        return .object(object)
    }
}

extension ARCustomer {
    /// Text of everything that is written of its ship-to locations; empty without any.
    public var shipToText: String {
        guard !shipToLocations.isEmpty else { return "" }
        let locations = shipToLocations.map { location in
            let properties = location.properties.map { ($0.name, JSON.string($0.value)) }
            return JSON.object(JSONObject([("ShipToLocationKey", .string(location.key))] + properties))
        }
        return JSON.array(locations).text
    }
}
