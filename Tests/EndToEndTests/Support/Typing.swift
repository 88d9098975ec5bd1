import ExactJSON
import Foundation
import HTTPClient
import Testing

/// An order as somebody reads it off the store's screen.
struct TypedOrder {
    let id: Int
    let number: String
    let total: Decimal
    /// Its day in the company's calendar, `2025-01-31`.
    let day: String
    let buyer: String
    let status: String
}

/// A bookkeeper who types invoices into Sage 300.
final class Typing {
    let books: Books
    private var orders: [TypedOrder] = []
    private var openBatch = 0
    /// `order=document`: how sure `existing` has to be.
    private(set) var expected: [String: String] = [:]
    /// What a person says yes to, one by one: order and document.
    private(set) var decisions: [(String, String)] = []
    /// What the ledger has more than the store, by errors of the one who typed.
    private var surplus = Decimal(0)
    private(set) var postedByHand = 0
    private var typedFor: [String: String] = [:]

    init(_ books: Books) async throws {
        self.books = books
        for (number, name) in [("1200", "Counter sales"), ("1201", "Nobody in particular")] {
            try await customer(number, name)
        }
    }

    private func customer(_ number: String, _ name: String) async throws {
        _ = try await books.sage.ask(
            books.code,
            "AR/ARCustomers",
            ["CustomerNumber": .string(number), "GroupCode": "WEB", "CustomerName": .string(name)]
        )
    }

    /// Orders with an amount of their own, those first of which nothing was shipped, refunded or cancelled yet.
    func plainOrders(_ count: Int) async throws -> [TypedOrder] {
        if orders.isEmpty { orders = try await readOrders() }
        var seen: [Decimal: Int] = [:]
        for order in orders { seen[order.total, default: 0] += 1 }
        // What only the amount speaks for is one pair then.
        let alone = orders.filter { seen[$0.total] == 1 }
        let plain = alone.filter { $0.status == "processing" } + alone.filter { $0.status != "processing" }
        try #require(plain.count >= count, "\(plain.count) of \(orders.count) orders are plain")
        return Array(plain.prefix(count))
    }

    private func readOrders() async throws -> [TypedOrder] {
        var style = Date.ISO8601FormatStyle(timeZone: TimeZone(identifier: "America/Vancouver") ?? .gmt)
        style = style.year().month().day()
        let due = try await books.due()
        var orders: [TypedOrder] = []
        let count = try #require(try await books.store.read("totals")["counts"]?["orders"]?.int)
        for id in 1...count {
            let order = try await books.store.read("orders/\(id)")
            guard let number = order["increment_id"]?.string, let total = due["US\(number)"],
                let created = order["created_at"]?.string,
                let instant = try? Date("\(created.replacing(" ", with: "T"))Z", strategy: .iso8601)
            else { continue }
            let names = [order["customer_firstname"]?.string, order["customer_lastname"]?.string]
            orders.append(
                TypedOrder(
                    id: id,
                    number: number,
                    total: total,
                    day: style.format(instant),
                    buyer: names.compactMap(\.self).joined(separator: " "),
                    status: order["status"]?.string ?? ""
                )
            )
        }
        return orders
    }

    /// An invoice as it is typed: with the order's number and amount, of its day, unless told otherwise.
    func invoice(
        _ document: String,
        of order: TypedOrder,
        customer: String = "1200",
        amount: Decimal? = nil,
        day: String? = nil,
        naming: JSONObject? = nil
    ) -> JSON {
        let date = JSON.string("\(day ?? order.day)T00:00:00Z")
        var invoice: JSONObject = [
            "CustomerNumber": .string(customer), "DocumentType": "Invoice", "InvoiceType": "Summary",
            "DocumentNumber": .string(document), "DocumentDate": date, "PostingDate": date,
            "DoNotCalculationTax": "Yes",
            "InvoiceDetails": [
                [
                    "RevenueAccount": "4000", "Description": "web sale",
                    "ExtendedAmountWithTIP": .decimal(amount ?? order.total),
                ]
            ],
        ]
        for (name, value) in naming ?? ["OrderNumber": .string(order.number)] { invoice[name] = value }
        return .object(invoice)
    }

    /// - Returns: the batch's number.
    @discardableResult
    func post(_ invoices: [JSON], isPosted: Bool = true) async throws -> Int {
        let batch = try await books.sage.ask(
            books.code,
            "AR/ARInvoiceBatches",
            ["Description": "January, by hand", "Invoices": .array(invoices)]
        )
        let number = try #require(batch["BatchNumber"]?.int)
        guard isPosted else { return number }
        try await act("ready", number)
        try await act("post", number)
        postedByHand += invoices.count
        return number
    }

    private func act(_ action: String, _ batch: Int) async throws {
        try await books.sage.tell(
            "companies/\(books.code)/batches",
            ["number": .int(batch), "action": .string(action)]
        )
    }

