import Accounting
import Foundation
import Testing

/// How a newer revision of an order is told to change money or not.
@Suite(.timeLimit(.minutes(3)))
struct RevisionTests {
    @Test func theSameOrderGivesAnEqualInvoice() throws {
        #expect(try map(try sample61(), try rules()) == map(try sample61(), try rules()))
    }

    @Test func zerosAtTheEndAreNotADifference() throws {
        var order = try sample61()
        order.base.grandTotal = d("156.0900")
        order.base.tax = d("14.190")
        #expect(try map(order, try rules()) == map(try sample61(), try rules()))
        #expect(try map(order, try rules()).hashValue == map(try sample61(), try rules()).hashValue)
    }

    @Test func statusAndPaymentChangeNothing() throws {
        var order = try sample61()
        order.status = "complete"
        order.updatedAt = try instant("2024-03-05 00:00:00")
        order.base.invoiced = 0
        #expect(try map(order, try rules()) == map(try sample61(), try rules()))
    }

    @Test func wordsAndSequenceAreNotMoney() throws {
        var order = try sample61()
        order.items[0].name = "Renamed"
        order.items.reverse()
        let (old, new) = (try map(try sample61(), try rules()), try map(order, try rules()))
        #expect(old != new)
        #expect(old.movesSameMoney(as: new))
    }

    @Test("money", arguments: ["account", "amount", "customer", "date"])
    func moneyIsNoticed(_ change: String) throws {
        var order = try sample61()
        var rules = try rules()
        switch change {
        case "account": rules.accounts.shipping = "4101"
        case "amount":
            order.base.shipping = 16
            order.base.tax -= 1
        case "customer": order.buyer.customerID = 43
        default: order.createdAt = try instant("2024-03-03 00:00:00")
        }
        let (old, new) = (try map(try sample61(), try Self.plainRules()), try map(order, rules))
        #expect(old.total == new.total)
        #expect(!old.movesSameMoney(as: new))
    }

    private static func plainRules() throws -> CompanyRules { try rules() }
}
