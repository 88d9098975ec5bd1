import Foundation

extension ARInvoice {
    /// The entry in plain text, one line each, in aligned columns, as `why` shows it. Holds no personal data.
    public var explanation: String {
        var text = [
            "\(type == .invoice ? "Invoice" : "Credit note") \(number) for \(customer), \(date), \(currency)"
        ]
        if let appliesTo { text.append("applied to \(appliesTo)") }
        let rows =
            lines.map { [$0.role.rawValue, $0.account, $0.description, amountText($0.amount)] }
            + [["total", "", "", amountText(total)]]
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let padding = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) }
            let left = (0..<3).map { row[$0] + padding[$0] }
            text.append("  " + (left + [padding[3] + row[3]]).joined(separator: "  "))
        }
        return (text + remarks.map { "note: \($0)" }).joined(separator: "\n")
    }

    private func amountText(_ amount: Decimal) -> String { Money(amount, currency).amountText }
}
