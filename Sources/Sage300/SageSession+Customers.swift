public import Accounting
public import ExactJSON

/// A customer as it stands in Sage 300, as far as it matters here.
public struct SageCustomer: Sendable {
    /// Its number.
    public let number: String
    /// Its properties as read.
    public let properties: JSON
    /// False when a person has made it inactive.
    public var isActive: Bool { properties["Status"]?.string != "Inactive" }
}

extension SageSession {
    /// A customer; nil when there is none of that number.
    public func customer(_ number: CustomerNumber, in company: CompanyID) async throws(SageError)
        -> SageCustomer?
    {
        do throws(SageError) {
            let entity: JSON
            if Self.isSafeKey(number.text) {
                entity = try await get(company, "AR/ARCustomers('\(number.text)')")
            } else {
                // Characters ASP.NET refuses in a path (reference Sage 3, Keys).
                let query = ODataQuery(filter: .equals("CustomerNumber", number.text), top: 1)
                guard let found = try await get(company, "AR/ARCustomers", query)["value"]?.array?.first
                else {
                    return nil
                }
                entity = found
            }
            guard let text = entity["CustomerNumber"]?.string else {
                throw SageError(
                    .unreadable,
                    status: 200,
                    operation: "GET AR/ARCustomers",
                    message: "the answer names no customer"
                )
            }
            return SageCustomer(number: text, properties: entity)
        } catch {
            guard error.cause == .notFound else { throw error }
            return nil
        }
    }

    /// Creates a customer.
    public func createCustomer(_ customer: ARCustomer, in company: CompanyID) async throws(SageError) {
        _ = try await create(company, "AR/ARCustomers", customer.creationJSON)
    }

    /// Writes what the store knows better than Sage 300, and only what differs from what stands there.
    /// - Returns: names of the properties that were changed.
    public func updateCustomer(
        _ customer: ARCustomer,
        from current: SageCustomer,
        in company: CompanyID
    ) async throws(SageError) -> [String] {
        var changes = JSONObject()
        for (name, value) in customer.contactProperties {
            let standing = current.properties[name]?.string ?? ""
            if standing != value { changes[name] = .string(value) }
        }
        guard !changes.isEmpty else { return [] }
        let key = Self.keyLiteral(customer.number.text)
        try await change(company, "AR/ARCustomers(\(key))", .object(changes))
        return changes.map(\.name)
    }

    /// Asks for as little as possible, to learn whether the company answers.
    public func probe(_ company: CompanyID) async throws(SageError) {
        _ = try await get(company, "AR/ARCustomers", ODataQuery(select: ["CustomerNumber"], top: 1))
    }

    /// A text as part of an entity's key in a path: in quotes, its own quotes doubled, what a path cannot hold escaped.
    static func keyLiteral(_ text: String) -> String {
        isSafeKey(text) ? "'\(text)'" : "'\(PercentEncoding.encode(text.replacing("'", with: "''")))'"
    }

    static func isSafeKey(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || $0 == 45 || $0 == 95 }
    }
}

extension ARCustomer {
    /// What the store knows better: name, addresses and how to reach the customer. Group, terms, tax group and
    /// credit are Sage's once the customer is there (contract, tenant file).
    var contactProperties: [(name: String, value: String)] {
        var properties = [("ShortName", shortName), ("CustomerName", name)]
        for position in 0..<4 {
            let line = position < addressLines.count ? addressLines[position] : ""
            properties.append(("AddressLine\(position + 1)", line))
        }
        properties += [
            ("City", city), ("StateProvince", stateProvince), ("ZipPostalCode", postalCode),
            ("Country", country),
            ("ContactName", contactName), ("PhoneNumber", phone), ("Email", email),
            ("TaxRegistrationNumber1", taxRegistrationNumber),
        ]
        return properties.map { (name: $0.0, value: $0.1) }
    }

    /// The whole customer, key and group first: the group sets the defaults (reference Sage 6.1).
    var creationJSON: JSON {
        var object: JSONObject = ["CustomerNumber": .string(number.text), "GroupCode": .string(group)]
        if let terms { object["Terms"] = .string(terms) }
        if let taxGroup { object["TaxGroup"] = .string(taxGroup) }
        for (name, value) in contactProperties where !value.isEmpty { object[name] = .string(value) }
        return .object(object)
    }

    /// Text of everything that is written of the customer itself, to tell whether it changed. Its ship-to locations,
    /// which no invoice needs, are told of by `shipToText`.
    public var contentText: String {
        JSON.object(JSONObject(contactProperties.map { ($0.name, .string($0.value)) })).text
    }
}
