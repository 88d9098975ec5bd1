public import Foundation

/// A registered customer as the store holds it.
public struct StoreCustomer: Sendable, Hashable {
    /// Adobe's customer id.
    public var customerID: Int64
    /// Store view, by code; nil when the view was deleted or never set.
    public var storeView: String?
    /// Adobe's customer group.
    public var groupID: Int?
    /// E-mail, up to 255 characters in Adobe.
    public var email: String
    /// First name.
    public var firstName: String
    /// Last name.
    public var lastName: String
    /// VAT or tax number.
    public var taxNumber: String?
    /// When the account was made.
    public var createdAt: Date
    /// When the row last moved.
    public var updatedAt: Date
    /// Default billing address, else the first.
    public var billing: StoreAddress?
    /// Default shipping address.
    public var shipping: StoreAddress?
    /// All addresses, those two among them.
    public var addresses: [StoreCustomerAddress]

    /// A customer from its parts.
    public init(
        customerID: Int64,
        storeView: String?,
        groupID: Int? = nil,
        email: String,
        firstName: String,
        lastName: String,
        taxNumber: String? = nil,
        createdAt: Date,
        updatedAt: Date,
        billing: StoreAddress? = nil,
        shipping: StoreAddress? = nil,
        addresses: [StoreCustomerAddress] = []
    ) {
        self.customerID = customerID
        self.storeView = storeView
        self.groupID = groupID
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.taxNumber = taxNumber
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.billing = billing
        self.shipping = shipping
        self.addresses = addresses
    }
}

/// One of the addresses a registered customer keeps in the store.
public struct StoreCustomerAddress: Sendable, Hashable {
    /// Adobe's address id, unique in the store.
    public var addressID: Int64
    /// The address.
    public var address: StoreAddress
    /// Whether bills go there by default.
    public var isDefaultBilling: Bool
    /// Whether goods go there by default.
    public var isDefaultShipping: Bool

    /// An address from its parts.
    public init(
        addressID: Int64,
        address: StoreAddress,
        isDefaultBilling: Bool = false,
        isDefaultShipping: Bool = false
    ) {
        self.addressID = addressID
        self.address = address
        self.isDefaultBilling = isDefaultBilling
        self.isDefaultShipping = isDefaultShipping
    }
}
