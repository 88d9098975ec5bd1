import Accounting
public import ExactJSON
public import Foundation
import Storage

/// Words and figures of alerts, for people and for machines.
enum AlertWords {
    /// `1234.50 USD`.
    static func text(_ sum: CurrencySum) -> String {
        guard let currency = Currency(sum.currency), let amount = Amount(sum.amount) else {
            return "\(sum.amount) \(sum.currency)"
        }
        return Money(amount, currency).description
    }

    /// The amount alone.
    static func amountText(_ sum: CurrencySum) -> String {
        guard let currency = Currency(sum.currency), let amount = Amount(sum.amount) else {
            return "\(sum.amount)"
        }
        return Money(amount, currency).amountText
    }

    /// `2 h 10 min`, `3 d 4 h`, `40 s`.
    static func duration(_ seconds: Int) -> String {
        let (days, hours) = (seconds / 86_400, seconds / 3600 % 24)
        let minutes = seconds / 60 % 60
        if days > 0 { return hours > 0 ? "\(days) d \(hours) h" : "\(days) d" }
        if hours > 0 { return minutes > 0 ? "\(hours) h \(minutes) min" : "\(hours) h" }
        return minutes > 0 ? "\(minutes) min" : "\(max(seconds, 0)) s"
    }

    /// RFC 3339, UTC, whole seconds.
    static func time(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `1 document`, `2 documents`.
    static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// At most so many characters.
    static func short(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }

    static func json(_ sums: [CurrencySum]) -> JSON {
        .array(sums.map { ["currency": .string($0.currency), "amount": .string(amountText($0))] })
    }
}

extension Condition {
    /// For `connectorctl alerts list --json` and for webhooks.
    public func json(_ event: AlertEvent?, at now: Date) -> JSON {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "subject": .string(subject),
            "tenant": tenant.map(JSON.string) ?? .null, "company": company.map(JSON.string) ?? .null,
            "item": .string(item), "title": .string(title), "detail": .string(detail),
            "nextStep": .string(nextStep), "count": count.map(JSON.int) ?? .null,
            "amounts": AlertWords.json(amounts), "moneyAtRisk": .bool(moneyAtRisk),
            "since": .string(AlertWords.time(since)), "at": .string(AlertWords.time(now)),
        ]
        if let event { object["event"] = .string(event.rawValue) }
        return .object(object)
    }

    /// `3 documents, 120.00 USD`.
    public var figures: String {
        let parts =
            [count.map { AlertWords.counted($0, "document") }].compactMap { $0 }
            + amounts.map(AlertWords.text)
        return parts.joined(separator: ", ")
    }
}
