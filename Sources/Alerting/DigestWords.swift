import Accounting
public import ExactJSON
public import Foundation
import Storage

extension Digest {
    /// What is not posted, in the order people ask for it.
    private static let openStates: [DocumentState] = [.dead, .inDoubt, .held, .waiting, .posting, .entered]

    /// One line for a mail's subject.
    public var title: String {
        let nets = totals().map { AlertWords.text(CurrencySum(currency: $0.currency, amount: $0.net)) }
        let dead = open.filter { $0.state == .dead }.reduce(0) { $0 + $1.count }
        let posted = nets.isEmpty ? "nothing posted" : "posted \(nets.joined(separator: ", "))"
        return "Digest of \(tenant): \(posted), \(dead) dead"
    }

    /// For people, in plain text.
    /// - Parameter zone: of the tenant's clock.
    public func text(at now: Date, in zone: TimeZone) -> String {
        var lines = ["\(name) (\(tenant)), \(clock(from, zone)) to \(clock(to, zone)) (\(zone.identifier))"]
        for company in companies {
            lines += ["", company.isEmpty ? "No company" : company] + self.lines(of: company)
        }
        if companies.isEmpty { lines += ["", "Nothing was posted, and nothing is open."] }
        lines.append("")
        for total in totals() where companies.count > 1 { lines.append("All companies: \(words(total))") }
        if newDead > 0 { lines.append("\(AlertWords.counted(newDead, "document")) died in this time.") }
        if let oldest {
            let seconds = Int(now.timeIntervalSince(oldest))
            lines.append("The oldest waiting document has waited for \(AlertWords.duration(seconds)).")
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private func lines(of company: String) -> [String] {
        let totals = totals(of: company)
        var lines = totals.isEmpty ? ["  posted    nothing"] : totals.map { "  posted    \(words($0))" }
        for state in Self.openStates {
            let sums = open.filter { $0.company == company && $0.state == state }
            guard !sums.isEmpty else { continue }
            let count = sums.reduce(0) { $0 + $1.count }
            let amounts = self.amounts(sums).map(AlertWords.text)
            let name = state.rawValue + String(repeating: " ", count: max(1, 10 - state.rawValue.count))
            lines.append(
                "  \(name)\(([AlertWords.counted(count, "document")] + amounts).joined(separator: ", "))"
            )
        }
        if let seconds = pausedSeconds[company], seconds > 0 {
            lines.append("  paused    \(AlertWords.duration(seconds))")
        }
        return lines
    }

    private func words(_ total: DigestTotal) -> String {
        func text(_ amount: Decimal) -> String {
            AlertWords.text(CurrencySum(currency: total.currency, amount: amount))
        }
        var parts = [
            "\(AlertWords.counted(total.invoices.count, "invoice")) \(text(total.invoices.amount))",
            "\(AlertWords.counted(total.credits.count, "credit note")) \(text(total.credits.amount))",
            "net \(text(total.net))",
        ]
        if total.shipments.count > 0 {
            parts.append(
                "\(AlertWords.counted(total.shipments.count, "shipment")) \(text(total.shipments.amount))"
            )
        }
        return parts.joined(separator: ", ")
    }

    private func amounts(_ sums: [DocumentSum]) -> [CurrencySum] {
        var amounts: [String: Decimal] = [:]
        for sum in sums { if let currency = sum.currency { amounts[currency, default: 0] += sum.amount } }
        return amounts.sorted { $0.key < $1.key }.map { CurrencySum(currency: $0.key, amount: $0.value) }
    }

    private func clock(_ date: Date, _ zone: TimeZone) -> String {
        var style = Date.VerbatimFormatStyle.minute(in: zone)
        style.timeZone = zone
        return date.formatted(style)
    }

    /// For machines.
    public func json(at now: Date) -> JSON {
        [
            "tenant": .string(tenant.name), "name": .string(name), "from": .string(AlertWords.time(from)),
            "to": .string(AlertWords.time(to)),
            "companies": .array(companies.map { json(of: $0) }), "totals": .array(totals().map(json)),
            "newDead": .int(newDead),
            "oldestSeconds": oldest.map { .int(max(0, Int(now.timeIntervalSince($0)))) } ?? .null,
        ]
    }

    private func json(of company: String) -> JSON {
        let states = Self.openStates.map { state -> (String, JSON) in
            let sums = open.filter { $0.company == company && $0.state == state }
            return (
                state.rawValue,
                [
                    "documents": .int(sums.reduce(0) { $0 + $1.count }),
                    "amounts": AlertWords.json(amounts(sums)),
                ]
            )
        }
        return [
            "company": company.isEmpty ? .null : .string(company),
            "posted": .array(totals(of: company).map(json)), "open": .object(JSONObject(states)),
            "pausedSeconds": .int(pausedSeconds[company] ?? 0),
        ]
    }

    private func json(_ total: DigestTotal) -> JSON {
        func part(_ part: DigestTotal.Part) -> JSON {
            [
                "documents": .int(part.count),
                "amount": .string(
                    AlertWords.amountText(CurrencySum(currency: total.currency, amount: part.amount))
                ),
            ]
        }
        let net = CurrencySum(currency: total.currency, amount: total.net)
        return [
            "currency": .string(total.currency), "invoices": part(total.invoices),
            "credits": part(total.credits),
            "shipments": part(total.shipments), "net": .string(AlertWords.amountText(net)),
        ]
    }

    /// What a destination is sent, digests being no condition.
    func notice(at now: Date, in zone: TimeZone) -> JSON {
        [
            "kind": "digest", "event": "digest", "tenant": .string(tenant.name), "title": .string(title),
            "text": .string(text(at: now, in: zone)), "digest": json(at: now),
        ]
    }
}

extension Date.VerbatimFormatStyle {
    /// `2026-11-30 07:30`.
    fileprivate static func minute(in zone: TimeZone) -> Date.VerbatimFormatStyle {
        Date.VerbatimFormatStyle(
            format:
                "\(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
            timeZone: zone,
            calendar: Calendar(identifier: .gregorian)
        )
    }
}
