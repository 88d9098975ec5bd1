import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3)))
struct OrderFailureTests {
    struct Missing: Sendable, CustomTestStringConvertible {
        let subject: String
        let reason: String
        let order: StoreOrder
        let clear: @Sendable (inout CompanyRules.Accounts) -> Void
        var testDescription: String { subject + ": " + reason }
    }

    @Test("an absent account that is needed", arguments: try missing())
    func absentAccount(_ missing: Missing) throws {
        let failure = try refusal(missing.order, try rules { missing.clear(&$0.accounts) })
        #expect(failure?.failureClass == .mapping)
        #expect(failure?.code == "account-missing")
        #expect(failure?.subject == missing.subject)
        #expect(failure?.reason == missing.reason)
        #expect(
            failure?.nextStep == "Add accounts.\(missing.subject) to the tenant file, "
                + "run `connectorctl tenant apply`, then replay."
        )
        #expect(try refusal(missing.order, try rules()) == nil)
    }

    @Test func itemsThatDoNotSumToTheSubtotal() throws {
        let order = try order([item("A", "10")], subtotal: "10.04", grand: "10.04")
        let failure = try refusal(order, try rules())
        #expect(failure?.failureClass == .document)
        #expect(failure?.code == "unbalanced")
        #expect(failure?.subject == "subtotal")
        #expect(
            failure?.reason
                == "The order does not add up: its items sum to 10.00 USD, but its subtotal is 10.04 USD."
        )
    }

    @Test func partsThatDoNotSumToTheGrandTotal() throws {
        let order = try order([item("A", "10")], subtotal: "10", grand: "15") { $0.tax = 1 }
        let failure = try refusal(order, try rules())
        #expect(failure?.code == "unbalanced")
        #expect(failure?.subject == "grand-total")
        #expect(
            failure?.reason
                == "The order does not add up: its parts sum to 11.00 USD, but its grand total is 15.00 USD."
        )
    }

    @Test(
        "the cap decides, to the cent",
        arguments: [
            ("0.03", nil), ("0.03000000000000001", nil), ("0.04", "unbalanced"), ("-0.04", "unbalanced"),
        ]
    )
    func defaultCap(_ difference: String, _ code: String?) throws {
        // One line: (1 + 2) × 0.01.
        let grand = "\(10 + d(difference))"
        let order = try order([item("A", "10")], subtotal: "10", grand: grand)
        #expect(try refusal(order, try rules())?.code == code)
    }

    @Test("a set cap replaces the default", arguments: [("0.02", nil), ("0.03", "unbalanced")])
    func setCap(_ difference: String, _ code: String?) throws {
        let order = try order([item("A", "10")], subtotal: "10", grand: "\(10 + d(difference))")
        #expect(try refusal(order, try rules { $0.roundingCap = d("0.02") })?.code == code)
    }

    @Test func twoDifferencesWithinTheCapMayBeTooMuchTogether() throws {
        let order = try order([item("A", "10")], subtotal: "10.02", grand: "10.04")
        let failure = try refusal(order, try rules { $0.roundingCap = d("0.02") })
        #expect(failure?.code == "unbalanced")
        #expect(failure?.subject == "lines")
    }

    @Test func totalsBelowZeroAndTotalsOfNothing() throws {
        let negative = try order([item("A", "10")], subtotal: "10", grand: "-5") { $0.giftCards = 15 }
        #expect(try refusal(negative, try rules())?.code == "negative-total")
        let empty = try order([], subtotal: "0", grand: "0.02")
        #expect(try refusal(empty, try rules())?.code == "no-lines")
    }

    @Test("amounts beyond Sage 300's digits", arguments: ["10000000000000000", "1e90", "1e127"])
    func tooLarge(_ price: String) throws {
        let order = try order([item("A", price, x: "1e60")], subtotal: price, grand: price)
        #expect(try refusal(order, try rules())?.code == "amount-too-large")
    }

    @Test func anotherBaseCurrencyIsRefused() throws {
        var order = try order([item("A", "10")], subtotal: "10", grand: "10", in: "CAD")
        let first = try refusal(order, try rules())
        #expect(first?.failureClass == .mapping)
        #expect(first?.code == "base-currency")
        #expect(first?.subject == "CAD")
        // An order in the home currency of a store with another base is refused too: base amounts are entered.
        order.orderCurrency = "USD"
        #expect(try refusal(order, try rules())?.code == "base-currency")
    }

    @Test func bundlesTooManyToTurnAreCountedTheLikeliestWay() throws {
        let items = (1...40).flatMap { index in
            let id = Int64(index * 10)
            return [
                item("KIT", "2", type: "bundle", id: id, printed: "2"),
                item("part", "2", id: id + 1, in: id, tax: "0.2", printed: "2"),
            ]
        }
        let order = try order(items, subtotal: "80", grand: "88") { $0.tax = 8 }
        let invoice = try map(order, try rules())
        #expect(invoice.lines.count == 41)
    }

    @Test func linesThatAreTheirOwnParentsAreNotCountedTwiceNorLost() throws {
        let looped = try order([item("A", "10", id: 1, in: 1)], subtotal: "10", grand: "10")
        #expect(try refusal(looped, try rules())?.code == "unbalanced")
    }
}

private func missing() throws -> [OrderFailureTests.Missing] {
    let goods = [item("A", "100")]
    func redeemed(_ fill: (inout StoreOrderTotals) -> Void) throws -> StoreOrder {
        try order(goods, subtotal: "100", grand: "90", fill: fill)
    }
    func charged(_ fill: (inout StoreOrderTotals) -> Void) throws -> StoreOrder {
        try order(goods, subtotal: "100", grand: "110", fill: fill)
    }
    return [
        .init(
            subject: "giftCard",
            reason: "Order uses gift cards, but accounts.giftCard is not set for company SAMINC.",
            order: try redeemed { $0.giftCards = 10 },
            clear: { $0.giftCard = nil }
        ),
        .init(
            subject: "giftCard",
            reason: "Order sells gift cards, but accounts.giftCard is not set for company SAMINC.",
            order: try order([item("G", "100", type: "giftcard")], subtotal: "100", grand: "100"),
            clear: { $0.giftCard = nil }
        ),
        .init(
            subject: "storeCredit",
            reason: "Order uses store credit, but accounts.storeCredit is not set for company SAMINC.",
            order: try redeemed { $0.storeCredit = 10 },
            clear: { $0.storeCredit = nil }
        ),
        .init(
            subject: "rewardPoints",
            reason: "Order uses reward points, but accounts.rewardPoints is not set for company SAMINC.",
            order: try redeemed { $0.rewardPoints = 10 },
            clear: { $0.rewardPoints = nil }
        ),
        .init(
            subject: "shipping",
            reason: "Order has shipping, but accounts.shipping is not set for company SAMINC.",
            order: try charged { $0.shipping = 10 },
            clear: { $0.shipping = nil }
        ),
        .init(
            subject: "tax",
            reason: "Order has tax, but accounts.tax is not set for company SAMINC.",
            order: try charged { $0.tax = 10 },
            clear: { $0.tax = "" }
        ),
        .init(
            subject: "tax",
            reason: "Order has fixed product tax, but accounts.tax is not set for company SAMINC.",
            order: try order([item("A", "100", levy: "10")], subtotal: "100", grand: "110"),
            clear: { $0.tax = nil }
        ),
        .init(
            subject: "rounding",
            reason: "Order's lines and its total differ by 0.01 USD, "
                + "but accounts.rounding is not set for company SAMINC.",
            order: try order(goods, subtotal: "100", grand: "100.01"),
            clear: { $0.rounding = nil }
        ),
    ]
}
