import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Changed customers and orders reach Sage 300; a failed one is corrected and replayed.
    @Suite struct MainJob {
        @Test(.timeLimit(.minutes(3)))
        func `orders are posted once, dead letters corrected and replayed`() async throws {
            try await withStage { stage in
                async let starting = stage.startStore(
                    orders: 120,
                    customers: 40,
                    scenario: "giftCardProducts: 0.08"
                )
                let sage = try await stage.startSage()
                let store = try await starting
                var plan = TenantPlan(store: store, sage: sage, giftCard: nil, maximumEntries: 20)
                let books = Books(store: store, sage: sage)
                try stage.startServices()
                try await stage.apply(plan)

                // Orders that sell or redeem a gift card have nowhere to go.
                try await stage.sync(status: 1)
                let states = try await stage.states()
                let underWay = ["waiting", "posting", "inDoubt"].filter { states[$0] != nil }
                try #require(underWay.isEmpty, "sync --wait came back with \(states)")
                let dead = try await stage.deadLetters()
                try #require(dead.count >= 3)
                for letter in dead {
                    #expect(letter["class"]?.string == "mapping")
                    #expect(letter["kind"]?.string == "order")
                    #expect(letter["reason"]?.string?.isEmpty == false)
                    #expect(letter["tenant"]?.string == "acme")
                    #expect(letter["company"]?.string == "SAMINC")
                    #expect(letter["currency"]?.string == "USD")
                }
                let numbers = Set(dead.compactMap { $0["document"]?.string })
                try #require(numbers.count == dead.count)
                try await books.agree(except: numbers)
                let due = try await books.due()
                for letter in dead {
                    let document = try #require(letter["document"]?.string)
                    let amount = try #require(letter["amount"]?.string.flatMap { Decimal(string: $0) })
                    #expect(due[document] == amount, "\(document)")
                }

                let example = try #require(dead.first)
                try await tellsWhy(stage, example, state: "dead")
                let shown = try await stage.ask("dead", "show", try #require(example["id"]?.string))
                #expect(shown["document"] == example["document"])
                #expect(shown["nextStep"]?.string?.contains("giftCard") == true)

                plan.giftCard = "2310"
                try await stage.apply(plan)
                let replay = try await stage.ask("replay", "--tenant", "acme", "--wait")
                #expect(replay["selected"]?.int == dead.count)
                #expect(replay["succeeded"]?.int == dead.count)
                #expect(replay["failedAgain"]?.int == 0)
                try await books.agree()
                #expect(try await stage.deadLetters().isEmpty)
                try await tellsWhy(stage, example, state: "posted")

                // What was refunded or cancelled follows what it takes back.
                for kind in ["creditmemo", "cancellation"] {
                    try await eventually("every \(kind) is settled") {
                        let states = try await stage.states(kind: kind)
                        return states.keys.allSatisfy(["posted", "skipped"].contains).orNil
                    }
                }
                let before = try await books.company()
                let second = try await stage.ask("sync", "acme", "--wait")
                #expect(second["published"]?.int == 0)
                #expect(try await books.company() == before)
                let customers = try #require(try await store.read("totals")["counts"]?["customers"]?.int)
                // The shared guest customer was there before.
                #expect(try #require(before["customers"]?.int) >= customers + 1)
            }
        }

        private func tellsWhy(_ stage: Stage, _ letter: JSON, state: String) async throws {
            let document = try #require(letter["document"]?.string)
            let why = try await stage.ask("why", "acme", document)
            #expect(why["document"]?.string == document)
            #expect(why["state"]?.string == state)
            #expect(try #require(why["events"]?.array).count >= 2)
            #expect(why["next"]?.string?.isEmpty == false)
            #expect(why["sage"]?["posted"]?.bool == (state == "posted"))
        }
    }
}
