import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// What a store gives back reaches the ledger, after what it takes back.
    @Suite struct CreditNotes {
        @Test(.timeLimit(.minutes(3)))
        func `refunds are credited to the customer of their invoice`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 120)
                try await stage.sync()
                let due = try await self.due(books)
                #expect(due.count > 5, "the store has too few refunds to tell")
                // Held until their invoices are posted, and let go on then.
                try await eventually("every refund is posted") {
                    (try await books.credited().count >= due.count).orNil
                }
                let credited = try await books.credited()
                #expect(credited == due)
                try await books.agree()
                let number = try #require(due.keys.sorted().first)
                let why = try await stage.ask("why", "acme", number)
                #expect(why["state"]?.string == "posted")
                #expect(why["explanation"]?.string?.contains("applied to US") == true)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `an order that is cancelled after it was entered is credited`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60)
                try await stage.sync()
                let before = try await books.credited().count
                let order = try await entered(books)
                let number = try #require(order["increment_id"]?.string)
                let total = try #require(order["base_grand_total"]?.decimal)
                // Nothing was invoiced of it: it was entered when it was placed.
                var members: JSONObject = ["state": "canceled", "status": "canceled"]
                for name in ["total_invoiced", "subtotal_invoiced", "shipping_invoiced", "tax_invoiced"] {
                    members[name] = 0
                    members["base_\(name)"] = 0
                }
                members["base_total_canceled"] = .decimal(total)
                let id = try #require(order["entity_id"]?.int)
                try await books.store.tell("orders/\(id)", .object(members), method: .patch)
                try await stage.sync()
                try await eventually("the cancellation is posted") {
                    try await books.credited()["USCX\(number)"]
                }
                #expect(try await books.credited()["USCX\(number)"] == total.cents)
                #expect(try await books.credited().count >= before + 1)
                // Dated by when it was cancelled, not by when it was placed.
                let why = try await stage.ask("why", "acme", "USCX\(number)")
                var calendar = Date.ISO8601FormatStyle(
                    timeZone: TimeZone(identifier: "America/Vancouver") ?? .gmt
                )
                calendar = calendar.year().month().day()
                let today = calendar.format(Date())
                #expect(
                    why["explanation"]?.string?.contains(", \(today), USD") == true,
                    "\(why["explanation"] ?? .null)"
                )
            }
        }

        /// Refunds of orders that are due, by number in Sage 300.
        private func due(_ books: Books) async throws -> [String: Decimal] {
            let orders = try await books.due()
            let count = try #require(try await books.store.read("totals")["counts"]?["creditmemos"]?.int)
            var due: [String: Decimal] = [:]
            for id in 1...max(count, 1) {
                let memo = try await books.store.read("creditmemos/\(id)")
                let order = try await books.store.read("orders/\(memo["order_id"]?.int ?? 0)")
                let total = try #require(memo["base_grand_total"]?.decimal).cents
                guard orders["US" + (order["increment_id"]?.string ?? "")] != nil, total != 0 else {
                    continue
                }
                due["USCM" + (try #require(memo["increment_id"]?.string))] = total
            }
            return due
        }

        /// An order in the ledger that nothing was refunded of.
        private func entered(_ books: Books) async throws -> JSON {
            for id in 1...60 {
                let order = try await books.store.read("orders/\(id)")
                if order["status"]?.string == "processing", (order["base_grand_total"]?.decimal ?? 0) > 1,
                    order["extension_attributes"]?["gift_cards"] == nil
                {
                    return order
                }
            }
            throw NoSuchOrder()
        }
    }
}

private struct NoSuchOrder: Error {}
