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

    /// True when a person has put it on hold.
    public var isOnHold: Bool { properties["OnHold"]?.string?.lowercased() == "yes" }

    /// ISO 4217 code of the currency it is kept in; nil when Sage 300 does not say.
    public var currency: String? { properties.firstText("CurrencyCode") }

    /// Its customer group; nil when Sage 300 does not say.
    public var group: String? { properties.firstText("GroupCode") }

    /// Its name; nil without one.
    public var name: String? { properties.firstText("CustomerName") }

    /// The store's id, as kept in an optional field; nil when the customer has no such field, or nothing in it.
    public func storeID(in optionalField: String) -> String? {
        let rows = properties[StoreIDField.property]?.array ?? []
        let row = rows.first { $0["OptionalField"]?.string?.uppercased() == optionalField.uppercased() }
        return row?["Value"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension SageSession {
    /// A customer; nil when there is none of that number.
    public func customer(_ number: CustomerNumber, in company: CompanyID) async throws(SageError)
        -> SageCustomer?
    {
        let key = SageKey("CustomerNumber", number.text)
        guard let entity = try await entity(company, Self.customers, key) else { return nil }
        guard let text = entity["CustomerNumber"]?.string else {
            throw .unreadable(Self.customers, company, "the answer names no customer")
        }
        return SageCustomer(number: text, properties: entity)
    }

    /// Those of the customers that there are, by number in upper case, in as few requests as the server takes.
    public func customers(_ numbers: [CustomerNumber], in company: CompanyID) async throws(SageError)
        -> [String: SageCustomer]
    {
        let wanted = Set(numbers)
        let conditions = wanted.sorted().map { ODataFilter.equals("CustomerNumber", $0.text) }
        var customers: [String: SageCustomer] = [:]
        for entity in try await feed(company, Self.customers, anyOf: conditions) {
            // A server that ignores filters must not make us take another's customer for ours.
            guard let text = entity["CustomerNumber"]?.string, let number = CustomerNumber(text),
                wanted.contains(number)
            else { continue }
            customers[number.text] = SageCustomer(number: text, properties: entity)
        }
        return customers
    }

    /// Creates a customer.
    /// - Parameter withOptionalField: false leaves the store's id out, for a company that refuses its field.
    public func createCustomer(
        _ customer: ARCustomer,
        withOptionalField: Bool = true,
        in company: CompanyID
    ) async throws(SageError) {
        _ = try await create(
            company,
            Self.customers,
            customer.creationJSON(withOptionalField: withOptionalField)
        )
    }

    /// Writes what the store knows better than Sage 300, and only what differs from what stands there. The store's id
    /// is added where it is missing, and never changed.
    /// - Parameter withOptionalField: false leaves the store's id out, for a company that refuses its field.
    /// - Returns: names of the properties that were changed.
    public func updateCustomer(
        _ customer: ARCustomer,
        from current: SageCustomer,
        withOptionalField: Bool = true,
        in company: CompanyID
    ) async throws(SageError) -> [String] {
        var changes = JSONObject()
        for (name, value) in customer.updatedProperties {
            let standing = current.properties[name]?.string ?? ""
            if standing != value { changes[name] = .string(value) }
        }
        if withOptionalField, let id = customer.storeID, current.storeID(in: id.optionalField) == nil {
            changes[StoreIDField.property] = id.rows
        }
        guard !changes.isEmpty else { return [] }
        let key = SageKey("CustomerNumber", customer.number.text)
        try await change(company, Self.customers, key, .object(changes))
        return changes.map(\.name)
    }

    /// Names, in upper case, of the optional fields that a page of customers carry: no resource lists them.
    public func optionalFieldsOfCustomers(in company: CompanyID) async throws(SageError) -> Set<String> {
        let query = ODataQuery(select: ["CustomerNumber", StoreIDField.property], top: 100)
        let rows = try Self.rows(of: try await get(company, Self.customers, query), Self.customers, company)
        let fields = rows.flatMap { $0[StoreIDField.property]?.array ?? [] }
        return Set(fields.compactMap { $0["OptionalField"]?.string?.uppercased() })
    }

    /// Asks for as little as possible, to learn whether the company answers.
    public func probe(_ company: CompanyID) async throws(SageError) {
        _ = try await get(company, Self.customers, ODataQuery(select: ["CustomerNumber"], top: 1))
    }

    static let customers = "AR/ARCustomers"
}
