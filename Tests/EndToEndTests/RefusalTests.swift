import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// Documents that cannot be posted as they are, and those that a person is to post.
    @Suite struct Refusals {
        @Test(.timeLimit(.minutes(2)))
        func `batches for review stay Open until a person posts them`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60) { $0.posting = "review" }
                try await stage.sync()
                let due = try await books.due()
                #expect(try await stage.states(kind: "order")["entered"] == due.count)
                let company = try await books.company()
                #expect(company["batches"]?["Posted"] == nil)
                #expect((company["batches"]?["Open"]?.int ?? 0) >= 1)
                try #require(try await books.posted().isEmpty)
                let number = try #require(due.keys.min())
                let why = try await stage.ask("why", "acme", number)
                #expect(why["state"]?.string == "entered")
                #expect(why["sage"]?["posted"]?.bool == false)

                // Credit memos wait for their invoices, which a person posts now.
                #expect(try await books.credited().isEmpty)
                for batch in 1...(company["batches"]?["Open"]?.int ?? 1) {
                    let order: JSON = ["number": .int(batch), "action": "post"]
                    try await books.sage.tell("companies/SAMINC/batches", order)
                }
                try await eventually("the posting is noticed", within: .seconds(60)) {
                    (try await stage.states(kind: "order")["posted"] == due.count).orNil
                }
                try await books.agree()
                #expect(try await stage.ask("why", "acme", number)["sage"]?["posted"]?.bool == true)
                try await eventually("credit notes are entered", within: .seconds(60)) {
                    (try await stage.states(kind: "creditmemo")["entered"] != nil).orNil
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `orders of an unmapped store view wait for their company`() async throws {
            try await withStage { stage in
                var (plan, books) = try await stage.opened(orders: 80) { $0.storeViews = "default" }
                try await stage.begun()
                try await stage.settled()
                let dead = try await eventually("they are dead-lettered") { () -> [JSON]? in
                    let letters = try await stage.deadLetters().filter { $0["kind"]?.string == "order" }
                    return letters.count == (try await stage.states(kind: "order")["dead"] ?? 0)
                        ? letters : nil
                }
                try #require(!dead.isEmpty)
                for letter in dead {
                    #expect(letter["class"]?.string == "mapping")
                    #expect(letter["reason"]?.string?.contains("us_en") == true)
                    #expect(letter["company"]?.isNull == true)
                }
                let here = try await books.due(storeViews: [1])
                #expect(try await books.posted() == here)

                plan.storeViews = "default, us_en"
                try await stage.apply(plan)
                let replay = try await stage.ask("replay", "--tenant", "acme", "--wait")
                #expect(replay["failedAgain"]?.int == 0)
                try await stage.settled()
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `orders of a closed period die at posting, their neighbours do not`() async throws {
            try await withStage { stage in
                let store = try await stage.startStore(orders: 60)
                let sage = try await stage.startSage("companies: [{code: SAMINC}]")
                // Most orders are of January 2025, a few by the company's calendar of no other month.
                let late = try await moved(orders: 12, of: store, to: "2025-03-10 18:00:00")
                try await sage.tell("companies/SAMINC/periods", ["period": "2025-03", "closed": true])
                try await stage.apply(TenantPlan(store: store, sage: sage, maximumEntries: 20))
                try stage.startServices()
                let books = Books(store: store, sage: sage)
                try await stage.begun()
                try await stage.settled()
                let expected = try await books.due().keys.filter(late.contains)
                let dead = try await eventually("they are dead-lettered") { () -> [JSON]? in
                    let letters = try await stage.deadLetters()
                    return letters.count == expected.count ? letters : nil
                }
                for letter in dead { #expect(letter["class"]?.string == "ledger") }
                #expect(Set(dead.compactMap { $0["document"]?.string }) == Set(expected))
                try await books.agree(except: Set(expected))

                try await sage.tell("companies/SAMINC/periods", ["period": "2025-03", "closed": false])
                let replay = try await stage.ask("replay", "--tenant", "acme", "--wait")
                #expect(replay["succeeded"]?.int == expected.count)
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `an order of an inactive customer dies alone`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60)
                try await stage.sync()
                // Another run may have begun before this one: its orders are to be through as well.
                try await stage.settled()
                let originals = try await registered(books.store)
                let customer = try #require(originals[0]["customer_id"]?.int)
                let number =
                    "W" + String(repeating: "0", count: 8 - String(customer).count) + String(customer)
                try await books.sage.tell(
                    "companies/SAMINC/customers",
                    ["number": .string(number), "status": "Inactive"]
                )
                for (index, order) in originals.enumerated() {
                    try await books.store.tell("orders", copy(order, id: 900_001 + index))
                }
                try await stage.sync(status: 1)
                let dead = try await stage.deadLetters()
                #expect(dead.compactMap { $0["document"]?.string } == ["US000900001"])
                #expect(dead.first?["class"]?.string == "ledger")
                #expect(dead.first?["reason"]?.string?.contains("inactive") == true)

                try await books.sage.tell(
                    "companies/SAMINC/customers",
                    ["number": .string(number), "status": "Active"]
                )
                try await stage.ask("replay", "--id", try #require(dead.first?["id"]?.string), "--wait")
                let posted = try await books.posted()
                #expect(posted["US000900001"] == originals[0]["base_grand_total"]?.decimal?.cents)
                #expect(posted["US000900002"] == originals[1]["base_grand_total"]?.decimal?.cents)
                try await books.addUp()
            }
        }

        /// Gives some orders another day.
        /// - Returns: their document numbers.
        private func moved(orders: Int, of store: Simulator, to time: String) async throws -> Set<String> {
            var numbers: Set<String> = []
            for id in 1...orders {
                let order = try await store.tell(
                    "orders/\(id)",
                    ["created_at": .string(time), "updated_at": .string(time)],
                    method: .patch
                )
                numbers.insert("US" + (try #require(order["increment_id"]?.string)))
            }
            return numbers
        }

        /// Two due orders of different registered customers in the first store view.
        private func registered(_ store: Simulator) async throws -> [JSON] {
            var found: [Int: JSON] = [:]
            for id in 1...60 where found.count < 2 {
                let order = try await store.read("orders/\(id)")
                guard order["status"]?.string == "complete", order["store_id"]?.int == 1,
                    let customer = order["customer_id"]?.int, found[customer] == nil,
                    try #require(order["base_grand_total"]?.decimal) > 0
                else { continue }
                found[customer] = order
            }
            try #require(found.count == 2)
            return Array(found.values)
        }

        private func copy(_ order: JSON, id: Int) throws -> JSON {
            var object = try #require(order.object)
            object["entity_id"] = .int(id)
            object["increment_id"] = .string("000\(id)")
            object["created_at"] = nil
            object["updated_at"] = nil
            return .object(object)
        }
    }
}
