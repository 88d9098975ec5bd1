import ExactJSON
import Foundation
import HTTPClient
import Testing

extension EndToEnd {
    /// One of fifty cannot be posted, found when the batch is entered or only when it is posted.
    @Suite struct Culprits {
        /// What is wrong with it.
        enum Cause: String, CaseIterable, CustomTestStringConvertible {
            case closedPeriod, inactiveCustomer, unknownAccount, numberTaken

            /// Of the simulator's rules.
            var rule: String {
                switch self {
                case .closedPeriod, .inactiveCustomer: rawValue
                case .unknownAccount: "badAccount"
                case .numberTaken: "duplicateDocument"
                }
            }

            /// What the reason and the next step must say, each in one of these words.
            var reason: Regex<Substring> {
                switch self {
                case .closedPeriod: #/period/#.ignoresCase()
                case .inactiveCustomer: #/inactive/#.ignoresCase()
                case .unknownAccount: #/4200/#
                case .numberTaken: #/number/#.ignoresCase()
                }
            }
            var fix: Regex<Substring> {
                switch self {
                case .closedPeriod: #/period/#.ignoresCase()
                case .inactiveCustomer: #/activ/#.ignoresCase()
                case .unknownAccount: #/account|4200/#.ignoresCase()
                case .numberTaken: #/number/#.ignoresCase()
                }
            }
            var testDescription: String { rawValue }
        }

        /// Fifty orders, one of them bad.
        private struct Case {
            let cause: Cause
            let books: Books
            let culprit: JSON
            /// The others' ids.
            let clean: [Int]

            var number: String { "US" + (culprit["increment_id"]?.string ?? "") }
            var id: Int { culprit["entity_id"]?.int ?? 0 }
            var customer: String {
                let id = String(culprit["customer_id"]?.int ?? 0)
                return "W" + String(repeating: "0", count: 8 - id.count) + id
            }
        }

        /// Each cause once, at the moment it is usually found; `TEST_CULPRITS=2` tries the other moment as well.
        private static let cases: [(Cause, String)] = Cause.allCases.flatMap { cause in
            let usual = cause == .numberTaken || cause == .inactiveCustomer ? "entry" : "posting"
            let other = usual == "entry" ? "posting" : "entry"
            return Rig.size("TEST_CULPRITS", 1) > 1 ? [(cause, usual), (cause, other)] : [(cause, usual)]
        }

        @Test(.timeLimit(.minutes(2)), arguments: cases)
        func `the culprit dies alone with its cause, and is posted once that is mended`(
            cause: Cause,
            moment: String
        ) async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(
                    store: Self.held,
                    orders: 120,
                    sage: "companies: [{code: SAMINC, rules: {\(cause.rule): \(moment)}}]"
                ) {
                    $0.storeViews = "default"
                    $0.maximumEntries = 50
                    $0.maximumWait = "2s"
                    $0.pageSize = 100
                }
                // Held orders and their customers.
                try await stage.sync()
                try await stage.settled()
                let subject = try await pick(cause, books)
                try await prepare(subject)
                let before = nowInMilliseconds
                try await release(subject)
                try await stage.sync(status: 1)

