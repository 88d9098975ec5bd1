import Accounting
import ExactJSON
import Foundation
import Storage

extension FailureRecord {
    var amountText: String { amount.map { connectorctl.amountText($0, currency) } ?? "-" }

    /// As `dead list --json` prints it (contract, JSON shapes).
    var json: JSON {
        [
            "id": .string(String(id)), "tenant": optional(tenant), "company": optional(company),
            "kind": optional(kind?.rawValue), "document": optional(document), "number": optional(number),
            "class": .string(failureClass.rawValue), "reason": .string(reason), "group": .string(group),
            "attempts": .int(attempts), "failedAt": .string(Console.time(failedAt)),
            "amount": decimalText(amount, currency), "currency": optional(currency),
            "nextStep": .string(nextStep), "tags": .array(tags.map(JSON.string)),
            "assignee": optional(assignee),
        ]
    }
}

extension FailureGroup {
    var json: JSON {
        [
            "group": .string(group), "class": .string(failureClass.rawValue), "reason": .string(reason),
            "count": .int(count), "amount": decimalText(amount, currency), "currency": optional(currency),
            "firstAt": .string(Console.time(firstAt)), "lastAt": .string(Console.time(lastAt)),
            "tenants": .array(tenants.map(JSON.string)), "nextStep": .string(nextStep),
        ]
    }
}

func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

func amountText(_ amount: Decimal, _ currency: String?) -> String {
    guard let currency = currency.flatMap({ Currency($0) }), let exact = Amount(amount) else {
        return amount.description
    }
    return Money(exact, currency).description
}

/// Amounts are decimal strings (contract, JSON shapes).
func decimalText(_ amount: Decimal?, _ currency: String?) -> JSON {
    guard let amount else { return .null }
    guard let currency = currency.flatMap({ Currency($0) }), let exact = Amount(amount) else {
        return .string(amount.description)
    }
    return .string(Money(exact, currency).amountText)
}
