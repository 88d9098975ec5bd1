/// Which Sage 300 customer an order is entered for.
public struct CustomerChoice: Sendable, Hashable {
    /// The customer.
    public let number: CustomerNumber
    /// Whether it is the one all guests share, which takes nothing of the buyer's.
    public let isSharedGuest: Bool

    /// A registered buyer's own customer; a guest's by the company's rule. A buyer whose account was deleted has
    /// no customer id any more and counts as a guest.
    /// - Parameter individualGuestEntityID: with `guests: individual`, the entity id of the first order with that
    ///   e-mail; nil: this order is the first.
    public static func forOrder(
        _ order: StoreOrder,
        rules: CompanyRules,
        individualGuestEntityID: Int64? = nil
    ) throws(Failure) -> CustomerChoice {
        let currency = try OrderAmounts(order, rules: rules).currency
        let numbering = DocumentNumbering(rules)
        if let customerID = order.buyer.customerID, customerID > 0 {
            return CustomerChoice(
                number: try numbering.registeredCustomer(customerID, currency: currency),
                isSharedGuest: false
            )
        }
        switch rules.customers.guests {
        case .shared:
            return CustomerChoice(number: try numbering.sharedGuest(currency: currency), isSharedGuest: true)
        case .individual:
            let entityID = individualGuestEntityID ?? order.entityID
            return CustomerChoice(
                number: try numbering.individualGuest(entityID, currency: currency),
                isSharedGuest: false
            )
        }
    }
}
