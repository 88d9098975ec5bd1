import Accounting
import ExactJSON
import Sage300
import Storage
import Testing

@testable import Posting

/// A batch that Sage 300 refuses costs the document that is to blame, and says why.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct CulpritTests {
    private static func rules(_ rules: String) -> String { "companies: [{code: SAMINC, rules: {\(rules)}}]" }

    /// Nothing that can be read tells: found by halving, wherever it stands.
    @Test(arguments: [Int64(1), 21, 50])
    func anUnreadableCauseIsFoundByHalving(_ culprit: Int64) async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let ids = Array(Int64(1)...50)
            let claim = try await bench.claim(ids, under: lease) { id, invoice in
                if id == culprit { invoice.terms = "NOSUCH" }
            }
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            let dead = try await bench.document(culprit)
            #expect(dead.state == .dead)
            #expect(dead.reason?.contains("NOSUCH") == true, "Sage 300's own words: \(dead.reason ?? "")")
            #expect(try await bench.standing().posted.count == 49)
            // 2·log2(50) + 2 is 13.3.
            #expect(try await bench.sage.count("POST AR/ARInvoiceBatches") <= 13)
            #expect(try await bench.openClaims() == 0)
        }
    }

    @Test func severalCulpritsAreFound() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let ids = Array(Int64(1)...12)
            let claim = try await bench.claim(ids, under: lease) { id, invoice in
                if [2, 3, 11].contains(id) { invoice.terms = "NOSUCH" }
            }
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            let dead = zip(ids, try await bench.states(ids)).filter { $0.1 == .dead }.map(\.0)
            #expect(dead == [2, 3, 11])
            #expect(try await bench.standing().posted.count == 9)
        }
    }

    /// What a cause is read from, the word the bookkeeper finds in the reason, and the one in the fix.
    private static let causes: [(prepare: String, json: JSON, rule: String, reason: String, fix: String)] = [
        (
            "customers", ["number": "SLEEPER", "status": "Inactive"], "inactiveCustomer",
            "customer SLEEPER is inactive", "A/R Customers"
        ),
        (
            "accounts", ["code": "4000", "name": "Revenue", "status": "Inactive"], "badAccount",
            "account 4000 is inactive", "G/L Accounts"
        ),
        (
            "periods", ["period": "2026-02", "closed": true], "closedPeriod", "period 2 of 2026",
            "Fiscal Calendar"
        ),
    ]

    /// Refused as it is entered, or as it is posted: the same reason, and the others are posted.
    @Test(arguments: 0..<causes.count, ["entry", "posting"])
    func aReadableCauseIsNamed(_ number: Int, _ moment: String) async throws {
        let cause = Self.causes[number]
        let accounts = "accounts: [{code: \"4009\", name: Other}], "
        let scenario = "companies: [{code: SAMINC, \(accounts)rules: {\(cause.rule): \(moment)}}]"
        try await withBench(scenario: scenario) { bench in
            let lease = try await bench.takeLease()
            try await bench.sage.change(cause.prepare, cause.json)
            let ids = Array(Int64(1)...10)
            let claim = try await bench.claim(ids, under: lease, customers: [4: "SLEEPER"]) { id, invoice in
                if cause.prepare != "customers", id == 4, let guest = CustomerNumber("WEBGUEST") {
                    invoice.customer = guest
                }
                if id == 4, cause.prepare == "periods", let date = CalendarDate("2026-02-15") {
                    invoice.date = date
                }
                if id != 4 { invoice.lines[0].target = .account("4100") }
            }
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            let dead = try await bench.document(4)
            #expect(dead.state == .dead)
            #expect(dead.reason?.contains(cause.reason) == true, "\(dead.reason ?? "")")
            #expect(dead.deathLetter?.contains(cause.fix) == true, "\(dead.deathLetter ?? "")")
            #expect(try await bench.standing().posted.count == 9)
            #expect(try await bench.standing().open.isEmpty)
            if moment == "entry" { #expect(try await bench.sage.count("POST AR/ARInvoiceBatches") == 2) }
        }
    }

    /// A document of that number was entered and posted by hand.
    @Test(arguments: ["entry", "posting"])
    func aNumberTakenByHand(_ moment: String) async throws {
        try await withBench(scenario: Self.rules("duplicateDocument: \(moment)")) { bench in
            let lease = try await bench.takeLease()
            let byHand = try await bench.enter(
                "typed",
                [try Bench.invoice(3, customer: "WEBGUEST").entryJSON]
            )
            try await bench.sage.act("post", batch: byHand)
            let claim = try await bench.claim(Array(1...6), under: lease)
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            let dead = try await bench.document(3)
            #expect(dead.state == .dead)
            #expect(dead.reason?.contains("number US3 is already used") == true, "\(dead.reason ?? "")")
            #expect(try await bench.standing().posted.filter { $0 == "US3" }.count == 1)
            #expect(try await bench.standing().posted.count == 6)
        }
    }

    /// Gone from Sage 300 since it was made sure of: its document waits to be taken up again, with the customer made anew.
    @Test func aCustomerThatWasRemovedIsMadeAnew() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let number = try #require(CustomerNumber("GONE"))
            try await bench.database.confirmCustomer(
                number,
                of: bench.company.target,
                tenant: bench.tenant,
                contentHash: [1]
            )
            let claim = try await bench.claim([1, 2, 3], under: lease, customers: [2: "GONE"])
            try await bench.steps(lease).enter(claim, hasDeliveries: true)
            #expect(try await bench.states([1, 2, 3]) == [.posted, .waiting, .posted])
            #expect(try await bench.document(2).publishedRevision == 1, "published again")
            #expect(try await bench.database.knownCustomers([number], of: bench.company.target).isEmpty)
        }
    }

    /// Sage 300 refuses to apply a credit note: it is taken up again, to be entered unapplied.
    @Test(arguments: [true, false])
    func aCreditNoteThatCannotBeApplied(_ isAppliable: Bool) async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            try await bench.steps(lease).enter(bench.claim([1], under: lease), hasDeliveries: true)
            let note = try await bench.claim([2], under: lease) { _, invoice in
                invoice.type = .creditNote
                invoice.appliesTo = DocumentNumber("US1")
                if !isAppliable {
                    invoice.lines[0].amount = 99
                    invoice.total = 99
                }
            }
            try await bench.steps(lease).enter(note, hasDeliveries: true)
            let document = try await bench.document(2)
            #expect(document.state == (isAppliable ? .posted : .waiting))
            #expect(document.isApplyRefused == !isAppliable)
            #expect(try await bench.standing().open.isEmpty)
        }
    }
}
