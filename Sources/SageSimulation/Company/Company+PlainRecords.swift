/// Codes and other records whose only rules are keys and references.
extension Company {
    func insertPlain(_ call: Call) throws(ServiceError) -> Record {
        var record = Record(table(call.resource).schema)
        try reader.assignPlain(call.payload, to: &record, isCreating: true)
        let key = EntityKey.storageKey(of: record)
        guard record.schema.key.allSatisfy({ !record.text($0).isEmpty }) else {
            throw ServiceError(.recordInvalid, "\(record.schema.key[0]) cannot be blank.")
        }
        guard self.record(call.resource, key) == nil else {
            throw ServiceError(.recordDuplicate, "Record already exists.")
        }
        try checkReferences(record, call.resource)
        store(record, in: call.resource)
        return record
    }

    func updatePlain(_ existing: Record, _ call: Call) throws(ServiceError) {
        var record = existing
        try reader.assignPlain(call.payload, to: &record, isCreating: false)
        guard EntityKey.storageKey(of: record) == EntityKey.storageKey(of: existing) else {
            throw ServiceError(.recordInvalid, "The key of a record cannot be changed.")
        }
        try checkReferences(record, call.resource)
        store(record, in: call.resource)
    }

    private func checkReferences(_ record: Record, _ resource: Resource) throws(ServiceError) {
        switch resource {
        case .shipToLocations:
            try check(record.text("CustomerNumber"), in: .customers, "Customer")
            try checkTaxGroup(record.text("TaxGroup"))
        case .customerGroups:
            try check(record.text("AccountSet"), in: .accountSets, "Account set")
            try check(record.text("Terms"), in: .terms, "Terms code")
            try checkTaxGroup(record.text("TaxGroup"))
        case .accountSets:
            try check(
                CompanyScenario.Account.key(record.text("ReceivablesControlAccount")),
                in: .accounts,
                "Account"
            )
        case .distributionCodes:
            try check(CompanyScenario.Account.key(record.text("RevenueAccount")), in: .accounts, "Account")
        default: break
        }
    }

    /// - Throws: `FieldInvalid` unless the company has defined all of them.
    func checkOptionalFields(_ rows: [Record]) throws(ServiceError) {
        guard let defined = scenario.optionalFields else { return }
        for row in rows where !defined.contains(row.text("OptionalField")) {
            throw .doesNotExist("Optional field", row.text("OptionalField"))
        }
    }

    /// - Throws: `FieldInvalid` unless the code is blank or there.
    func check(_ code: String, in resource: Resource, _ what: String) throws(ServiceError) {
        guard code.isEmpty || record(resource, code) != nil else { throw .doesNotExist(what, code) }
    }

    func checkTaxGroup(_ code: String) throws(ServiceError) {
        guard code.isEmpty || record(.taxGroups, EntityKey.storageKey(code, "Sales")) != nil else {
            throw .doesNotExist("Tax group", code)
        }
    }
}
