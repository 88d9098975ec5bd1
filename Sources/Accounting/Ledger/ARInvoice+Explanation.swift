import Foundation

extension ARInvoice {
    /// The entry in plain text, one line each, in aligned columns, as `why` and `preview` show it: the lines with the
    /// rules that decided, the sums that were compared, and what was shortened or rounded. Holds no personal data.
    public var explanation: String {
        var text = ["\(type.title) \(number) for \(customer), \(date), \(currency)"]
        if let appliesTo { text.append("applied to \(appliesTo)") }
        text += Columns.aligned(
            lines.map { row($0.role.rawValue, $0.account, $0.description, $0.amount, $0.rule) }
                + taxes.map { row("tax", taxGroup ?? "", $0.authority, $0.amount, nil) }
                + [row("total", "", "", total, nil)]
        )
        text += optionalFields.sorted { $0.key < $1.key }.map { "optional field \($0.key) = \($0.value)" }
        text += checks.map { "check: \($0.text(in: currency))" }
        return (text + remarks.map { "note: \($0)" }).joined(separator: "\n")
    }

    private func row(
        _ role: String,
        _ account: String,
        _ description: String,
        _ amount: Amount,
        _ rule: String?
    ) -> [String] {
        [
            role, account, description, Money(amount, currency).amountText,
            rule.map { "rule \"\($0)\"" } ?? "",
        ]
    }
}

extension ARInvoice.DocumentType {
    fileprivate var title: String {
        switch self {
        case .invoice: "Invoice"
        case .creditNote: "Credit note"
        }
    }
}

/// Rows of text in columns: the fourth, an amount, to the right, the others to the left.
enum Columns {
    static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padding = (0..<4).map { String(repeating: " ", count: widths[$0] - row[$0].count) }
            let left = (0..<3).map { row[$0] + padding[$0] }
            let rest = row[4].isEmpty ? [] : [row[4]]
            return "  " + (left + [padding[3] + row[3]] + rest).joined(separator: "  ")
        }
    }
}
