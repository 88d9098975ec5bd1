import Accounting
import ExactJSON
import Foundation
import Posting
import Storage

/// A match with the store's document beside it.
struct ExistingRow {
    let match: MatchRecord
    let document: DocumentRecord
    /// The day the store made it, by the company's calendar.
    let day: CalendarDate

    private var found: FoundMatch { match.found }

    private static func amount(_ amount: Decimal?, _ currency: String?) -> String {
        guard let amount else { return "-" }
        guard let exact = Amount(amount.magnitude) else { return "\(amount.magnitude)" }
        return exact.text(decimals: currency.flatMap { Currency($0) }?.minorDigits ?? 2)
    }

    private var storeTotal: String { Self.amount(document.amount, document.currency) }
    private var ledgerTotal: String { Self.amount(found.ledger.total, found.ledger.currency) }

    private var place: String {
        let batch = found.ledger.batch.map { " batch \($0)" } ?? ""
        let entry = found.ledger.isPosted ? "" : found.ledger.entry.map { ", entry \($0)" } ?? ""
        return (found.ledger.isPosted ? "posted," : "not posted,")
            + (batch.isEmpty ? " batch unknown" : batch) + entry
    }

    var cells: [String] {
        [
            "\(match.id)", found.strength.rawValue + (found.isAmbiguous ? " *" : ""), document.number,
            document.key.kind.rawValue, "\(day)", storeTotal, found.ledger.document,
            found.ledger.date?.description ?? "-", ledgerTotal, found.ledger.customer, place, found.reason,
        ]
    }

    /// For a question.
    var sentence: String {
        """
        \(match.id): \(found.strength.rawValue)\(found.isAmbiguous ? ", but one of the two fits another as well" : "")
          store     \(document.key.kind.rawValue) \(document.number) of \(day), \(storeTotal), \(document.state.rawValue)
          Sage 300  \(found.ledger.document) of \(found.ledger.date?.description ?? "-"), \(ledgerTotal), customer \
        \(found.ledger.customer), \(place)
          \(found.reason)
        """
    }

    var json: JSON {
        [
            "id": .int(Int(match.id)), "strength": .string(found.strength.rawValue),
            "ambiguous": .bool(found.isAmbiguous),
            "reasons": .array(found.reason.components(separatedBy: "; ").map(JSON.string)),
            "company": document.key.company.map { .string($0.name) } ?? .null,
            "kind": .string(document.key.kind.rawValue), "number": .string(document.number),
            "document": .string(document.document), "state": .string(document.state.rawValue),
            "createdAt": .string(Console.time(document.sourceCreatedAt)),
            "amount": document.amount == nil ? .null : .string(storeTotal),
            "currency": document.currency.map(JSON.string) ?? .null,
            "sage": [
                "document": .string(found.ledger.document), "customer": .string(found.ledger.customer),
                "type": found.ledger.type.map(JSON.string) ?? .null,
                "orderNumber": .string(found.ledger.orderNumber),
                "date": found.ledger.date.map { .string($0.description) } ?? .null,
                "amount": found.ledger.total == nil ? .null : .string(ledgerTotal),
                "batch": found.ledger.batch.map { .int(Int($0)) } ?? .null,
                "entry": found.ledger.entry.map(JSON.int) ?? .null, "posted": .bool(found.ledger.isPosted),
            ],
        ]
    }
}

/// What `existing` says.
enum ExistingText {
    static func listing(_ rows: [ExistingRow], _ scopes: [CutOverReview.Scope], _ tenant: TenantID) -> String
    {
        var sections = scopes.map(\.text)
        guard !rows.isEmpty else {
            sections.append(
                "Nothing in Sage 300 looks like a document of the store that is still to be entered."
            )
            return sections.joined(separator: "\n\n")
        }
        var table = Table([
            ("ID", .right), ("STRENGTH", .left), ("STORE", .left), ("KIND", .left), ("DATE", .left),
            ("TOTAL", .right), ("IN SAGE 300", .left), ("DATE", .left), ("TOTAL", .right),
            ("CUSTOMER", .left),
            ("PLACE", .left), ("WHY", .left),
        ])
        for row in rows { table.add(row.cells) }
        sections.append(table.text)
        sections.append(advice(rows, tenant))
        return sections.joined(separator: "\n\n")
    }

    private static func advice(_ rows: [ExistingRow], _ tenant: TenantID) -> String {
        var lines: [String] = []
        let sure = rows.filter { $0.match.found.strength == .certain && !$0.match.found.isAmbiguous }.count
        if sure > 0 {
            lines.append(
                "\(sure) certain: `connectorctl existing \(tenant) --link-all` links them, so that they are not doubled."
            )
        }
        if rows.contains(where: \.match.found.isAmbiguous) {
            lines.append("* One of the two fits another document as well: they are linked one by one only.")
        }
        lines.append(
            "One by one: --link ID if they are the same, --reject ID --reason R if they are not. What is certain or likely is "
                + "not entered before; what is possible is."
        )
        return lines.joined(separator: "\n")
    }
}

extension CutOverReview.Scope {
    fileprivate var text: String {
        guard let from else {
            return "\(company): nothing that was read of the store is still to be entered."
        }
        let summary =
            "\(company): \(sought) documents of the store are not in Sage 300 yet; looked for among \(posted) posted since "
            + "\(from) and \(unposted) entries of batches that are not posted."
        return ([summary] + remarks).joined(separator: "\n")
    }

    var json: JSON {
        [
            "company": .string(company.name), "documents": .int(sought), "posted": .int(posted),
            "from": from.map { .string($0.description) } ?? .null, "unposted": .int(unposted),
            "complete": .bool(remarks.isEmpty), "remarks": .array(remarks.map(JSON.string)),
        ]
    }
}
