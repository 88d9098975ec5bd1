/// The store's id of a customer, and the optional field of Sage 300 that keeps it.
public struct StoreIDField: Sendable, Hashable {
    /// Name of the optional field, ≤ 12.
    public var optionalField: String
    /// The id of a registered customer, or `G` and the id of a guest's order.
    public var storeID: String

    /// An id and where it is kept.
    public init(optionalField: String, storeID: String) {
        self.optionalField = optionalField
        self.storeID = storeID
    }
}

/// A customer as it will stand in Sage 300 (reference Sage 6.1), every field within its length.
public struct ARCustomer: Sendable, Hashable {
    /// Key.
    public var number: CustomerNumber
    /// Set at creation only, Sage's from then on.
    public var group: String
    /// Set at creation only.
    public var terms: String?
    /// Set at creation only.
    public var taxGroup: String?
    /// ≤ 60.
    public var name: String
    /// ≤ 10.
    public var shortName: String
    /// Up to four lines of ≤ 60.
    public var addressLines: [String]
    /// ≤ 30.
    public var city: String
    /// ≤ 30.
    public var stateProvince: String
    /// ≤ 20.
    public var postalCode: String
    /// ≤ 30.
    public var country: String
    /// ≤ 60.
    public var contactName: String
    /// ≤ 30.
    public var phone: String
    /// ≤ 50; empty when the store's is longer.
    public var email: String
    /// ≤ 20.
    public var taxRegistrationNumber: String
    /// Nil for the guests' shared customer, and where the tenant keeps no ids.
    public var storeID: StoreIDField?
    /// What is set at creation only.
    public var sageOwns: Set<CustomerField>
    /// Further addresses, by key.
    public var shipToLocations: [ARShipToLocation]
    /// What was shortened, replaced or left out, and why.
    public var remarks: [String]

    /// A customer with only its key, group and name; the rest empty.
    public init(number: CustomerNumber, group: String, name: String) {
        self.number = number
        self.group = group
        self.name = name
        shortName = ""
        addressLines = []
        city = ""
        stateProvince = ""
        postalCode = ""
        country = ""
        contactName = ""
        phone = ""
        email = ""
        taxRegistrationNumber = ""
        storeID = nil
        sageOwns = []
        shipToLocations = []
        remarks = []
    }
}
