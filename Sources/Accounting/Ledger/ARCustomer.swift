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
        shipToLocations = []
        remarks = []
    }
}
