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
        shipping: StoreAddress? = nil
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
    }
}