                let letter = try await verdict(subject, stage)
                let sent = try await books.sage.log().since(before).batches
                #expect(sent.first?.documents.count == 50)
                // Halving: one whole, then two halves of what is left, six times.
                #expect(sent.count <= 13, "\(sent.map(\.documents.count))")
                try await mend(subject)
                let replay = try await stage.ask("replay", "--id", letter, "--wait")
                #expect(replay["succeeded"]?.int == 1)
                try await everythingIsPosted(subject)
                Rig.report(
                    "\(cause) at \(moment): \(sent.count) batches sent, of \(sent.map(\.documents.count))"
                )
            }
        }

        /// Pending, so that the customers stand in Sage 300 before the orders are let go.
        private static let held = """
            storeViews: [default]
            lifecycles: {pending: 1}
            guests: 0
            discounts: 0.2
            credits: 0
            giftCardProducts: 0
            freeOrders: 0
            editedOrders: 0
            """

        /// A culprit, and forty-nine that share neither its customer nor, where that is the matter, its account.
        private func pick(_ cause: Cause, _ books: Books) async throws -> Case {
            var orders: [JSON] = []
            for id in 1...120 { orders.append(try await books.store.read("orders/\(id)")) }
            func isDiscounted(_ order: JSON) -> Bool { order["base_discount_amount"]?.decimal ?? 0 != 0 }
            let culprit = try #require(orders.first { isDiscounted($0) == (cause == .unknownAccount) })
            let clean = orders.filter { !isDiscounted($0) && $0["customer_id"] != culprit["customer_id"] }
            try #require(clean.count >= 49)
            return Case(
                cause: cause,
                books: books,
                culprit: culprit,
                clean: clean.prefix(49).compactMap { $0["entity_id"]?.int }
            )
        }

        private func prepare(_ subject: Case) async throws {
            let (store, sage) = (subject.books.store, subject.books.sage)
            switch subject.cause {
            case .closedPeriod:
                let later: JSON = ["created_at": "2025-03-10 18:00:00"]
                try await store.tell("orders/\(subject.id)", later, method: .patch)
                try await sage.tell("companies/SAMINC/periods", ["period": "2025-03", "closed": true])
            case .inactiveCustomer: try await setCustomer(subject, "Inactive")
            case .unknownAccount:
                try await sage.tell("companies/SAMINC/accounts", ["code": "4200", "absent": true])
            case .numberTaken: try await enterByHand(subject)
            }
        }

        private func mend(_ subject: Case) async throws {
            let sage = subject.books.sage
            switch subject.cause {
            case .closedPeriod:
                try await sage.tell("companies/SAMINC/periods", ["period": "2025-03", "closed": false])
            case .inactiveCustomer: try await setCustomer(subject, "Active")
            case .unknownAccount:
                try await sage.tell("companies/SAMINC/accounts", ["code": "4200", "name": "Discounts"])
            case .numberTaken:
                // Its history is cleared: nothing else makes a number free again.
                try await sage.tell(
                    "companies/SAMINC/documents",
                    ["customer": .string(subject.customer), "number": .string(subject.number)]
                )
            }
        }

        private func setCustomer(_ subject: Case, _ status: String) async throws {
            try await subject.books.sage.tell(
                "companies/SAMINC/customers",
                ["number": .string(subject.customer), "status": .string(status)]
            )
        }

        private func enterByHand(_ subject: Case) async throws {
            let sage = subject.books.sage
            let batch = try await sage.ask(
                "SAMINC",
                "AR/ARInvoiceBatches",
                [
                    "Description": "by hand",
                    "Invoices": [
                        [
                            "CustomerNumber": .string(subject.customer), "InvoiceType": "Summary",
                            "DocumentNumber": .string(subject.number), "DocumentDate": "2025-01-05T00:00:00Z",
                            "DoNotCalculationTax": "Yes",
                            "InvoiceDetails": [["RevenueAccount": "4000", "ExtendedAmountWithTIP": 5]],
                        ]
                    ],
                ]
            )
            let number = try #require(batch["BatchNumber"])
            try await sage.tell("companies/SAMINC/batches", ["number": number, "action": "post"])
        }

        private func release(_ subject: Case) async throws {
            try await subject.books.store.tell(
                "orders/touch",
                [
                    "ids": .array((subject.clean + [subject.id]).map(JSON.int)),
                    "set": ["status": "processing", "state": "processing"],
                ]
            )
        }

        /// One dead letter that says why and what to do, and forty-nine posted.
        /// - Returns: its id.
        private func verdict(_ subject: Case, _ stage: Stage) async throws -> String {
            let letters = try await eventually("it is dead-lettered") { () -> [JSON]? in
                let letters = try await stage.deadLetters()
                return letters.isEmpty ? nil : letters
            }
            try #require(letters.compactMap { $0["document"]?.string } == [subject.number])
            let letter = try #require(letters.first)
            #expect(letter["class"]?.string == "ledger")
            let reason = try #require(letter["reason"]?.string)
            #expect(reason.contains(subject.cause.reason), "\(reason)")
            // Naming the usual causes is not naming the cause.
            #expect(!reason.contains("usual causes"), "\(reason)")
            let fix = try #require(letter["nextStep"]?.string)
            #expect(fix.contains(subject.cause.fix), "\(fix)")
            let states = try await stage.states(kind: "order")
            #expect(states["posted"] == 49, "\(states)")
            #expect(try await subject.books.openEntries() == [])
            return try #require(letter["id"]?.string)
        }

        private func everythingIsPosted(_ subject: Case) async throws {
            let books = subject.books
            let due = try await books.due()
            try #require(due.count == 50)
            #expect(try await books.posted() == due)
            #expect(try await books.openEntries() == [])
            let company = try await books.company()
            #expect(company["trialBalance"]?["sum"]?.string == "0")
            // The one entered by hand has the number as well.
            let twice = company["duplicates"]?.array?.compactMap { $0["document"]?.string }
            #expect(twice == (subject.cause == .numberTaken ? [subject.number] : []))
        }
    }
}
