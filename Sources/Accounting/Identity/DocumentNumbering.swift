/// The numbers of a company's documents and customers in Sage 300, by the contract's table.
///
/// Deterministic: the same store document always has the same number. A number that would be too long or holds
/// characters Sage 300 does not take is a failure, never shortened, because two could become one.
public struct DocumentNumbering: Sendable {
    let rules: CompanyRules

    /// Numbers by one company's rules.
    public init(_ rules: CompanyRules) { self.rules = rules }

    /// `documentPrefix` + increment id, of the order or with `invoiceOn: invoice` of the Adobe invoice.
    public func invoice(_ incrementID: String, storeView: String) throws(Failure) -> DocumentNumber {
        try document("", incrementID, storeView)
    }

    /// `documentPrefix` + `CM` + the credit memo's increment id.
    public func creditMemo(_ incrementID: String, storeView: String) throws(Failure) -> DocumentNumber {
        try document("CM", incrementID, storeView)
    }

    /// `documentPrefix` + `CX` + the increment id of the order, or of the cancelled Adobe invoice.
    public func cancellation(_ incrementID: String, storeView: String) throws(Failure) -> DocumentNumber {
        try document("CX", incrementID, storeView)
    }

    /// `documentPrefix` + `SH` + the shipment's increment id, for the GL entry's reference.
    public func shipment(_ incrementID: String, storeView: String) throws(Failure) -> DocumentNumber {
        try document("SH", incrementID, storeView)
    }

    /// `prefix` + Adobe's customer id in 8 digits + the currency's suffix, where the currency has one.
    public func registeredCustomer(_ customerID: Int64, currency: Currency) throws(Failure) -> CustomerNumber
    {
        try customer("", customerID, currency)
    }

    /// `prefix` + `G` + the entity id, in 8 digits, of the first order with the guest's e-mail + the suffix.
    public func individualGuest(_ entityID: Int64, currency: Currency) throws(Failure) -> CustomerNumber {
        try customer("G", entityID, currency)
    }

    /// The customer all guests share in a currency.
    /// - Throws: `guest-customer-missing` (mapping).
    public func sharedGuest(currency: Currency) throws(Failure) -> CustomerNumber {
        let isHome = currency == rules.currency
        let key = isHome ? "customers.guestCustomer" : "currencies.\(currency).guestCustomer"
        let set = isHome ? rules.customers.guestCustomer : rules.currencies[currency.code]?.guestCustomer
        guard let set, !set.isEmpty else {
            throw Failure(
                .mapping,
                code: "guest-customer-missing",
                reason: "Guests share one customer, but \(key) is not set for company \(rules.company).",
                subject: currency.code,
                nextStep: "Add \(key) to the tenant file, run `connectorctl tenant apply`, then replay."
            )
        }
        return try checked(set)
    }

    private func document(_ kind: String, _ incrementID: String, _ storeView: String) throws(Failure)
        -> DocumentNumber
    {
        guard !incrementID.isEmpty else {
            throw refused("number-missing", "The store's document has no increment id.")
        }
        let text = rules.prefix(forStoreView: storeView) + kind + incrementID
        if let number = DocumentNumber(text) { return number }
        let length = text.unicodeScalars.count
        guard length > DocumentNumber.maximumLength else {
            throw refused(
                "number-characters",
                "The document's number has blanks or characters other than printable ASCII."
            )
        }
        throw refused(
            "number-too-long",
            "Document number \(text.prefix(40)) has \(length) characters; "
                + "Sage 300 takes \(DocumentNumber.maximumLength)."
        )
    }

    private func customer(_ kind: String, _ id: Int64, _ currency: Currency) throws(Failure) -> CustomerNumber
    {
        // Nine digits could be read as eight and a suffix: two customers, one number.
        guard (1...99_999_999).contains(id) else {
            throw refused(
                "customer-number-too-long",
                "Customer id \(id) does not fit the 8 digits of a number."
            )
        }
        let digits = String(id)
        let suffix = currency == rules.currency ? "" : rules.currencies[currency.code]?.suffix ?? ""
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return try checked(rules.customers.prefix + kind + padded + suffix)
    }

    private func checked(_ text: String) throws(Failure) -> CustomerNumber {
        if let number = CustomerNumber(text) { return number }
        let length = text.unicodeScalars.count
        guard length > CustomerNumber.maximumLength else {
            throw refused(
                "customer-number-characters",
                "A customer number of company \(rules.company) has blanks or characters other than printable ASCII."
            )
        }
        throw refused(
            "customer-number-too-long",
            "Customer number \(text.prefix(40)) has \(length) characters; "
                + "Sage 300 takes \(CustomerNumber.maximumLength)."
        )
    }

    private func refused(_ code: String, _ reason: String) -> Failure {
        Failure(
            .document,
            code: code,
            reason: reason,
            nextStep: "Change the prefix or suffix of company \(rules.company) in the tenant file, "
                + "run `connectorctl tenant apply`, then replay; or enter it by hand and discard this failure."
        )
    }
}
