import Accounting
import Foundation
import Testing

/// How sure it is that a document in Sage 300 is the store's.
struct DocumentMatchTests {
    private static let day = CalendarDate("2026-10-14") ?? CalendarDate(.now, in: .gmt)

    /// Order 000000042 of 126.00, of 14 October, for W00000007, Jane Doe of Doe Outfitters.
    static func order(
        _ number: String = "000000042",
        _ total: Decimal? = 126,
        change: (inout ExpectedDocument) -> Void = { _ in }
    ) -> ExpectedDocument {
        var document = ExpectedDocument(
            type: .invoice,
            number: number,
            document: "US\(number)",
            orderNumber: number,
            isOnlyOfItsOrder: true,
            total: total,
            currency: "USD",
            date: day,
            customer: "W00000007",
            names: ["Jane Doe", "Doe Outfitters Ltd"]
        )
        change(&document)
        return document
    }

    /// An invoice IN123 of 126.00, of that day, for customer 1200.
    static func typed(_ document: String = "IN123", change: (inout StandingDocument) -> Void = { _ in })
        -> StandingDocument
    {
        var standing = StandingDocument(
            document: document,
            customer: "1200",
            type: "Invoice",
            date: day,
            total: 126,
            currency: "USD",
            batch: 7,
            entry: 1,
            isPosted: true
        )
        change(&standing)
        return standing
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let strength: MatchStrength?
        let reason: String
        let change: @Sendable (inout StandingDocument) -> Void
        var testDescription: String { what }

        init(
            _ what: String,
            _ strength: MatchStrength?,
            _ reason: String = "",
            _ change: @escaping @Sendable (inout StandingDocument) -> Void
        ) {
            (self.what, self.strength, self.reason, self.change) = (what, strength, reason, change)
        }
    }

    static let cases: [Case] = [
        Case(
            "order number and total",
            .certain,
            "same order number; 126.00 = 126.00; 2 days apart; another customer"
        ) { ($0.orderNumber, $0.date) = ("000000042", day.adding(days: 2)) },
        Case("order number behind a #", .certain) { $0.orderNumber = "#000000042 " },
        Case(
            "as purchase order",
            .certain,
            "the store's number as purchase order; 126.00 = 126.00; same day; another customer"
        ) {
            $0.purchaseOrder = "000000042"
        },
        Case("the number it would have", .certain) { $0.document = "us000000042" },
        Case("the store's number as document number", .certain) { $0.document = "000000042" },
        Case(
            "another prefix",
            .certain,
            "same document number but for its prefix; 126.00 = 126.00; same day; another customer"
        ) {
            $0.document = "WEB-000000042"
        },
        Case("without zeros", .certain) { $0.orderNumber = "42" },
        Case("in the description", .certain) { $0.description = "Web order #000000042, paid by card" },
        Case("a year later", .likely) {
            ($0.orderNumber, $0.date) = ("000000042", day.adding(days: 366))
        },
        Case("in the description, half a year later", .likely) {
            ($0.description, $0.date) = ("order 000000042", day.adding(days: 180))
        },
        Case(
            "a typing error in the amount",
            .likely,
            "same order number; 126.00 ≠ 162.00; same day; another customer"
        ) {
            ($0.orderNumber, $0.total) = ("000000042", 162)
        },
        Case(
            "an amount that is not told",
            .likely,
            "same order number; the totals cannot be compared; same day; another customer"
        ) {
            ($0.orderNumber, $0.total) = ("000000042", nil)
        },
        Case("another currency", .likely, "same order number; in EUR, not USD; same day; another customer") {
            ($0.orderNumber, $0.currency) = ("000000042", "EUR")
        },
        Case("another prefix and amount", nil) { ($0.document, $0.total) = ("IN000000042", 17) },
        Case("part of a longer number", .possible) { $0.document = "1000000042" },
        Case("same customer, no number", .likely, "126.00 = 126.00; 1 day apart; same customer") {
            ($0.customer, $0.date) = ("w00000007", day.adding(days: -1))
        },
        Case("customer of that name", .likely, "126.00 = 126.00; same day; a customer of that name") {
            $0.customerName = "DOE, Jane"
        },
        Case("company of that name", .likely) { $0.customerName = "The Doe Outfitters" },
        Case("one word of the name", .possible) { $0.customerName = "Doe" },
        Case("same customer a week later", .possible) {
            ($0.customer, $0.date) = ("W00000007", day.adding(days: 6))
        },
        Case("amount and days alone", .possible, "126.00 = 126.00; 3 days apart; another customer") {
            $0.date = day.adding(days: 3)
        },
        Case("amount alone", nil) { $0.date = day.adding(days: 20) },
        Case("amount of another order", nil) { $0.orderNumber = "000000041" },
        Case(
            "the customer's, of another order number",
            .possible,
            "bears order number 000000024; 126.00 = 126.00; same day; same customer"
        ) {
            ($0.orderNumber, $0.customer) = ("000000024", "W00000007")
        },
        Case("a cent less", nil) { $0.total = Decimal(string: "125.99") },
        Case("a credit note", nil) { ($0.type, $0.orderNumber) = ("CreditNote", "000000042") },
        Case("a receipt", nil) { ($0.type, $0.orderNumber) = ("Receipt", "000000042") },
        Case("of a kind that is not told", .certain) { ($0.type, $0.orderNumber) = (nil, "000000042") },
    ]

