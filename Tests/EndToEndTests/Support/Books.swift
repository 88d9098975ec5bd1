import ExactJSON
import Foundation
import HTTPClient
import Testing

/// The store's orders and Sage 300's books, document by document.
struct Books {
    let store: Simulator
    let sage: Simulator
    var code = "SAMINC"

    /// Orders that are to be posted: document number and total.
    func due(prefix: String = "US", storeViews: Set<Int> = [1, 2]) async throws -> [String: Decimal] {
        let count = try #require(try await store.read("totals")["counts"]?["orders"]?.int)
        var due: [String: Decimal] = [:]
        for id in 1...max(count, 1) {
            let order = try await store.read("orders/\(id)")
            let status = try #require(order["status"]?.string)
            let total = try #require(order["base_grand_total"]?.decimal).cents
            guard ["processing", "complete", "closed"].contains(status), total != 0,
                order["store_id"]?.int.map(storeViews.contains) ?? true
            else { continue }
            due[prefix + (try #require(order["increment_id"]?.string))] = total
        }
        return due
    }

    /// Posted invoices; a number posted twice is an error.
    func posted() async throws -> [String: Decimal] { try await posted("Invoice") }

    /// Posted credit notes, likewise; amounts are positive.
    func credited() async throws -> [String: Decimal] {
        try await posted("CreditNote").mapValues(\.magnitude)
    }

    /// Posted documents of a type, read as any client reads them.
    private func posted(_ type: String) async throws -> [String: Decimal] {
        var posted: [String: Decimal] = [:]
        var skip = 0
        while true {
            let page = try await documents(skip: skip)
            for document in page where document["DocumentType"]?.string == type {
                let number = try #require(document["DocumentNumber"]?.string)
                try #require(posted[number] == nil, "\(number) is posted twice")
                posted[number] = try #require(document["CustomerCurrencyInvoiceAmount"]?.decimal)
            }
            guard page.count == 100 else { return posted }
            skip += 100
        }
    }

    private func documents(skip: Int) async throws -> [JSON] {
        let answer = try await sage.ask(code, "AR/ARPostedDocuments?$top=100&$skip=\(skip)")
        return try #require(answer["value"]?.array)
    }

    /// Documents that stand in Open batches: once all is posted, none may be left for somebody to post again.
    func openEntries() async throws -> [String] {
        let filter = "BatchStatus%20eq%20%27Open%27"
        let answer = try await sage.ask(code, "AR/ARInvoiceBatches?$top=100&$filter=\(filter)")
        let batches = try #require(answer["value"]?.array)
        return batches.flatMap { $0["Invoices"]?.array ?? [] }.compactMap { $0["DocumentNumber"]?.string }
    }

    /// `/_simulator/books` of the company.
    func company() async throws -> JSON { try #require(try await sage.read("books")["companies"]?[code]) }

    /// Every due order but `dead` is posted once with its total, and the ledger adds up.
    func agree(except dead: Set<String> = []) async throws {
        let due = try await due().filter { !dead.contains($0.key) }
        let posted = try await posted()
        let missing = due.filter { posted[$0.key] == nil }.keys.sorted()
        let surplus = posted.filter { due[$0.key] == nil }.keys.sorted()
        let different = due.filter { posted[$0.key] != nil && posted[$0.key] != $0.value }.keys.sorted()
        try #require(
            missing == [] && surplus == [] && different == [],
            "\(due.count) due, \(posted.count) posted"
        )
        try await addUp()
    }

    /// Nothing stands twice, and debits equal credits.
    func addUp() async throws {
        let company = try await company()
        try #require(company["duplicates"]?.isEmpty == true, "\(company["duplicates"]?.text ?? "none")")
        try #require(company["trialBalance"]?["sum"]?.string == "0")
    }
}

extension JSON {
    /// True for an object or a list of nothing.
    var isEmpty: Bool { array?.isEmpty ?? object?.isEmpty ?? false }
}

extension Decimal {
    /// Rounded half up to two decimals.
    var cents: Decimal {
        var value = self
        var rounded = Decimal()
        NSDecimalRound(&rounded, &value, 2, .plain)
        return rounded
    }
}
