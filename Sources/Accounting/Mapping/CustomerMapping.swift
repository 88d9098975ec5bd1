/// From a store's customer, or the buyer on an order, to the AR customer they become.
///
/// Every field is one line without control characters, in the company's code page and within Sage 300's length
/// (reference Sage 6.1). What is merely long is shortened with a remark; what is useless when cut (e-mail, telephone,
/// postcode, tax number) is left out with a remark. Remarks and failures never hold personal data.
///
/// The number is the store's own id of the customer, so what happens to an account in the store shows in Sage 300 as
/// follows:
/// - Deleted: nothing is written any more, and the customer stays in Sage 300 with what it owes. The store takes the
///   id off its orders, so what is still to be entered of them counts as a guest's.
/// - Moved to another store view: it is written to the company of that view from then on. What stands in the company
///   of the old one stays there and is not changed any more.
/// - Merged by a person who deletes one of two accounts: two numbers stay two. Sage 300 has its own merging.
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
        fields.keep(storeID: String(customer.customerID))
        fields.fillShipToLocations(customer)
        return fields.finished
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
            fields.keep(storeID: storeID(of: order, individualGuestEntityID))
        }
        return fields.finished
    }

    /// The customer's id, or `G` and the id of the guest's first order.
    private static func storeID(of order: StoreOrder, _ individualGuestEntityID: Int64?) -> String {
        if let customerID = order.buyer.customerID, customerID > 0 { return String(customerID) }
        return "G\(individualGuestEntityID ?? order.entityID)"
    }

    private static func group(in currency: Currency, _ rules: CompanyRules) -> String {
        guard currency != rules.currency else { return rules.customers.group }
        return rules.currencies[currency.code]?.group ?? rules.customers.group
    }
}