    @Test(arguments: cases)
    func strengthAndReason(of test: Case) {
        let match = DocumentMatch(Self.order(), Self.typed(change: test.change))
        #expect(match?.strength == test.strength, "\(match?.reason ?? "no match")")
        if !test.reason.isEmpty { #expect(match?.reason == test.reason) }
    }

    /// Adobe counts orders and credit memos each for itself.
    @Test func creditMemosNumberIsNoOrders() {
        let memo = Self.order { memo in
            (memo.type, memo.number, memo.document) = (.creditNote, "000000007", "USCM000000007")
            (memo.isOnlyOfItsOrder, memo.total) = (false, 26)
        }
        func note(_ change: (inout StandingDocument) -> Void) -> MatchStrength? {
            DocumentMatch(
                memo,
                Self.typed("CN9") { note in
                    // As posted documents tell it, with a sign.
                    (note.type, note.total, note.date) = ("CreditNote", -26, Self.day.adding(days: 40))
                    change(&note)
                }
            )?.strength
        }
        #expect(note { $0.orderNumber = "000000042" } == .certain)
        #expect(
            note { ($0.orderNumber, $0.total) = ("000000042", -30) } == .possible,
            "the order may have another"
        )
        #expect(note { ($0.orderNumber, $0.total) = ("000000007", -30) } == nil)
        #expect(note { $0.document = "USCM000000007" } == .certain)
    }

    @Test func zeroTotalsAreNoEvidence() {
        #expect(DocumentMatch(Self.order("000000042", 0), Self.typed { $0.total = 0 }) == nil)
        let named = Self.typed { ($0.total, $0.orderNumber) = (0, "000000042") }
        #expect(DocumentMatch(Self.order("000000042", 0), named)?.strength == .certain)
    }

    @Test func anUntoldStoreTotalStillHasItsNumber() {
        let typed = Self.typed { $0.orderNumber = "000000042" }
        #expect(DocumentMatch(Self.order("000000042", nil), typed)?.strength == .likely)
        #expect(DocumentMatch(Self.order("000000042", nil), Self.typed()) == nil)
    }
}

/// Which pairs are shown.
struct DocumentPairingTests {
    private func pairs(_ expected: [ExpectedDocument], _ standing: [StandingDocument]) -> [String] {
        DocumentPairing(expected, standing).pairs.map { pair in
            "\(expected[pair.expected].number)=\(standing[pair.standing].document) \(pair.match.strength)"
                + (pair.isAmbiguous ? "?" : "")
        }
    }

    private typealias Of = DocumentMatchTests

    @Test func whatIsCertainIsNoCandidateForAnother() {
        let expected = [Of.order("000000042"), Of.order("000000043")]
        let standing = [Of.typed("IN1") { $0.purchaseOrder = "000000042" }]
        #expect(pairs(expected, standing) == ["000000042=IN1 certain"])
    }

    @Test func oneThatFitsTwoOrdersIsAmbiguous() {
        let expected = [Of.order("000000042"), Of.order("000000043")]
        #expect(
            pairs(expected, [Of.typed("IN1")]) == ["000000042=IN1 possible?", "000000043=IN1 possible?"]
        )
    }

    @Test func typedTwiceIsAmbiguous() {
        let standing = ["IN1", "IN2"].map { Of.typed($0) { $0.orderNumber = "000000042" } }
        #expect(
            pairs([Of.order("000000042")], standing)
                == ["000000042=IN1 certain?", "000000042=IN2 certain?"]
        )
    }

    @Test func ofManyAlikeTheNearestAreShown() {
        let expected = Of.order("000000042")
        let standing = (0..<7).map { days in
            Of.typed("IN\(days)") { $0.date = expected.date.adding(days: 6 - days) }
        }
        #expect(
            pairs([expected], standing)
                == ["000000042=IN4 possible?", "000000042=IN5 possible?", "000000042=IN6 possible?"]
        )
    }

    @Test func nothingIsPairedWithNothing() {
        #expect(pairs([], [Of.typed()]).isEmpty && pairs([Of.order()], []).isEmpty)
    }

    /// Two months of documents against two months of orders, most of the same few amounts.
    @Test(.timeLimit(.minutes(3)))
    func twoThousandAreCompared() {
        let expected = (1...2000).map { number in
            Of.order("\(100_000_000 + number)", Decimal(number % 40)) {
                $0.date = $0.date.adding(days: number / 30)
            }
        }
        let standing = (1...2000).map { number in
            Of.typed("IN\(number)") { typed in
                (typed.total, typed.date) = (Decimal(number % 40), typed.date?.adding(days: number / 30))
                if number.isMultiple(of: 2) { typed.orderNumber = "\(100_000_000 + number)" }
            }
        }
        let pairs = DocumentPairing(expected, standing).pairs
        #expect(pairs.count { $0.match.strength == .certain } >= 975)
        #expect(pairs.allSatisfy { $0.match.strength != .certain || $0.expected == $0.standing })
    }

    @Test(arguments: [
        ("2026-10-14", "2026-10-14", 0), ("2026-03-01", "2026-02-28", 1), ("2024-03-01", "2024-02-28", 2),
        ("2026-01-01", "2025-12-31", 1), ("1970-01-01", "1969-12-31", 1), ("2026-10-14", "2025-10-14", 365),
    ])
    func daysBetween(later: String, earlier: String, days: Int) throws {
        let (later, earlier) = (try #require(CalendarDate(later)), try #require(CalendarDate(earlier)))
        #expect(later.days(since: earlier) == days && earlier.days(since: later) == -days)
        #expect(earlier.adding(days: days) == later && later.adding(days: -days) == earlier)
    }
}
