import ExactJSON

/// A/R customers: the group supplies what the payload leaves out, at the moment it is set.
extension Company {
    func insertCustomer(_ payload: JSONObject) throws(ServiceError) -> Record {
        var customer = Record(.customer)
        customer.set("StartDate", today)
        try assignCustomer(payload, to: &customer, isCreating: true)
        let number = customer.text("CustomerNumber")
        guard !number.isEmpty else { throw ServiceError(.recordInvalid, "Customer Number cannot be blank.") }
        guard record(.customers, number) == nil else {
            throw ServiceError(.recordDuplicate, "Customer \"\(number)\" already exists.")
        }
        guard !customer.text("GroupCode").isEmpty else {
            throw ServiceError(.recordInvalid, "Customer group cannot be blank.")
        }
        guard !customer.text("TaxGroup").isEmpty else {
            throw ServiceError(.recordInvalid, "Tax group cannot be blank.")
        }
        store(customer, in: .customers)
        return customer
    }

    func updateCustomer(_ existing: Record, _ payload: JSONObject) throws(ServiceError) {
        var customer = existing
        try assignCustomer(payload, to: &customer, isCreating: false)
        guard customer.text("CustomerNumber") == existing.text("CustomerNumber") else {
            throw ServiceError(.recordInvalid, "The customer number cannot be changed.")
        }
        store(customer, in: .customers)
    }

    /// - Throws: `General` while documents or entries name the customer.
    func checkUnused(_ customer: Record) throws(ServiceError) {
        let number = customer.text("CustomerNumber")
        let isPosted = table(.postedDocuments).values.contains { $0.text("CustomerNumber") == number }
        let isEntered = table(.invoiceBatches).values.contains { batch in
            batch.rows("Invoices").contains { $0.text("CustomerNumber") == number }
        }
        guard !isPosted, !isEntered else {
            throw ServiceError(.general, "Customer \"\(number)\" cannot be deleted. It has transactions.")
        }
    }

    private func assignCustomer(
        _ payload: JSONObject,
        to customer: inout Record,
        isCreating: Bool
    ) throws(ServiceError) {
        try reader.assign(payload, to: &customer) { field, elements, customer throws(ServiceError) in
            try reader.assignPlainRows(elements, field, to: &customer, isCreating: isCreating)
            try checkOptionalFields(customer.rows(field.name))
            customer.set("NumberOfOptionalFields", customer.rows(field.name).count)
        } didSet: { name, customer throws(ServiceError) in
            try customerDidSet(name, &customer)
        }
        customer.set("DateLastMaintained", today)
    }

    private func customerDidSet(_ name: String, _ customer: inout Record) throws(ServiceError) {
        switch name {
        case "GroupCode":
            let code = customer.text("GroupCode")
            guard let group = record(.customerGroups, code) else {
                throw .doesNotExist("Customer group", code)
            }
            for name in ["AccountSet", "Terms", "TaxGroup", "BillingCycle", "InterestProfile", "AccountType"]
            {
                customer.set(name, group.text(name))
            }
            setCurrency(&customer)
        case "AccountSet":
            try check(customer.text("AccountSet"), in: .accountSets, "Account set")
            setCurrency(&customer)
        case "Terms": try check(customer.text("Terms"), in: .terms, "Terms code")
        case "TaxGroup": try checkTaxGroup(customer.text("TaxGroup"))
        case "CurrencyCode":
            let set = record(.accountSets, customer.text("AccountSet"))
            guard set?.text("CurrencyCode") == customer.text("CurrencyCode") else {
                throw ServiceError(.fieldInvalid, "Currency code does not match the account set's.")
            }
        case "Status":
            customer.set("InactiveDate", customer.text("Status") == "Inactive" ? today : nil)
        default: break
        }
    }

    private func setCurrency(_ customer: inout Record) {
        guard let set = record(.accountSets, customer.text("AccountSet")) else { return }
        customer.set("CurrencyCode", set.text("CurrencyCode"))
    }
}
