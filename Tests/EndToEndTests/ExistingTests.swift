import ExactJSON
import Foundation
import HTTPClient
import PostgresClient
import Testing

extension EndToEnd {
    /// Invoices that somebody typed into Sage 300 by hand before the connector came.
    @Suite struct Existing {
        /// Thirty typed by hand among a hundred orders: what is certain is linked after one yes, what is doubtful is shown,
        /// and nothing is doubled.
        @Test(.timeLimit(.minutes(4)))
        func `invoices typed by hand are linked and not doubled`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    orders: 100,
                    services: ["poller", "customer-worker", "replayer"]
                )
                let typing = try await Typing(books)
                try await typing.typeThirty()
                // A new tenant is read at once.
                try await read(100, stage)

                let shown = try await stage.ask("existing", "acme")
                let strengths = Self.strengths(shown)
                for (what, expected) in typing.expected { #expect(strengths[what] == expected, "\(what)") }
                #expect(strengths.count == typing.expected.count, "\(strengths.keys.sorted())")
                #expect(try await books.posted().count == typing.postedByHand)

                let linked = try await stage.ask("existing", "acme", "--link-all")
                let certain = typing.expected.values.count { $0 == "certain" }
                #expect(linked["linked"]?.array?.count == certain)
                for (order, document) in typing.decisions {
                    let left = try await stage.ask("existing", "acme")
                    let id = try #require(Self.id(of: order, document, left), "\(order) = \(document)")
                    let answer = try await stage.ask("existing", "acme", "--link", id)
                    #expect(answer["linked"]?.array?.count == 1)
                }
                #expect(try await stage.ask("existing", "acme")["matches"]?.array?.isEmpty == true)

                try stage.start("invoice-worker")
                try await stage.settled(within: .seconds(120))
                #expect(try await stage.deadLetters().isEmpty)
                try await typing.postTheOpenBatch()
                try await eventually("the typed batch that was Open is posted") {
                    (try await stage.states(kind: "order")["entered"] == nil).orNil
                }
                try await typing.agree()
                let why = try await stage.ask("why", "acme", "BYHAND-1")
                #expect(why["state"]?.string == "posted")
                #expect(why["sage"]?["document"]?.string == "BYHAND-1")
                let last = why["events"]?.array?.last
                #expect(last?["stage"]?.string == "link", "\(why["events"] ?? .null)")
                #expect(last?["detail"]?.string?.contains("same order number") == true)
            }
        }

        /// With everything running and nobody asked: what names an order waits for a person, and a refund is credited to what
        /// was typed.
        @Test(.timeLimit(.minutes(3)))
        func `what is certain waits for a person by itself`() async throws {
            try await withStage { stage in
                async let starting = stage.startStore(orders: 60)
                let sage = try await stage.startSage()
                let books = Books(store: try await starting, sage: sage)
                let typing = try await Typing(books)
                let orders = try await typing.plainOrders(3)
                for (index, order) in orders.enumerated() {
                    try await typing.post([typing.invoice("BYHAND-\(index)", of: order)])
                }
                try await stage.apply(TenantPlan(store: books.store, sage: sage))
                try stage.startServices()
                try await stage.sync()
                try await stage.settled()
                let numbers = orders.map(\.number)
                for number in numbers {
                    let why = try await stage.ask("why", "acme", number, "--kind", "order")
                    #expect(why["state"]?.string == "held")
                    #expect(why["reason"]?.string?.contains("already in Sage 300 as BYHAND-") == true)
                    #expect(why["next"]?.string?.contains("that command") == true)
                }
                let held = try await stage.ask("existing", "acme")
                let first = try #require(Self.id(of: numbers[0], "BYHAND-0", held))
                let second = try #require(Self.id(of: numbers[1], "BYHAND-1", held))
                let third = try #require(Self.id(of: numbers[2], "BYHAND-2", held))
                let linked = try await stage.ask("existing", "acme", "--link", first, second)
                #expect(linked["linked"]?.array?.count == 2)
                try await stage.ask("existing", "acme", "--reject", third, "--reason", "another shop's")
                try await eventually("the rejected one is entered") {
                    (try await books.posted()["US\(numbers[2])"] != nil).orNil
                }
                // A mistake: it is entered after all.
                try await stage.ask("existing", "acme", "--unlink", second, "--reason", "a mistake")
                try await eventually("the unlinked one is entered") {
                    (try await books.posted()["US\(numbers[1])"] != nil).orNil
                }
                let again = try await stage.ask("existing", "acme", "--link", first, status: 1)
                #expect(again["refused"]?.array?.count == 1)
                try await cancel(orders[0], books)
                try await stage.sync()
                try await eventually("the cancellation is credited") {
                    try await books.credited()["USCX\(numbers[0])"]
                }
                let note = try await stage.ask("why", "acme", "USCX\(numbers[0])")
                #expect(note["explanation"]?.string?.contains("applied to BYHAND-0") == true)
                #expect(note["sage"]?["customer"]?.string == "1200")
                let posted = try await books.posted()
                #expect(posted["US\(numbers[0])"] == nil && posted["BYHAND-0"] == orders[0].total)
                try await books.addUp()
            }
        }

        private func read(_ count: Int, _ stage: Stage) async throws {
            try await eventually("the store is read", within: .seconds(60)) {
                let open = try await stage.peek(
                    "select id from runs where state in ('requested', 'running')"
                )
                let states = try await stage.states(kind: "order")
                return (open.isEmpty && states.values.reduce(0, +) == count).orNil
            }
        }

        private func cancel(_ order: TypedOrder, _ books: Books) async throws {
            var members: JSONObject = ["state": "canceled", "status": "canceled"]
            for name in ["total_invoiced", "subtotal_invoiced", "shipping_invoiced", "tax_invoiced"] {
                members[name] = 0
                members["base_\(name)"] = 0
            }
            members["base_total_canceled"] = .decimal(order.total)
            try await books.store.tell("orders/\(order.id)", .object(members), method: .patch)
        }

        /// `order=document` of every match, `certain`, `likely`, `possible`, with `?` where it is ambiguous.
        private static func strengths(_ answer: JSON) -> [String: String] {
            var strengths: [String: String] = [:]
            for match in answer["matches"]?.array ?? [] {
                let pair = "\(match["number"]?.string ?? "")=\(match["sage"]?["document"]?.string ?? "")"
                strengths[pair] =
                    (match["strength"]?.string ?? "") + (match["ambiguous"] == .bool(true) ? "?" : "")
            }
            return strengths
        }

        private static func id(of order: String, _ document: String, _ answer: JSON) -> String? {
            answer["matches"]?.array?.first {
                $0["number"]?.string == order && $0["sage"]?["document"]?.string == document
            }?["id"]?.int.map(String.init)
        }
    }
}
