import ExactJSON

/// Changes a person would make in Sage 300 itself while a rehearsal runs.
extension Company {
    /// - Throws: `ScenarioError` naming the key that is wrong.
    func change(_ what: String, _ node: ScenarioJSON) throws(ScenarioError) {
        let nodes = node.json.array == nil ? [ScenarioNode(node.json)] : try ScenarioNode(node.json).list()
        for node in nodes {
            switch what {
            case "accounts": try changeAccount(node)
            case "customers": try changeCustomer(node)
            case "periods": try changePeriod(node)
            case "batches": try changeBatch(node)
            case "documents": try clearDocument(node)
            default:
                throw ScenarioError(
                    "unknown control \(what); allowed are accounts, customers, periods, batches, documents"
                )
            }
        }
    }

    private func changeAccount(_ node: ScenarioNode) throws(ScenarioError) {
        let account = try CompanyScenario.Account(node)
        if try node["absent"]?.truth() == true {
            tables[.accounts]?.remove(account.key)
        } else {
            store(OpeningData.account(account), in: .accounts)
        }
    }

    /// Of a customer that is there only what is given changes.
    private func changeCustomer(_ node: ScenarioNode) throws(ScenarioError) {
        let customer = try CompanyScenario.Customer(node)
        if try node["absent"]?.truth() == true {
            tables[.customers]?.remove(customer.number)
        } else if var existing = record(.customers, customer.number) {
            if node["status"] != nil { existing.set("Status", customer.isActive ? "Active" : "Inactive") }
            if node["onHold"] != nil { existing.set("OnHold", customer.isOnHold ? "Yes" : "No") }
            if node["name"] != nil { existing.set("CustomerName", customer.name) }
            store(existing, in: .customers)
        } else {
            store(OpeningData.customer(customer, scenario), in: .customers)
        }
    }

    private func changePeriod(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["period", "closed"])
        guard let text = try node["period"]?.text() else { throw node.error("needs a period") }
        let parts = text.split(separator: "-")
        guard parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]), (1...12).contains(month)
        else {
            throw node.error("has a period that is not like 2026-03")
        }
        let period = Period(year: year.padded(4), period: month.padded(2))
        setPeriod(period, isClosed: try node["closed"]?.truth() ?? true)
    }

    /// What clearing history does: the number is free again.
    private func clearDocument(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["customer", "number"])
        guard let customer = try node["customer"]?.text(), let number = try node["number"]?.text(),
            record(.postedDocuments, EntityKey.storageKey(customer, number)) != nil
        else { throw node.error("names no posted document") }
        tables[.postedDocuments]?.remove(EntityKey.storageKey(customer, number))
    }

    private func changeBatch(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["number", "action", "entry", "ledger"])
        guard let number = try node["number"]?.whole(), let action = node["action"] else {
            throw node.error("needs number and action")
        }
        let isLedger = try node["ledger"]?.truth() ?? false
        guard (isLedger ? journalBatch(number) : invoiceBatch(number)) != nil else {
            throw node.error("names a batch that does not exist")
        }
        switch try action.word(of: ["delete", "post", "ready", "open", "deleteEntry"]) {
        case "delete": setStatus("Deleted", of: number, isLedger)
        case "ready": setStatus("ReadyToPost", of: number, isLedger)
        case "open": setStatus("Open", of: number, isLedger)
        case "post":
            if isLedger { postJournalBatch(number) } else { postInvoiceBatch(number) }
            isPosting = false
        default: deleteEntry(try node["entry"]?.whole() ?? 1, ofInvoiceBatch: number)
        }
    }

    private func setStatus(_ status: String, of number: Int, _ isLedger: Bool) {
        if isLedger {
            setStatus(status, ofJournalBatch: number)
        } else {
            setStatus(status, ofInvoiceBatch: number)
        }
    }

    private func deleteEntry(_ entry: Int, ofInvoiceBatch number: Int) {
        guard var batch = invoiceBatch(number) else { return }
        batch.set("Invoices", batch.rows("Invoices").filter { $0.integer("EntryNumber") != entry })
        InvoiceArithmetic.total(batch: &batch)
        store(batch, in: .invoiceBatches)
    }
}

/// JSON on its way into an actor.
struct ScenarioJSON: Sendable {
    let json: JSON
}