    func postTheOpenBatch() async throws {
        try await act("ready", openBatch)
        try await act("post", openBatch)
    }

    /// Thirty, most of them right.
    func typeThirty() async throws {
        var left = try await plainOrders(32)[...]
        var number = 0
        var typed: [JSON] = []
        func next() throws -> (TypedOrder, String) {
            number += 1
            return (try Self.next(&left), "BYHAND-\(number)")
        }
        func type(_ order: TypedOrder, _ document: String, _ strength: String, _ invoice: JSON) {
            typed.append(invoice)
            expected["\(order.number)=\(document)"] = strength
            if strength == "certain" { typedFor[order.number] = document }
        }
        for _ in 1...12 {
            let (order, document) = try next()
            type(order, document, "certain", invoice(document, of: order))
        }
        for property in ["PONumber", "InvoiceDescription", "DocumentNumber"] {
            let (order, document) = try next()
            let own = property == "DocumentNumber" ? "WEB\(order.number)" : document
            let value = property == "DocumentNumber" ? own : "\(order.number)"
            type(order, own, "certain", invoice(own, of: order, naming: [property: .string(value)]))
        }
        for _ in 1...3 {
            let (order, document) = try next()
            type(order, document, "certain", invoice(document, of: order, day: "2025-02-20"))
        }
        for _ in 1...3 {
            let (order, document) = try next()
            let amount = order.total + 36
            type(order, document, "likely", invoice(document, of: order, amount: amount))
            decide(order, document)
            surplus += 36
        }
        try await post(typed)
        try await typeDoubtful(&left, &number)
        let (order, document) = try next()
        openBatch = try await post([invoice(document, of: order)], isPosted: false)
        expected["\(order.number)=\(document)"] = "certain"
        typedFor[order.number] = document
    }

    private static func next(_ left: inout ArraySlice<TypedOrder>) throws -> TypedOrder {
        let order = left.popFirst()
        return try #require(order)
    }

    private func decide(_ order: TypedOrder, _ document: String) {
        decisions.append((order.number, document))
        typedFor[order.number] = document
    }

    /// Seven that a person has to look at, and one that is none of the store's; an order each, but for two.
    private func typeDoubtful(_ left: inout ArraySlice<TypedOrder>, _ number: inout Int) async throws {
        func document() -> String {
            number += 1
            return "BYHAND-\(number)"
        }
        // Typed twice.
        let twice = try Self.next(&left)
        let (first, second) = (document(), document())
        try await post([invoice(first, of: twice), invoice(second, of: twice)])
        for document in [first, second] { expected["\(twice.number)=\(document)"] = "certain?" }
        decide(twice, first)
        surplus += twice.total
        // One that names two orders.
        let pair = [try Self.next(&left), try Self.next(&left)]
        let both = document()
        let names: JSONObject = ["OrderNumber": .string(pair[0].number), "PONumber": .string(pair[1].number)]
        try await post([invoice(both, of: pair[0], naming: names)])
        expected["\(pair[0].number)=\(both)"] = "certain"
        expected["\(pair[1].number)=\(both)"] = nil
        typedFor[pair[0].number] = both
        // Without any number: for customers called as the buyers are, and for another.
        for index in 1...3 {
            let place = left.firstIndex { $0.buyer.contains(" ") }
            let order = left.remove(at: try #require(place))
            try await customer("B\(index)", order.buyer)
            let document = document()
            try await post([invoice(document, of: order, customer: "B\(index)", naming: [:])])
            expected["\(order.number)=\(document)"] = "likely"
            decide(order, document)
        }
        let order = try Self.next(&left)
        let stranger = document()
        try await post([invoice(stranger, of: order, customer: "1201", naming: [:])])
        expected["\(order.number)=\(stranger)"] = "possible"
        decide(order, stranger)
        try await post([invoice(document(), of: order, customer: "1201", amount: 987_654, naming: [:])])
        surplus += 987_654
    }

    /// Every due order stands once, as it was typed or as it was entered; receivables are what was sold, but for what was
    /// typed wrong, and debits equal credits.
    func agree() async throws {
        let due = try await books.due()
        let posted = try await books.posted()
        for (document, total) in due {
            let number = String(document.dropFirst(2))
            if let typed = typedFor[number] {
                #expect(posted[document] == nil, "\(document) is doubled: \(typed)")
                #expect(posted[typed] != nil, "\(typed) is gone")
            } else {
                #expect(posted[document] == total, "\(document)")
            }
        }
        try await books.addUp()
        let credited = try await books.credited().values.reduce(0, +)
        let balance = try #require(try await books.company()["trialBalance"])
        let receivables = balance["accounts"]?["1200"]?.string.flatMap { Decimal(string: $0) } ?? 0
        #expect(receivables == due.values.reduce(0, +) + surplus - credited)
        Rig.report(
            "\(due.count) orders, \(typedFor.count) of them typed by hand, \(posted.count) invoices posted"
        )
    }
}
